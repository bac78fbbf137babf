//! Links: the values by which an event may be connected with others.

use std::{collections::BTreeSet, convert::Infallible};

use crate::{
    domain::{
        event::Event,
        identifier::{IdentifierRules, Role},
        identity::{
            Claim, IdentityRules, Key,
            claim::{Alone, Bond},
            link::{self, Links},
        },
        similarity::blocking_keys,
    },
    store::{AtomRecord, KeyHash, Keyring},
};

/// Every value under which the index could ever have an entry of this event or be asked for one, whoever else is there: two
/// events that share none of these, nor share one with others between them, are never looked at together.
///
/// Rather one too many than one too few. So a customer id or a contact links whatever its trust: by a weak one an event joins
/// nobody, but it may mention who holds it, and two that say the same are one atom. A device links but where many use it, also
/// while nobody is logged in there; and facts link by the blocks of what they show, also where nobody is found by them as long
/// as nobody owns the device. What belongs to one event, as an order, links where it may join; a label joins and mentions
/// nobody, be it ever so common, and links nothing.
pub(crate) fn links_of(event: &Event, rules: &IdentityRules, keyring: &Keyring) -> BTreeSet<KeyHash> {
    // Whoever owns its devices is named by a log-in there, which the device links.
    let Ok(claim) = Claim::of(event, rules, |_| Ok::<_, Infallible>(None));
    let own = link::links_of(event, &rules.identifiers);
    let devices_link = !event.place.shared_devices;
    linked_by(&claim, &own, devices_link, (&rules.identifiers, keyring))
}

/// The same of what was folded of events that are no longer there. Of devices it has those that may join.
pub(crate) fn links_of_atom(
    atom: &AtomRecord,
    rules: &IdentifierRules,
    keyring: &Keyring,
) -> BTreeSet<KeyHash> {
    linked_by(&atom.claim, &atom.links, false, (rules, keyring))
}

fn linked_by(
    claim: &Claim,
    own: &Links,
    devices_link: bool,
    (identifiers, keyring): (&IdentifierRules, &Keyring),
) -> BTreeSet<KeyHash> {
    let mut links = BTreeSet::new();
    let mut add = |key: &Key| {
        links.insert(keyring.key(key));
    };
    for one in &claim.asserted {
        match identifiers.rule(&one.key.kind).role {
            Role::Anchor | Role::Contact => add(&one.key),
            Role::Device if devices_link || one.bond != Bond::Loose => add(&one.key),
            Role::Device | Role::PerEvent | Role::Handoff | Role::Label => {}
        }
    }
    claim.alias_of.iter().for_each(&mut add);
    own.keys().for_each(&mut add);
    if !claim.facts.is_empty() {
        let blocks = blocking_keys(&claim.person(identifiers, |_| true));
        links.extend(blocks.iter().map(|block| keyring.block(block)));
    }
    // Who states all of the same again is one atom, also where none of it finds anybody.
    if links.is_empty() && !matches!(claim.alone, Some(Alone::Event(_))) {
        links.insert(KeyHash(keyring.atom(claim).0));
    }
    links
}
