//! The identity graph as the store holds it: who holds a key, which keys join, and the component around an atom.
//!
//! The same code serves the writer (over the batch in progress) and the queries (over committed state), so that the
//! explanation of a profile is the computation that made it.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use crate::{
    domain::{
        identifier::{IdentifierRules, Role},
        identity::{Anchor, Clustering, Key, Node, cluster, link::joined_by_handoff},
    },
    engine::atoms::Atoms,
    store::{AtomId, AtomRecord, Error, KeyHash, Keyring, keys},
};

/// A view of the graph.
#[derive(Debug)]
pub struct Graph<'a, A> {
    /// Where atoms are read.
    pub view: &'a A,
    /// How keys are hashed.
    pub keyring: &'a Keyring,
    /// What joins.
    pub rules: &'a IdentifierRules,
}

/// Who a key joins, while a component is searched.
struct Holders {
    joined: BTreeSet<AtomId>,
    /// Those that were not followed yet.
    ahead: Vec<(AtomId, Arc<AtomRecord>)>,
}

impl Holders {
    fn of(holders: Vec<(AtomId, Arc<AtomRecord>)>) -> Self {
        Self {
            joined: holders.iter().map(|(id, _)| *id).collect(),
            ahead: holders,
        }
    }
}

/// A connected part of the graph.
#[derive(Debug, Default)]
pub struct Component {
    /// Its atoms, each with the keys by which it joins.
    pub atoms: Vec<(AtomId, Arc<AtomRecord>, Vec<Key>)>,
    /// The keys its atoms hold that two customers share: they join nobody.
    pub shared: BTreeSet<Key>,
}

impl Component {
    /// Parts it into persons; indexes are into `atoms`.
    pub fn cluster(&self, rules: &IdentifierRules) -> Clustering {
        let nodes: Vec<Node<'_>> = self
            .atoms
            .iter()
            .map(|(_, atom, keys)| Node {
                claim: &atom.claim,
                keys: keys.clone(),
            })
            .collect();
        cluster(&nodes, rules)
    }
}

impl<A: Atoms> Graph<'_, A> {
    /// The keys by which an atom may join, before it is asked who else holds them.
    pub fn keys_of(&self, atom: &AtomRecord) -> Vec<Key> {
        if atom.claim.anchor(self.rules) == Anchor::Conflict {
            return Vec::new();
        }
        atom.claim
            .keys(self.rules)
            .into_iter()
            .chain(atom.links.keys())
            .cloned()
            .collect()
    }

    /// The atoms that a key joins: its holders, of a QR code the one it was minted for and its first scan.
    ///
    /// # Errors
    /// When the index or an atom cannot be read.
    pub fn holders(&self, key: &Key) -> Result<Vec<(AtomId, Arc<AtomRecord>)>, Error> {
        let mut holders = Vec::new();
        for id in self.view.atoms(&keys::holders(self.keyring.key(key)))? {
            holders.extend(self.view.atom(id)?.map(|atom| (id, atom)));
        }
        if self.rules.rule(&key.kind).role == Role::Handoff {
            let linked: Vec<_> = holders
                .iter()
                .filter_map(|(id, atom)| Some((*id, atom.links.get(key)?)))
                .collect();
            let joined: BTreeSet<AtomId> = joined_by_handoff(&linked).into_iter().collect();
            holders.retain(|(id, _)| joined.contains(id));
        }
        Ok(holders)
    }

    /// Whether two customers hold a key: then it joins nobody.
    fn is_shared(&self, key: &Key, holders: &[(AtomId, Arc<AtomRecord>)]) -> Result<bool, Error> {
        if self.rules.rule(&key.kind).role == Role::Anchor {
            return Ok(false);
        }
        let customers: BTreeSet<&Key> = holders
            .iter()
            .filter_map(|(_, atom)| match atom.claim.anchor(self.rules) {
                Anchor::One(user) => Some(user),
                Anchor::None | Anchor::Conflict => None,
            })
            .collect();
        let mut customers = customers.into_iter();
        let Some(first) = customers.next() else {
            return Ok(false);
        };
        let others: Vec<KeyHash> = customers.map(|user| self.keyring.key(user)).collect();
        if others.is_empty() {
            return Ok(false);
        }
        let same = self.declared_same(self.keyring.key(first))?;
        Ok(others.iter().any(|other| !same.contains(other)))
    }

    /// The user ids declared the same as `user`, itself included.
    fn declared_same(&self, user: KeyHash) -> Result<BTreeSet<KeyHash>, Error> {
        let mut same = BTreeSet::from([user]);
        let mut queue = VecDeque::from([user]);
        while let Some(user) = queue.pop_front() {
            for other in self.view.pointees(&keys::aliases(user))? {
                if same.insert(KeyHash(other)) {
                    queue.push_back(KeyHash(other));
                }
            }
        }
        Ok(same)
    }

    /// All that is connected to `start`. Shared keys connect nothing.
    ///
    /// # Errors
    /// When the index or an atom cannot be read.
    pub fn component(&self, start: AtomId) -> Result<Component, Error> {
        let mut component = Component::default();
        let mut reached = BTreeSet::from([start]);
        let mut queue: VecDeque<_> = self
            .view
            .atom(start)?
            .map(|atom| (start, atom))
            .into_iter()
            .collect();
        let mut known: BTreeMap<Key, Holders> = BTreeMap::new();
        while let Some((id, atom)) = queue.pop_front() {
            let mut joining = Vec::new();
            for key in self.keys_of(&atom) {
                if component.shared.contains(&key) {
                    continue;
                }
                if !known.contains_key(&key) {
                    let holders = self.holders(&key)?;
                    if self.is_shared(&key, &holders)? {
                        component.shared.insert(key);
                        continue;
                    }
                    known.insert(key.clone(), Holders::of(holders));
                }
                // A code that was scanned again is held by more than it joins: only those it joins lead on.
                let joined = known
                    .get_mut(&key)
                    .is_some_and(|holders| match holders.joined.contains(&id) {
                        true => {
                            let ahead = std::mem::take(&mut holders.ahead).into_iter();
                            queue.extend(ahead.filter(|(holder, _)| reached.insert(*holder)));
                            true
                        }
                        false => false,
                    });
                if joined {
                    joining.push(key);
                }
            }
            component.atoms.push((id, atom, joining));
        }
        component.atoms.sort_by(|a, b| a.1.claim.cmp(&b.1.claim));
        Ok(component)
    }
}
