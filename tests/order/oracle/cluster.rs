//! Persons from atoms, in three rounds: what one person alone has, likeness, contacts.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use yekta::domain::{
    identifier::{IdentifierRules, Kind, Role},
    identity::IdentityRules,
    similarity::{Conflict, Person, Summary, compare},
};

use crate::oracle::{
    Atom, Key,
    alike::{self, Pair},
    role,
    saying::{Anchor, Bond},
    standing::Standings,
};

/// Micro-bits by which more likeness is asked for in a crowd.
const STRICTER: i64 = 2_000_000;

/// All that unions are judged by.
struct World<'a> {
    atoms: &'a [Atom],
    rules: &'a IdentityRules,
    customers: Vec<Option<Key>>,
    told: BTreeMap<usize, Person>,
    /// The person of each atom, by the first atom of it.
    person_of: Vec<usize>,
}

/// The persons of `atoms`, as places in that list.
///
/// What lies in different components decides about different atoms, so going through all keys of all events once is the
/// same as going through each component by itself.
pub(super) fn persons(atoms: &[Atom], standings: &Standings, rules: &IdentityRules) -> Vec<BTreeSet<usize>> {
    let identifiers = &rules.identifiers;
    let mut world = World {
        atoms,
        rules,
        customers: customers(atoms, standings, identifiers),
        told: alike::persons(atoms, standings, rules),
        person_of: (0..atoms.len()).collect(),
    };
    let keys = joining_keys(standings, &world.customers, identifiers);
    for (_, key, holders) in keys
        .iter()
        .filter(|(_, key, _)| role(key, identifiers) != Role::Contact)
    {
        for other in holders {
            world.unite(holders[0], *other, role(key, identifiers), None);
        }
    }
    let all = alike::pairs(atoms, standings, rules);
    let counted = counted(atoms.len(), &keys, &all, rules);
    let open = world.unite_alike(counted.clone(), &counted);
    for (_, _, holders) in keys
        .iter()
        .filter(|(_, key, _)| role(key, identifiers) == Role::Contact)
    {
        let mut firsts: Vec<usize> = Vec::new();
        for holder in holders {
            let is_in = firsts
                .iter()
                .any(|first| world.person_of[*first] == world.person_of[*holder]);
            if !is_in
                && !firsts
                    .clone()
                    .iter()
                    .any(|first| world.unite(*first, *holder, Role::Contact, Some((1, 0))))
            {
                firsts.push(*holder);
            }
        }
    }
    world.unite_alike(open, &counted);
    let mut persons: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (atom, person) in world.person_of.into_iter().enumerate() {
        persons.entry(person).or_default().insert(atom);
    }
    persons.into_values().collect()
}

impl World<'_> {
    /// Unites two persons where no rule forbids it, and says whether they are one. Where both have `floor.0` atoms with
    /// facts or more, these have to come to `floor.1` micro-bits on the average.
    fn unite(&mut self, one: usize, other: usize, by: Role, floor: Option<(usize, i64)>) -> bool {
        let (keep, gone) = (self.person_of[one], self.person_of[other]);
        let allowed = keep == gone || self.may_unite(one, other, by, floor);
        if allowed {
            self.person_of
                .iter_mut()
                .filter(|person| **person == gone)
                .for_each(|person| *person = keep);
        }
        allowed
    }

    /// Unites pairs that are alike, again and again until no more are; what somebody else has as good a claim to, who is
    /// not the same, stays open.
    fn unite_alike(&mut self, mut open: Vec<Pair>, all: &[Pair]) -> Vec<Pair> {
        loop {
            let before: BTreeSet<usize> = self.person_of.iter().copied().collect();
            let mut disputed = Vec::new();
            for (bits, one, other) in open {
                let (a, b) = (self.person_of[one], self.person_of[other]);
                if a != b && self.may_unite(one, other, Role::Label, Some((3, 0))) {
                    if self.is_disputed(bits, a, b, all) || self.is_disputed(bits, b, a, all) {
                        disputed.push((bits, one, other));
                    } else {
                        self.unite(one, other, Role::Label, Some((3, 0)));
                    }
                }
            }
            open = disputed;
            let after: BTreeSet<usize> = self.person_of.iter().copied().collect();
            if before == after {
                return open;
            }
        }
    }

    /// Whether a third person is as much like `one`, whom it could be, and cannot be `other`.
    fn is_disputed(&self, bits: i64, one: usize, other: usize, all: &[Pair]) -> bool {
        let clash = |a: usize, b: usize| {
            let facts = |person| summary(&self.told_of(&self.among(person)));
            let both = facts(a).zip(facts(b));
            both.is_some_and(|(a, b)| a.conflict(&b).is_some())
        };
        let ends = all
            .iter()
            .filter(|pair| pair.0 >= bits)
            .flat_map(|(_, x, y)| [(*x, *y), (*y, *x)]);
        let mut speaking: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (_, by) in ends.filter(|(end, _)| self.person_of[*end] == one) {
            speaking.entry(self.person_of[by]).or_default().insert(by);
        }
        let count = |person| speaking.get(&person).map_or(0, BTreeSet::len);
        speaking.keys().any(|third| {
            let third = *third;
            let is_other = third != one && third != other && clash(third, other) && !clash(third, one);
            is_other && 4 * count(third) >= count(other)
        })
    }

    fn among(&self, person: usize) -> Vec<usize> {
        let mut atoms: Vec<usize> = (0..self.atoms.len()).collect();
        atoms.retain(|atom| self.person_of[*atom] == person);
        atoms
    }

    fn told_of(&self, atoms: &[usize]) -> Vec<&Person> {
        atoms.iter().filter_map(|atom| self.told.get(atom)).collect()
    }

    /// Whether no rule forbids the union of two persons.
    fn may_unite(&self, one: usize, other: usize, by: Role, floor: Option<(usize, i64)>) -> bool {
        // Whoever is alike by what they were compared in is so whatever else is said of them.
        let settled = |conflict: Conflict, persons: (&Summary, &Summary)| {
            let pair = self.told.get(&one).zip(self.told.get(&other));
            by == Role::Label
                && pair.is_some_and(|(a, b)| {
                    compare(a, b, &self.rules.similarity.weights).settles(conflict, persons)
                })
        };
        let (one, two) = (self.among(self.person_of[one]), self.among(self.person_of[other]));
        let by_facts = || {
            too_many(&one, &two, self.atoms, &self.rules.identifiers)
                || self.speak_against(&one, &two, floor, settled)
        };
        !self.two_customers(&one, &two) && (by == Role::Anchor || !by_facts())
    }

    fn two_customers(&self, one: &[usize], two: &[usize]) -> bool {
        let all = one
            .iter()
            .chain(two)
            .filter_map(|atom| self.customers[*atom].as_ref());
        all.collect::<BTreeSet<&Key>>().len() > 1
    }

    /// Whether the facts of two persons cannot be of one.
    fn speak_against(
        &self,
        one: &[usize],
        two: &[usize],
        floor: Option<(usize, i64)>,
        settled: impl Fn(Conflict, (&Summary, &Summary)) -> bool,
    ) -> bool {
        let (one, two) = (self.told_of(one), self.told_of(two));
        let (Some(first), Some(second)) = (summary(&one), summary(&two)) else {
            return false;
        };
        if first
            .conflicts(&second)
            .any(|conflict| !settled(conflict, (&first, &second)))
        {
            return true;
        }
        let Some((from, least)) = floor else { return false };
        if one.len() < from || two.len() < from {
            return false;
        }
        let (mut sum, mut count) = (0, 0);
        for a in one.iter().take(8) {
            for b in two.iter().take(8) {
                sum += compare(a, b, &self.rules.similarity.weights).total.0;
                count += 1;
            }
        }
        sum / count < least
    }
}

fn summary(persons: &[&Person]) -> Option<Summary> {
    let mut all = persons.iter().map(|person| Summary::of(person));
    let mut first = all.next()?;
    all.for_each(|other| first.absorb(&other));
    Some(first)
}

/// The customer of each atom; of user ids that were declared the same, the smallest stands for all.
fn customers(atoms: &[Atom], standings: &Standings, rules: &IdentifierRules) -> Vec<Option<Key>> {
    let mut same: BTreeMap<Key, Key> = BTreeMap::new();
    for (place, atom) in atoms.iter().enumerate() {
        if let (Some(former), Anchor::One(user)) = (&atom.saying.alias_of, atom.saying.anchor(rules))
            && [former, &user].iter().all(|key| {
                standings
                    .holders()
                    .get(*key)
                    .is_some_and(|holders| holders.contains(&place))
            })
        {
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
    let customer = |(place, atom): (usize, &Atom)| match atom.saying.anchor(rules) {
        Anchor::One(user) if !standings.counts(place) => Some(user),
        Anchor::One(user) => Some(same.get(&user).cloned().unwrap_or(user)),
        Anchor::None | Anchor::Conflict => None,
    };
    atoms.iter().enumerate().map(customer).collect()
}

/// Keys that neither two customers nor too many hold, in canonical order, each with its holders: customers' atoms first.
fn joining_keys(
    standings: &Standings,
    customers: &[Option<Key>],
    rules: &IdentifierRules,
) -> Vec<(u8, Key, Vec<usize>)> {
    let mut keys = Vec::new();
    for (key, holders) in standings.holders() {
        let holders: BTreeSet<usize> = holders
            .iter()
            .copied()
            .filter(|place| standings.counts(*place))
            .collect();
        let among: BTreeSet<&Key> = holders
            .iter()
            .filter_map(|place| customers[*place].as_ref())
            .collect();
        let is_shared = among.len() > 1 && role(key, rules) != Role::Anchor;
        if !is_shared && !standings.is_generic(key) {
            let mut holders: Vec<usize> = holders.iter().copied().collect();
            holders.sort_by_key(|place| (customers[*place].is_none(), *place));
            keys.push((rules.rule(&key.0).rank, key.clone(), holders));
        }
    }
    keys.sort();
    keys
}

/// The pairs that count, the most alike first: in a component of too many, those alike enough to connect fewer.
fn counted(atoms: usize, keys: &[(u8, Key, Vec<usize>)], all: &[Pair], rules: &IdentityRules) -> Vec<Pair> {
    let most = rules.similarity.component_atoms_max;
    let by_keys = keys
        .iter()
        .flat_map(|(_, _, holders)| holders.iter().map(|other| (holders[0], *other)));
    let by_likeness = all.iter().map(|(_, one, other)| (*one, *other));
    let mut counted = Vec::new();
    let mut crowds: Vec<(BTreeSet<usize>, i64)> = parts(atoms, by_keys.chain(by_likeness))
        .into_iter()
        .map(|part| (part, rules.similarity.thresholds.auto.0))
        .collect();
    while let Some((crowd, least)) = crowds.pop() {
        let inside = all
            .iter()
            .filter(|(bits, one, other)| *bits >= least && crowd.contains(one) && crowd.contains(other));
        let inside: Vec<Pair> = inside.copied().collect();
        if crowd.len() <= most || inside.is_empty() {
            counted.extend(inside);
            continue;
        }
        for part in parts(atoms, inside.iter().map(|(_, one, other)| (*one, *other))) {
            if part.len() > 1 {
                let least = if part.len() > most {
                    least + STRICTER
                } else {
                    least
                };
                crowds.push((part, least));
            }
        }
    }
    counted.sort_by_key(|(bits, one, other)| (Reverse(*bits), *one, *other));
    counted
}

/// What hangs together by `pairs`, found by letting the smaller name win until nothing changes.
fn parts(atoms: usize, pairs: impl Iterator<Item = (usize, usize)>) -> Vec<BTreeSet<usize>> {
    let pairs: Vec<(usize, usize)> = pairs.collect();
    let mut name: Vec<usize> = (0..atoms).collect();
    loop {
        let before = name.clone();
        for (one, other) in &pairs {
            let least = name[*one].min(name[*other]);
            (name[*one], name[*other]) = (least, least);
        }
        if name == before {
            break;
        }
    }
    let mut parts: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for (atom, name) in name.into_iter().enumerate() {
        parts.entry(name).or_default().insert(atom);
    }
    parts.into_values().collect()
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
