//! Persons from atoms: keys in canonical order, each uniting its holders with the first of them where no rule forbids.

use std::collections::{BTreeMap, BTreeSet};

use yekta::domain::identifier::{IdentifierRules, Kind, Role};

use crate::oracle::{
    Atom, Key, role,
    saying::{Anchor, Bond},
};

/// One person: their atoms, and the events that are only shown with them.
pub(super) struct Person {
    pub(super) members: BTreeSet<usize>,
    pub(super) shown: BTreeSet<usize>,
}

/// The persons of `atoms`.
///
/// Keys that lie in different components decide about different atoms, so going through all keys of all events once is
/// the same as going through each component by itself.
pub(super) fn persons(atoms: &[Atom], rules: &IdentifierRules) -> Vec<Person> {
    let customers = customers(atoms, rules);
    let mut person_of: Vec<usize> = (0..atoms.len()).collect();
    for (_, key, holders) in unshared_keys(atoms, &customers, rules) {
        let mut holders = holders.into_iter();
        let Some(first) = holders.next() else { continue };
        for other in holders {
            let (keep, gone) = (person_of[first], person_of[other]);
            if keep == gone {
                continue;
            }
            let among = |person: usize| {
                (0..atoms.len())
                    .filter(|atom| person_of[*atom] == person)
                    .collect()
            };
            let (one, two): (Vec<usize>, Vec<usize>) = (among(keep), among(gone));
            let limited = role(&key, rules) != Role::Anchor && too_many(&one, &two, atoms, rules);
            if !limited && !two_customers(&one, &two, &customers) {
                for atom in two {
                    person_of[atom] = keep;
                }
            }
        }
    }
    let mut persons: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (atom, person) in person_of.into_iter().enumerate() {
        persons.entry(person).or_default().insert(atom);
    }
    persons
        .into_values()
        .map(|members| Person {
            members,
            shown: BTreeSet::new(),
        })
        .collect()
}

/// The customer of each atom; of user ids that were declared the same, the smallest stands for all.
fn customers(atoms: &[Atom], rules: &IdentifierRules) -> Vec<Option<Key>> {
    let mut same: BTreeMap<Key, Key> = BTreeMap::new();
    for atom in atoms {
        if let (Some(former), Anchor::One(user)) = (&atom.saying.alias_of, atom.saying.anchor(rules)) {
            let known = |user: &Key| same.get(user).cloned().unwrap_or_else(|| user.clone());
            let pair = [known(former), known(&user)];
            let smallest = pair.iter().min().unwrap().clone();
            same.insert(former.clone(), smallest.clone());
            same.insert(user, smallest.clone());
            same.values_mut()
                .filter(|one| pair.contains(one))
                .for_each(|one| *one = smallest.clone());
        }
    }
    let customer = |atom: &Atom| match atom.saying.anchor(rules) {
        Anchor::One(user) => Some(same.get(&user).cloned().unwrap_or(user)),
        Anchor::None | Anchor::Conflict => None,
    };
    atoms.iter().map(customer).collect()
}

/// Keys that not two customers hold, in canonical order, each with its holders: customers' atoms first.
fn unshared_keys(
    atoms: &[Atom],
    customers: &[Option<Key>],
    rules: &IdentifierRules,
) -> Vec<(u8, Key, Vec<usize>)> {
    let mut holders: BTreeMap<&Key, Vec<usize>> = BTreeMap::new();
    for (place, atom) in atoms.iter().enumerate() {
        for key in &atom.keys {
            holders.entry(key).or_default().push(place);
        }
    }
    let mut keys = Vec::new();
    for (key, mut holders) in holders {
        let among: BTreeSet<&Key> = holders
            .iter()
            .filter_map(|place| customers[*place].as_ref())
            .collect();
        if among.len() < 2 || role(key, rules) == Role::Anchor {
            holders.sort_by_key(|place| (customers[*place].is_none(), &atoms[*place].saying));
            keys.push((rules.rule(&key.0).rank, key.clone(), holders));
        }
    }
    keys.sort();
    keys
}

fn two_customers(one: &[usize], two: &[usize], customers: &[Option<Key>]) -> bool {
    let all: BTreeSet<&Key> = one
        .iter()
        .chain(two)
        .filter_map(|atom| customers[*atom].as_ref())
        .collect();
    all.len() > 1
}

/// Whether both hold values of a kind, and together more than one person may.
fn too_many(one: &[usize], two: &[usize], atoms: &[Atom], rules: &IdentifierRules) -> bool {
    let (one, two) = (held(one, atoms), held(two, atoms));
    one.iter().any(|(kind, values)| {
        let (Some(most), Some(others)) = (rules.rule(kind).per_profile, two.get(kind)) else {
            return false;
        };
        rules.rule(kind).role != Role::Anchor && values.union(others).count() > usize::try_from(most).unwrap()
    })
}

/// The values that may join, by kind.
fn held(members: &[usize], atoms: &[Atom]) -> BTreeMap<Kind, BTreeSet<String>> {
    let mut held: BTreeMap<Kind, BTreeSet<String>> = BTreeMap::new();
    for (key, _, bond) in members.iter().flat_map(|atom| &atoms[*atom].saying.asserted) {
        if *bond != Bond::Loose {
            held.entry(key.0.clone()).or_default().insert(key.1.clone());
        }
    }
    held
}
