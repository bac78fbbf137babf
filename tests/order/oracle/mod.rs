//! The oracle: who is who, worked out from scratch from the whole set of events, slowly and in plain steps.
//!
//! It is written from the rules and shares no code with the engine or with `domain::identity`: it takes events, the
//! table of identifier kinds, and nothing else. What it says is what every order of arrival has to give.

mod cluster;
mod devices;
mod saying;
mod totals;

use std::collections::{BTreeMap, BTreeSet};

use yekta::domain::{
    event::Event,
    identifier::{IdentifierRules, Kind, Role, Trust},
};

pub(crate) use crate::oracle::totals::{Totals, totals};
use crate::oracle::{
    devices::Devices,
    saying::{Anchor, Saying},
};

/// A kind and a value.
type Key = (Kind, String);

/// A distinct saying, the events that say it, and the keys by which it may join others.
struct Atom {
    saying: Saying,
    events: BTreeSet<usize>,
    keys: BTreeSet<Key>,
}

/// The persons of `events`, each as the places of their events in the list. No two events may have the same id.
pub(crate) fn persons(events: &[Event], rules: &IdentifierRules) -> BTreeSet<BTreeSet<usize>> {
    let atoms = atoms(events, rules);
    let (keyed, keyless): (Vec<Atom>, Vec<Atom>) = atoms.into_iter().partition(|atom| !atom.keys.is_empty());
    let mut persons = cluster::persons(&keyed, rules);
    let mut apart = Vec::new();
    for atom in &keyless {
        let home = home(atom, &keyed, &persons, rules);
        match home {
            Some(person) => persons[person].shown.extend(&atom.events),
            None => apart.push(atom.events.clone()),
        }
    }
    let events_of = |person: cluster::Person| {
        let own = person.members.iter().flat_map(|atom| keyed[*atom].events.iter());
        own.chain(&person.shown).copied().collect()
    };
    persons.into_iter().map(events_of).chain(apart).collect()
}

/// How many devices two or more customers logged in on.
pub(crate) fn devices_of_several_customers(events: &[Event], rules: &IdentifierRules) -> usize {
    Devices::of(events, rules).of_several_customers()
}

fn atoms(events: &[Event], rules: &IdentifierRules) -> Vec<Atom> {
    let devices = Devices::of(events, rules);
    let mut atoms: BTreeMap<Saying, Atom> = BTreeMap::new();
    for (place, event) in events.iter().enumerate() {
        let saying = Saying::of(event, &devices, rules);
        let anchor = saying.anchor(rules);
        let atom = atoms.entry(saying.clone()).or_insert_with(|| Atom {
            keys: saying.keys(rules),
            saying,
            events: BTreeSet::new(),
        });
        atom.events.insert(place);
        if !matches!(anchor, Anchor::Conflict) {
            atom.keys.extend(orders(event, rules));
        }
    }
    atoms.into_values().collect()
}

/// The orders that an event is about with enough trust.
fn orders(event: &Event, rules: &IdentifierRules) -> Vec<Key> {
    let all = event
        .identifiers
        .iter()
        .map(|one| ((one.kind().clone(), one.value().to_owned()), one.trust()));
    all.filter(|(key, trust)| role(key, rules) == Role::PerEvent && joins(key, *trust, rules))
        .map(|(key, _)| key)
        .collect()
}

/// The one person who holds a contact that `atom` only mentions.
fn home(atom: &Atom, keyed: &[Atom], persons: &[cluster::Person], rules: &IdentifierRules) -> Option<usize> {
    if !matches!(atom.saying.anchor(rules), Anchor::None) {
        return None;
    }
    let mentions = atom.saying.mentions(rules);
    let holds = |person: &cluster::Person| {
        person
            .members
            .iter()
            .any(|member| keyed[*member].keys.iter().any(|key| mentions.contains(key)))
    };
    let mut holding = persons
        .iter()
        .enumerate()
        .filter(|(_, person)| holds(person))
        .map(|(place, _)| place);
    holding.next().filter(|_| holding.next().is_none())
}

fn role(key: &Key, rules: &IdentifierRules) -> Role {
    rules.rule(&key.0).role
}

fn joins(key: &Key, trust: Trust, rules: &IdentifierRules) -> bool {
    rules.rule(&key.0).joins_at.is_some_and(|least| trust >= least)
}
