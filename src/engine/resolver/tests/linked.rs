//! What links an event: at least all that the index ever knows it by.

use std::{cell::Cell, collections::BTreeSet, ops::ControlFlow};

use proptest::prelude::*;

use crate::{
    domain::{
        event::{Event, Place},
        identifier::{Identifier, Kind, Trust},
        identity::Key,
        time::Timestamp,
    },
    engine::{
        identity::repair::Repairs,
        resolver::{
            components::{component_of, unite},
            links::links_of,
            tests::{NOW, PARTITIONS, Scene, event, key, label, traits},
        },
        state::{batch::Batch, overlay::Overlay},
        step::Ground,
    },
    store::{AtomId, EventHash, FaceHash, KeyHash, Order, Read as _, View as _, keys},
};

/// What links an event, where it states no facts.
#[track_caller]
fn check(event: &Event, expected: &[Key]) {
    let scene = Scene::new();
    let links = links_of(event, &scene.rules.identity, &scene.keyring);
    let expected: BTreeSet<KeyHash> = expected.iter().map(|key| scene.keyring.key(key)).collect();
    assert_eq!(links, expected);
}

#[test]
fn a_customer_and_a_contact_link_whatever_their_trust() {
    for trust in [Trust::Observed, Trust::Verified] {
        let event = event("1", &[(Kind::USER_ID, "u", trust), (Kind::EMAIL, "a@b.c", trust)]);
        check(&event, &[key(Kind::USER_ID, "u"), key(Kind::EMAIL, "a@b.c")]);
    }
}

#[test]
fn a_device_links_but_where_many_use_it() {
    let mut event = event("1", &[(Kind::DEVICE_ID, "d", Trust::Observed)]);
    check(&event, &[key(Kind::DEVICE_ID, "d")]);
    event.place = Place {
        shared_devices: true,
        ..Place::default()
    };
    check(&event, &[]);
}

#[test]
fn what_belongs_to_one_event_links_where_it_may_join() {
    let order = |trust| event("1", &[(Kind::ORDER_ID, "o", trust)]);
    check(&order(Trust::Stated), &[key(Kind::ORDER_ID, "o")]);
    check(&order(Trust::Observed), &[]);
    check(&event("1", &[(Kind::CALL_ID, "c", Trust::Verified)]), &[]);
    let scan = event("1", &[(Kind::QR_TOKEN, "q", Trust::Observed)]);
    check(&scan, &[key(Kind::QR_TOKEN, "q")]);
}

#[test]
fn a_label_links_nobody_and_a_former_id_does() {
    check(&event("1", &[(label(), "spring", Trust::Verified)]), &[]);
    let mut event = event("1", &[(Kind::USER_ID, "new", Trust::Verified)]);
    let former = Identifier::from_normalised(Kind::USER_ID, "old".to_owned(), Trust::Verified);
    event.alias_of = Some(former);
    check(&event, &[key(Kind::USER_ID, "new"), key(Kind::USER_ID, "old")]);
}

#[test]
fn who_states_the_same_facts_is_linked_and_who_states_others_is_not() {
    let scene = Scene::new();
    let links = |id: &str, of: &[(&str, &str)]| {
        let mut event = event(id, &[]);
        event.traits = traits(of);
        links_of(&event, &scene.rules.identity, &scene.keyring)
    };
    let facts = [
        ("first_name", "Mina"),
        ("last_name", "Karimi"),
        ("birth_date", "1990-05-17"),
    ];
    let (one, other) = (links("1", &facts), links("2", &facts));
    assert!(!one.is_empty());
    assert_eq!(one, other);
    let others = [
        ("first_name", "Otto"),
        ("last_name", "Weber"),
        ("birth_date", "1961-11-02"),
    ];
    assert!(links("3", &others).is_disjoint(&one));
}

/// Any of few values, so that many are shared.
fn identifier() -> impl Strategy<Value = (Kind, &'static str, Trust)> {
    let kinds = [
        Kind::USER_ID,
        Kind::EMAIL,
        Kind::PHONE,
        Kind::DEVICE_ID,
        Kind::ANONYMOUS_ID,
        Kind::LOYALTY_ID,
        Kind::ORDER_ID,
        Kind::CALL_ID,
        Kind::QR_TOKEN,
        label(),
    ];
    let trusts = [Trust::Observed, Trust::Stated, Trust::Staff, Trust::Verified];
    let values = ["a", "b", "c", "d", "e", "f"];
    (
        prop::sample::select(kinds.to_vec()),
        prop::sample::select(values.to_vec()),
        prop::sample::select(trusts.to_vec()),
    )
}

fn facts() -> impl Strategy<Value = Vec<(&'static str, &'static str)>> {
    let of = |name: &'static str, values: [&'static str; 3]| {
        prop::option::of(prop::sample::select(values.to_vec()).prop_map(move |value| (name, value)))
    };
    let all = (
        of("first_name", ["Mina", "Otto", "Ali"]),
        of("last_name", ["Karimi", "Weber", "Rossi"]),
        of("birth_date", ["1990-05-17", "1961-11-02", "2001-01-30"]),
        of("national_id", ["0012345678", "0098765432", "0055555551"]),
    );
    let all = all.prop_map(|(given, family, birth, national)| {
        [given, family, birth, national].into_iter().flatten().collect()
    });
    prop_oneof![2 => Just(Vec::new()), 1 => all]
}

/// Events in any order of their times, with log-outs, former ids and tills among them.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let one = (
        prop::collection::vec(identifier(), 0..4),
        facts(),
        prop::option::weighted(0.1, prop::sample::select(vec!["a", "b", "c"])),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.2),
        0..20_i64,
    );
    let one = one.prop_map(|(mut identifiers, facts, former, is_till, signs_out, second)| {
        identifiers.sort();
        identifiers.dedup_by(|one, other| (&one.0, one.1) == (&other.0, other.1));
        let mut event = event("", &identifiers);
        event.traits = traits(&facts);
        let former = former.map(str::to_owned);
        event.alias_of = former.map(|id| Identifier::from_normalised(Kind::USER_ID, id, Trust::Verified));
        event.place.shared_devices = is_till;
        if signs_out {
            event.name = "Signed Out".to_owned();
        }
        event.time = Timestamp::from_micros(NOW.as_micros() + second * 1_000_000);
        event
    });
    prop::collection::vec(one, 1..24).prop_map(|mut events| {
        for (number, event) in events.iter_mut().enumerate() {
            event.id.id = number.to_string();
        }
        events
    })
}

/// The events as an engine places them, and beside it what they are connected by.
struct Placed<'a> {
    ground: Ground<'a>,
    batch: Batch<'a>,
    connected: Overlay<'a>,
}

impl<'a> Placed<'a> {
    fn of(ground: Ground<'a>, events: &[Event]) -> Self {
        let mut batch = Batch::new(ground, 1, Repairs::default()).unwrap();
        let mut connected = Overlay::new(ground.before.clone());
        for event in events {
            batch.place(event).unwrap();
            let links = links_of(event, &ground.rules.identity, ground.keyring);
            unite(&mut connected, &links, 1, PARTITIONS).unwrap();
        }
        Self {
            ground,
            batch,
            connected,
        }
    }

    fn component(&self, key: KeyHash) -> Option<KeyHash> {
        let found = component_of(&self.connected, key).unwrap();
        found.map(|found| found.component)
    }

    /// The components of all events of an atom; of an event that is connected with nothing the event itself.
    fn of_atom(&self, id: AtomId) -> BTreeSet<KeyHash> {
        let events = self
            .batch
            .overlay
            .events_between(id, Timestamp::MIN, Timestamp::MAX)
            .unwrap();
        let component = |(hash, event): (EventHash, Event)| {
            let links = links_of(&event, &self.ground.rules.identity, self.ground.keyring);
            match links.first() {
                Some(link) => self.component(*link).unwrap(),
                None => KeyHash(hash.0),
            }
        };
        events.into_iter().map(component).collect()
    }

    fn keys(&self, letter: u8) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        let overlay = &self.batch.overlay;
        overlay
            .scan_prefix(&[letter], Order::Ascending, &mut |key, _| {
                found.push(key.to_vec());
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
        found
    }

    /// The atoms that show a face.
    fn showing(&self, face: FaceHash) -> Vec<AtomId> {
        let showing = self.batch.overlay.pointees(&keys::face(face)).unwrap();
        showing.into_iter().map(AtomId).collect()
    }
}

/// The hash behind a key's letter.
fn hash(key: &[u8]) -> KeyHash {
    KeyHash(*key.get(1..).and_then(|rest| rest.first_chunk()).unwrap())
}

#[test]
fn whatever_the_index_brings_together_is_connected() {
    let scene = Scene::new();
    let entries = Cell::new(0_usize);
    scene.over(|ground| {
        proptest!(|(events in events())| {
            let placed = Placed::of(ground, &events);
            for letter in *b"INDO" {
                for key in placed.keys(letter) {
                    let atom = AtomId(keys::pointee(&key).unwrap());
                    let component = placed.component(hash(&key));
                    prop_assert!(component.is_some(), "{}", char::from(letter));
                    prop_assert_eq!(placed.of_atom(atom), component.into_iter().collect(), "{}", char::from(letter));
                    entries.set(entries.get() + 1);
                }
            }
            for key in placed.keys(b'L') {
                let (one, other) = (hash(&key), keys::alias_in(&key).unwrap());
                prop_assert!(placed.component(one).is_some());
                prop_assert_eq!(placed.component(one), placed.component(other));
            }
            for key in placed.keys(b'B') {
                let component = placed.component(hash(&key));
                for atom in placed.showing(FaceHash(keys::pointee(&key).unwrap())) {
                    prop_assert_eq!(placed.of_atom(atom), component.into_iter().collect(), "a block");
                }
            }
            for key in placed.keys(b'E') {
                let (atom, ..) = keys::event_in(&key).unwrap();
                prop_assert_eq!(placed.of_atom(atom).len(), 1, "an atom");
            }
        });
    });
    assert!(entries.get() > 0, "nothing was looked at");
}
