//! The identity graph as the store holds it: who holds a key, what a key does among its holders, who is in a block.
//!
//! The same code serves the writer (over the batch in progress) and the queries (over committed state), so that the
//! explanation of a profile is the computation that made it. [`crate::engine::component`] searches it.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use crate::{
    domain::{
        identifier::Role,
        identity::{Anchor, IdentityRules, Key, link::joined_by_handoff},
        similarity::blocking_keys,
    },
    engine::{atoms::Atoms, memory::Memory},
    store::{AtomId, AtomRecord, Error, FaceHash, KeyHash, Keyring, keys},
};

/// A view of the graph.
#[derive(Debug)]
pub struct Graph<'a, A> {
    /// Where atoms are read.
    pub view: &'a A,
    /// How keys are hashed.
    pub keyring: &'a Keyring,
    /// What joins.
    pub rules: &'a IdentityRules,
    /// What is known of faces; a query begins with nothing.
    pub memory: Option<&'a Memory>,
}

/// What a key does among those who hold it.
#[derive(Debug)]
pub enum Standing {
    /// It joins these: its holders, of a QR code the one it was minted for and its first scan.
    Joins(Vec<(AtomId, Arc<AtomRecord>)>),
    /// Two customers hold it: it joins nobody.
    Shared,
    /// So many hold it that it says nothing about anybody: it joins nobody.
    Generic,
}

impl<A: Atoms> Graph<'_, A> {
    /// The keys by which an atom may join, before it is asked who else holds them.
    pub fn keys_of(&self, atom: &AtomRecord) -> Vec<Key> {
        let rules = self.rules.of(atom.edition);
        if atom.claim.anchor(rules) == Anchor::Conflict {
            return Vec::new();
        }
        atom.claim
            .keys(rules)
            .into_iter()
            .chain(atom.links.keys())
            .cloned()
            .collect()
    }

    /// The blocks in which an atom that shows `face` looks for others who are like it.
    pub fn blocks_of(&self, face: FaceHash, atom: &AtomRecord) -> Arc<[KeyHash]> {
        let work = || -> Vec<KeyHash> {
            let person = atom.claim.person(self.rules.of(atom.edition), |_| true);
            let blocks = blocking_keys(&person);
            blocks.iter().map(|block| self.keyring.block(block)).collect()
        };
        match self.memory {
            Some(memory) => memory.blocks(face, work),
            None => work().into(),
        }
    }

    /// How many atoms may hold a key before it is generic.
    pub(crate) fn holders_max(&self, key: &Key) -> usize {
        match self.rules.identifiers.rule(&key.kind).role {
            // A customer is whoever has the id; a code is its minter's and its first scanner's, however many scan it.
            Role::Anchor | Role::Handoff => usize::MAX,
            Role::Contact | Role::Device | Role::PerEvent | Role::Label => self.rules.identifiers.atoms_max,
        }
    }

    /// The atoms that hold a key; `None` where they are too many.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn holding(&self, key: &Key) -> Result<Option<Vec<AtomId>>, Error> {
        let prefix = keys::holders(self.keyring.key(key));
        self.view.atoms_up_to(&prefix, self.holders_max(key))
    }

    /// The atoms that mention a key without joining by it; `None` where they are too many.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn mentioning(&self, key: &Key) -> Result<Option<Vec<AtomId>>, Error> {
        let prefix = keys::mentions(self.keyring.key(key));
        self.view.atoms_up_to(&prefix, self.rules.identifiers.atoms_max)
    }

    /// What an atom shows of its person; `None` where its facts find nobody.
    pub fn face_of(&self, atom: &AtomRecord) -> Option<FaceHash> {
        let face = atom.claim.face(self.rules.of(atom.edition))?;
        Some(self.keyring.face(&face))
    }

    /// The faces in a block; none where they are too many to tell anything.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn in_block(&self, block: KeyHash) -> Result<Vec<FaceHash>, Error> {
        let prefix = keys::block(block);
        let most = self.rules.similarity.block_faces_max;
        let faces = self.view.atoms_up_to(&prefix, most)?.unwrap_or_default();
        Ok(faces.into_iter().map(|AtomId(face)| FaceHash(face)).collect())
    }

    /// One of the atoms that show a face: all of them show the same, and are one person's.
    ///
    /// # Errors
    /// When the index or the atom cannot be read.
    pub fn shows(&self, face: FaceHash) -> Result<Option<(AtomId, Arc<AtomRecord>)>, Error> {
        let Some(id) = self.view.first_atoms(&keys::face(face), 1)?.pop() else {
            return Ok(None);
        };
        Ok(self.view.atom(id)?.map(|atom| (id, atom)))
    }

    /// What a key does among its holders.
    ///
    /// # Errors
    /// When the index or an atom cannot be read.
    pub fn standing(&self, key: &Key) -> Result<Standing, Error> {
        let Some(ids) = self.holding(key)? else {
            return Ok(Standing::Generic);
        };
        let mut holders = Vec::with_capacity(ids.len());
        for id in ids {
            holders.extend(self.view.atom(id)?.map(|atom| (id, atom)));
        }
        let role = self.rules.identifiers.rule(&key.kind).role;
        if role == Role::Handoff {
            let linked: Vec<_> = holders
                .iter()
                .filter_map(|(id, atom)| Some((*id, atom.links.get(key)?)))
                .collect();
            let joined: BTreeSet<AtomId> = joined_by_handoff(&linked).into_iter().collect();
            holders.retain(|(id, _)| joined.contains(id));
        }
        if role != Role::Anchor {
            if self.is_generic(key, &holders) {
                return Ok(Standing::Generic);
            }
            if self.is_shared(&holders)? {
                return Ok(Standing::Shared);
            }
        }
        Ok(Standing::Joins(holders))
    }

    /// Whether more subjects hold a key than one of its kind has.
    fn is_generic(&self, key: &Key, holders: &[(AtomId, Arc<AtomRecord>)]) -> bool {
        let rules = &self.rules.identifiers;
        let Some(most) = rules.rule(&key.kind).subjects_max else {
            return false;
        };
        let subjects: BTreeSet<_> = holders
            .iter()
            .filter_map(|(_, atom)| atom.claim.subject(self.rules.of(atom.edition)))
            .collect();
        subjects.len() > usize::try_from(most).unwrap_or(usize::MAX)
    }

    /// Whether two customers are among the holders of a key.
    fn is_shared(&self, holders: &[(AtomId, Arc<AtomRecord>)]) -> Result<bool, Error> {
        let customers: BTreeSet<&Key> = holders
            .iter()
            .filter_map(|(_, atom)| match atom.claim.anchor(self.rules.of(atom.edition)) {
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
}
