//! The identity graph as the store holds it: who holds a key, what a key does among its holders, who is in a block.
//!
//! The same code serves the writer (over the batch in progress) and the queries (over committed state), so that the
//! explanation of a profile is the computation that made it. [`crate::engine::identity::component`] searches it.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    ops::ControlFlow,
    sync::Arc,
};

use crate::{
    domain::{
        identifier::Role,
        identity::{Anchor, IdentityRules, Key, link::joined_by_handoff},
        similarity::blocking_keys,
    },
    engine::{identity::memory::Memory, state::atoms::Atoms},
    store::{
        AtomId, AtomRecord, Error, FaceHash, KeyHash, Keyring, Order, Read, WordHash, fingerprint::in_time,
        keys, keys::Declared,
    },
    telemetry,
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

/// How many of a key's holders count.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    /// The first so many, in an order of their own.
    First(usize),
    /// All, unless there are more: then it says nothing to anybody.
    Generic(usize),
}

impl Bound {
    const fn is_of_the_first(self) -> bool {
        matches!(self, Self::First(_))
    }

    /// The atoms that count at an index entry.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn of(self, view: &impl Read, prefix: &[u8]) -> Result<Option<Vec<AtomId>>, Error> {
        match self {
            Self::First(most) => view.first_atoms(prefix, most).map(Some),
            Self::Generic(most) => view.atoms_up_to(prefix, most),
        }
    }
}

/// What a key does among those who hold it.
#[derive(Debug)]
pub enum Standing {
    /// It joins these: its holders, of a customer id the earliest, of a QR code the one it was minted for and its first
    /// scan.
    Joins(Vec<AtomId>),
    /// Two customers hold it: it joins nobody.
    Shared,
    /// So many hold it that it says nothing about anybody: it joins nobody.
    Generic,
}

/// What a key says of those who hold or mention it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Says {
    /// Whether it joins its holders.
    pub(crate) joins: bool,
    /// Whether to share it says anything about two.
    pub(crate) is_evidence: bool,
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

    /// How many of a key's holders count, and what becomes of it where there are more.
    pub(crate) fn bound(&self, key: &Key) -> Bound {
        let rules = &self.rules.identifiers;
        match rules.rule(&key.kind).role {
            Role::Anchor => Bound::First(rules.claims_max),
            // Its minter and what ended it stand before all who scanned it.
            Role::Handoff => Bound::First(rules.atoms_max),
            Role::Contact | Role::Device | Role::PerEvent | Role::Label => Bound::Generic(rules.atoms_max),
        }
    }

    /// The atoms that hold a key, as many as count; `None` where they are so many that it says nothing.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn holding(&self, key: &Key) -> Result<Option<Vec<AtomId>>, Error> {
        self.bound(key)
            .of(self.view, &keys::holders(self.keyring.key(key)))
    }

    /// What bounds a key that says nothing, or not of all who hold it.
    pub(crate) fn bounded_by(&self, key: &Key) -> Result<telemetry::Bound, Error> {
        Ok(match self.bound(key) {
            Bound::First(_) if self.rules.identifiers.rule(&key.kind).role == Role::Anchor => {
                telemetry::Bound::Claims
            }
            Bound::Generic(_) if self.holding(key)?.is_some() => telemetry::Bound::Subjects,
            Bound::First(_) | Bound::Generic(_) => telemetry::Bound::Holders,
        })
    }

    /// The index entries by which an atom is found as a holder of its keys, in the order of these.
    pub(crate) fn entries_of(&self, id: AtomId, atom: &AtomRecord) -> Vec<Vec<u8>> {
        let keys = self.keys_of(atom);
        keys.iter().map(|key| self.holder_entry(key, id, atom)).collect()
    }

    /// The index entry by which an atom is found as a holder of a key.
    pub(crate) fn holder_entry(&self, key: &Key, id: AtomId, atom: &AtomRecord) -> Vec<u8> {
        let hash = self.keyring.key(key);
        let order = match self.rules.of(atom.edition).rule(&key.kind).role {
            Role::Anchor => Some((0, &atom.first)),
            Role::Handoff => atom.links.get(key).map(|link| (link.place(), &link.first)),
            Role::Contact | Role::Device | Role::PerEvent | Role::Label => None,
        };
        match order {
            None => keys::holder(hash, id),
            Some((rank, first)) => keys::holder_in_order(hash, in_time(rank, first), id),
        }
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

    /// The faces in a block; `None` where they are too many to tell anything.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn in_block(&self, block: KeyHash) -> Result<Option<Vec<FaceHash>>, Error> {
        let prefix = keys::block(block);
        let most = self.rules.similarity.block_faces_max;
        let faces = self.view.atoms_up_to(&prefix, most)?;
        Ok(faces.map(|faces| faces.into_iter().map(|AtomId(face)| FaceHash(face)).collect()))
    }

    /// Whether an atom counts: of a customer's claims only the earliest do. One that does not joins nobody and keeps nobody
    /// apart, by whatever it holds.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn counts(&self, id: AtomId, atom: &AtomRecord) -> Result<bool, Error> {
        match atom.claim.anchor(self.rules.of(atom.edition)) {
            Anchor::One(user) if self.bound(user).is_of_the_first() => {
                Ok(self.holding(user)?.is_some_and(|counting| counting.contains(&id)))
            }
            Anchor::One(_) | Anchor::None | Anchor::Conflict => Ok(true),
        }
    }

    /// Whether an atom speaks for all that show the same face: of one customer's the earliest, since later ones may be
    /// more than count.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn speaks(&self, face: FaceHash, id: AtomId, atom: &AtomRecord) -> Result<bool, Error> {
        if atom.claim.anchor(self.rules.of(atom.edition)) == Anchor::None {
            return Ok(true);
        }
        Ok(self.view.first_atoms(&keys::face(face), 1)? == [id])
    }

    /// The atom that speaks for all that show a face.
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
        let role = self.rules.identifiers.rule(&key.kind).role;
        if role == Role::Anchor {
            return Ok(Standing::Joins(ids));
        }
        let mut holders = Vec::with_capacity(ids.len());
        for id in ids {
            holders.extend(self.view.atom(id)?.map(|atom| (id, atom)));
        }
        if role == Role::Handoff {
            let linked: Vec<_> = holders
                .iter()
                .filter_map(|(id, atom)| Some((*id, atom.links.get(key)?)))
                .collect();
            let joined: BTreeSet<AtomId> = joined_by_handoff(&linked).into_iter().collect();
            holders.retain(|(id, _)| joined.contains(id));
        }
        if self.is_generic(key, &holders) {
            return Ok(Standing::Generic);
        }
        if self.is_shared(&holders)? {
            return Ok(Standing::Shared);
        }
        Ok(Standing::Joins(holders.into_iter().map(|(id, _)| id).collect()))
    }

    /// What a key says of those who hold or mention it.
    ///
    /// # Errors
    /// When the index or an atom cannot be read.
    pub(crate) fn says(&self, key: &Key) -> Result<Says, Error> {
        let standing = self.standing(key)?;
        Ok(Says {
            joins: matches!(standing, Standing::Joins(_)),
            is_evidence: !matches!(standing, Standing::Generic) && self.mentioning(key)?.is_some(),
        })
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
        let mut claims: BTreeMap<&Key, Vec<AtomId>> = BTreeMap::new();
        for (id, atom) in holders {
            if let Anchor::One(user) = atom.claim.anchor(self.rules.of(atom.edition)) {
                claims.entry(user).or_default().push(*id);
            }
        }
        if claims.len() > 1 {
            for (user, ids) in &mut claims {
                let counting = self.holding(user)?.unwrap_or_default();
                ids.retain(|id| counting.contains(id));
            }
        }
        let mut customers = claims
            .into_iter()
            .filter(|(_, ids)| !ids.is_empty())
            .map(|(user, _)| user);
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
    pub(crate) fn declared_same(&self, user: KeyHash) -> Result<BTreeSet<KeyHash>, Error> {
        let mut same = BTreeSet::from([user]);
        let mut queue = VecDeque::from([user]);
        while let Some(user) = queue.pop_front() {
            let mut from = keys::aliases(user);
            while let Some(other) = self.next_alias(user, &from)? {
                if !same.contains(&other) && self.are_same(user, other, None)? {
                    same.insert(other);
                    queue.push_back(other);
                }
                from = keys::behind_aliases_between(user, other);
            }
        }
        Ok(same)
    }

    /// Whether somebody beside `but` declares two user ids the same: a steward, or a claim that counts for both.
    pub(crate) fn are_same(
        &self,
        user: KeyHash,
        other: KeyHash,
        but: Option<Declared>,
    ) -> Result<bool, Error> {
        let words = self.view.first_atoms(&keys::said_same(user, other), 2)?;
        if words
            .into_iter()
            .any(|AtomId(word)| but != Some(Declared::Said(WordHash(word))))
        {
            return Ok(true);
        }
        let most = self.rules.identifiers.claims_max;
        let counting = |user| self.view.first_atoms(&keys::holders(user), most);
        let others: BTreeSet<AtomId> = counting(other)?.into_iter().collect();
        for id in counting(user)?.into_iter().filter(|id| others.contains(id)) {
            let by = Declared::Claimed(id);
            if but != Some(by) && self.view.get(&keys::alias(user, other, by))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The first user id that is declared the same as `user` from this entry on.
    fn next_alias(&self, user: KeyHash, from: &[u8]) -> Result<Option<KeyHash>, Error> {
        let mut next = None;
        let end = keys::behind_aliases(user);
        self.view.scan(from, &end, Order::Ascending, &mut |key, _| {
            next = keys::alias_in(key);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(next)
    }
}
