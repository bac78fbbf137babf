//! The oracle: who is who, worked out from scratch from the whole set of events, slowly and in plain steps.
//!
//! It is written from the rules and shares no code with the engine or with the clustering of `domain::identity`: it
//! takes events, the rules, what facts an event states and how alike two persons are, and nothing else. What it says is
//! what every order of arrival has to give.

mod alike;
mod cluster;
mod devices;
mod saying;
mod standing;
mod totals;

use std::collections::{BTreeMap, BTreeSet};

use yekta::domain::{
    event::{Event, Stamp},
    identifier::{IdentifierRules, Kind, Role, Trust},
    identity::IdentityRules,
};

pub(crate) use crate::oracle::totals::{Totals, totals};
use crate::oracle::{
    devices::Devices,
    saying::{Anchor, Saying},
    standing::Standings,
};

/// A kind and a value.
type Key = (Kind, String);

/// A distinct saying, the events that say it, and the keys by which it may join others.
struct Atom {
    saying: Saying,
    events: BTreeSet<usize>,
    /// Its earliest event.
    first: Stamp,
    keys: BTreeSet<Key>,
}

/// The persons of `events`, each as the places of their events in the list. No two events may have the same id.
pub(crate) fn persons(events: &[Event], rules: &IdentityRules) -> BTreeSet<BTreeSet<usize>> {
    let atoms = atoms(events, rules);
    let standings = Standings::of(&atoms, &rules.identifiers);
    let persons = cluster::persons(&atoms, &standings, rules);
    let (keyless, keyed): (Vec<_>, Vec<_>) = persons
        .into_iter()
        .partition(|person| person.iter().all(|atom| atoms[*atom].keys.is_empty()));
    let events_of = |person: &BTreeSet<usize>| -> BTreeSet<usize> {
        person
            .iter()
            .flat_map(|atom| atoms[*atom].events.clone())
            .collect()
    };
    let mut shown: Vec<BTreeSet<usize>> = keyed.iter().map(events_of).collect();
    for person in &keyless {
        match home(person, &keyed, &atoms, &standings, &rules.identifiers) {
            Some(home) => shown[home].extend(events_of(person)),
            None => shown.push(events_of(person)),
        }
    }
    shown.into_iter().collect()
}

/// How many devices two or more customers logged in on.
pub(crate) fn devices_of_several_customers(events: &[Event], rules: &IdentifierRules) -> usize {
    Devices::of(events, rules).of_several_customers()
}

/// The atoms of `events`, in the order of their sayings.
fn atoms(events: &[Event], rules: &IdentityRules) -> Vec<Atom> {
    let devices = Devices::of(events, &rules.identifiers);
    let mut atoms: BTreeMap<Saying, Atom> = BTreeMap::new();
    for (place, event) in events.iter().enumerate() {
        let saying = Saying::of(event, &devices, rules);
        let anchor = saying.anchor(&rules.identifiers);
        let atom = atoms.entry(saying.clone()).or_insert_with(|| Atom {
            keys: saying.keys(&rules.identifiers),
            saying,
            events: BTreeSet::new(),
            first: event.stamp(),
        });
        atom.events.insert(place);
        atom.first = event.stamp().min(atom.first.clone());
        if !matches!(anchor, Anchor::Conflict) {
            atom.keys.extend(orders(event, &rules.identifiers));
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

/// The one of `keyed` who holds a contact that `person` only mentions; none where a second one does.
fn home(
    person: &BTreeSet<usize>,
    keyed: &[BTreeSet<usize>],
    atoms: &[Atom],
    standings: &Standings,
    rules: &IdentifierRules,
) -> Option<usize> {
    let mut mentions = BTreeSet::new();
    for atom in person {
        let saying = &atoms[*atom].saying;
        if matches!(saying.anchor(rules), Anchor::None) {
            mentions.extend(saying.mentions(rules));
        }
    }
    mentions.retain(|key| standings.leads_somewhere(key, rules));
    let holds = |person: &BTreeSet<usize>| {
        person
            .iter()
            .any(|member| atoms[*member].keys.iter().any(|key| mentions.contains(key)))
    };
    let mut holding = (0..keyed.len()).filter(|place| holds(&keyed[*place]));
    holding.next().filter(|_| holding.next().is_none())
}

fn role(key: &Key, rules: &IdentifierRules) -> Role {
    rules.rule(&key.0).role
}

fn joins(key: &Key, trust: Trust, rules: &IdentifierRules) -> bool {
    rules.rule(&key.0).joins_at.is_some_and(|least| trust >= least)
}
