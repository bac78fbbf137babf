//! Whom an erasure is about, and by what they are known: the same to whoever erases and to whoever has to know it before.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        identity::{Anchor, Key},
        time::Timestamp,
    },
    engine::{
        api::Target,
        identity::graph::Graph,
        queries::{
            answer::{Query, QueryError},
            query::{Address, Found},
        },
        state::atoms::Atoms,
    },
    store::{AtomId, Error, KeyHash, ProfileId, ProfileRecord, keys},
};

/// Whom it is about.
pub(super) struct Meant {
    pub(super) atoms: BTreeSet<AtomId>,
    /// What was theirs alone, sorted.
    pub(super) keys: Vec<KeyHash>,
    /// The atoms whose claim is theirs alone, sorted.
    pub(super) claims: Vec<AtomId>,
    /// When the last of their events was.
    pub(super) last: Option<Timestamp>,
}

impl<A: Atoms> Graph<'_, A> {
    /// Whom the erasure of a profile is about: also who is only shown with them.
    pub(super) fn meant(&self, record: &ProfileRecord) -> Result<Meant, Error> {
        let shown: BTreeSet<AtomId> = record.members.iter().chain(&record.attributed).copied().collect();
        let atoms = self.with_all_claims(shown)?;
        let (mut keys, mut claims, mut last) = (BTreeMap::new(), BTreeSet::new(), None);
        for id in &atoms {
            let Some(atom) = self.view.atom(*id)? else {
                continue;
            };
            last = last.max(atom.aggregate.last);
            let asserted = atom.claim.asserted.iter().map(|one| &one.key);
            let (mut is_theirs, mut names_anything) = (false, false);
            for key in asserted.chain(atom.links.keys()) {
                names_anything = true;
                is_theirs |= self.is_theirs(key, &atoms, &mut keys)?;
            }
            // Others say the same where a claim names nothing but what they share.
            if is_theirs || !names_anything {
                claims.insert(*id);
            }
        }
        let keys = keys.into_iter();
        Ok(Meant {
            keys: keys
                .filter_map(|(key, is_theirs)| is_theirs.then_some(key))
                .collect(),
            claims: claims.into_iter().collect(),
            atoms,
            last,
        })
    }

    /// Whether a key is of these atoms alone, as it was judged before or is now: most of their claims name the same.
    fn is_theirs(
        &self,
        key: &Key,
        atoms: &BTreeSet<AtomId>,
        judged: &mut BTreeMap<KeyHash, bool>,
    ) -> Result<bool, Error> {
        let hash = self.keyring.key(key);
        if let Some(is_theirs) = judged.get(&hash) {
            return Ok(*is_theirs);
        }
        let is_theirs = self.is_of_these_alone(key, hash, atoms)?;
        judged.insert(hash, is_theirs);
        Ok(is_theirs)
    }

    /// These, and all claims of their customers: of more than count the rest is shown apart.
    fn with_all_claims(&self, shown: BTreeSet<AtomId>) -> Result<BTreeSet<AtomId>, Error> {
        let mut customers = BTreeSet::new();
        for id in &shown {
            if let Some(atom) = self.view.atom(*id)? {
                // Who names two customers is neither of them.
                if let Anchor::One(user) = atom.claim.anchor(self.rules.of(atom.edition)) {
                    customers.insert(self.keyring.key(user));
                }
            }
        }
        let mut atoms = shown;
        for customer in customers {
            atoms.extend(self.view.atoms(&keys::holders(customer))?);
        }
        Ok(atoms)
    }

    /// By what refused items are known as theirs: what was theirs alone, and contacts that nobody else mentions. What they are
    /// is asked once of each, before anything is taken out: who holds it still stands in the index. Both are sorted.
    pub(super) fn traces(&self, atoms: &[AtomId], keys: &[KeyHash]) -> Result<Vec<Key>, Error> {
        let (mut traces, mut judged) = (Vec::new(), BTreeSet::new());
        for id in atoms {
            let Some(atom) = self.view.atom(*id)? else {
                continue;
            };
            for key in atom.claim.asserted.iter().map(|one| &one.key) {
                let hash = self.keyring.key(key);
                if judged.insert(hash)
                    && (keys.binary_search(&hash).is_ok() || self.only_mention(key, hash, atoms)?)
                {
                    traces.push(key.clone());
                }
            }
        }
        Ok(traces)
    }

    /// Whether nobody holds a key, and none but these mention it.
    fn only_mention(&self, key: &Key, hash: KeyHash, atoms: &[AtomId]) -> Result<bool, Error> {
        if !self.holding(key)?.is_some_and(|held| held.is_empty()) {
            return Ok(false);
        }
        let mentioning = self.view.atoms_up_to(&keys::mentions(hash), atoms.len())?;
        Ok(mentioning.is_some_and(|all| all.iter().all(|id| atoms.binary_search(id).is_ok())))
    }
}

impl Query {
    /// Who would be erased, and the values by which refused items are known as theirs; `None` where it is not one who holds
    /// what is named.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn traces_of(&self, target: &Target) -> Result<Option<(ProfileId, Vec<Key>)>, QueryError> {
        let address = match target {
            Target::Profile(id) => Address::Id(*id),
            Target::Identifier(key) => Address::Identifier(key.clone()),
        };
        let Found::One(profile) = self.find_holding(&address)? else {
            return Ok(None);
        };
        let traces = self.settled(profile, |record| {
            let graph = self.graph();
            let meant = graph.meant(record)?;
            let atoms: Vec<AtomId> = meant.atoms.into_iter().collect();
            Ok(graph.traces(&atoms, &meant.keys)?)
        });
        Ok(traces?.map(|traces| (profile, traces)))
    }
}
