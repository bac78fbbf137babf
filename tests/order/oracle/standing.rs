//! What a value says about those who hold it: counted over all atoms at once.

use std::collections::{BTreeMap, BTreeSet};

use yekta::{
    domain::identifier::{IdentifierRules, Role},
    store::fingerprint,
};

use crate::oracle::{Atom, Key, role, saying::Anchor};

/// Who holds and who mentions each value, as places in the list of atoms.
pub(super) struct Standings {
    holders: BTreeMap<Key, BTreeSet<usize>>,
    mentions: BTreeMap<Key, BTreeSet<usize>>,
    generic: BTreeSet<Key>,
    /// Atoms that name a customer with so many that they do not count.
    crowd: BTreeSet<usize>,
}

impl Standings {
    pub(super) fn of(atoms: &[Atom], rules: &IdentifierRules) -> Self {
        let mut holders: BTreeMap<Key, BTreeSet<usize>> = BTreeMap::new();
        let mut mentions = BTreeMap::new();
        for (place, atom) in atoms.iter().enumerate() {
            for key in &atom.keys {
                holders.entry(key.clone()).or_default().insert(place);
            }
            for key in atom.saying.mentions(rules) {
                mentions.entry(key).or_insert_with(BTreeSet::new).insert(place);
            }
        }
        for (key, holders) in &mut holders {
            if role(key, rules) == Role::Anchor {
                *holders = earliest(holders, atoms, rules.claims_max);
            }
        }
        let crowd = (0..atoms.len())
            .filter(|place| match atoms[*place].saying.anchor(rules) {
                Anchor::One(user) => !holders
                    .get(&user)
                    .is_some_and(|counting| counting.contains(place)),
                Anchor::None | Anchor::Conflict => false,
            })
            .collect();
        let generic = holders
            .iter()
            .filter(|(key, holders)| is_generic(key, holders, atoms, rules))
            .map(|(key, _)| key.clone())
            .collect();
        Self {
            holders,
            mentions,
            generic,
            crowd,
        }
    }

    /// Whether an atom counts: one that does not joins nobody and keeps nobody apart.
    pub(super) fn counts(&self, place: usize) -> bool {
        !self.crowd.contains(&place)
    }

    pub(super) fn holders(&self) -> &BTreeMap<Key, BTreeSet<usize>> {
        &self.holders
    }

    /// Whether too many hold it for it to join anybody.
    pub(super) fn is_generic(&self, key: &Key) -> bool {
        self.generic.contains(key)
    }

    /// Whether sharing it says something about two.
    pub(super) fn is_evidence(&self, key: &Key, rules: &IdentifierRules) -> bool {
        !self.is_generic(key) && self.mentioned(key) <= rules.atoms_max
    }

    /// Whether mentioning it may lead to somebody.
    pub(super) fn leads_somewhere(&self, key: &Key, rules: &IdentifierRules) -> bool {
        let held = self.holders.get(key).map_or(0, BTreeSet::len);
        self.mentioned(key) <= rules.atoms_max && held <= rules.atoms_max
    }

    fn mentioned(&self, key: &Key) -> usize {
        self.mentions.get(key).map_or(0, BTreeSet::len)
    }
}

/// The earliest atoms of a customer, as many as count; of one time in an order that their ids give.
fn earliest(holders: &BTreeSet<usize>, atoms: &[Atom], most: usize) -> BTreeSet<usize> {
    let first = |place: &usize| &atoms[*place].first;
    let mut holders: Vec<usize> = holders.iter().copied().collect();
    holders.sort_by_key(|place| (first(place).time, fingerprint::tie(first(place))));
    holders.into_iter().take(most).collect()
}

fn is_generic(key: &Key, holders: &BTreeSet<usize>, atoms: &[Atom], rules: &IdentifierRules) -> bool {
    if role(key, rules) == Role::Anchor {
        return false;
    }
    let subjects: BTreeSet<String> = holders
        .iter()
        .filter_map(|place| atoms[*place].saying.subject(rules))
        .collect();
    let subjects_max = rules
        .rule(&key.0)
        .subjects_max
        .map_or(usize::MAX, |most| most as usize);
    holders.len() > rules.atoms_max || subjects.len() > subjects_max
}
