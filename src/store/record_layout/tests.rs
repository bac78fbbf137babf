//! Atoms of former versions are read by what they lack.

use std::{collections::BTreeMap, convert::Infallible};

use crate::{
    domain::{
        event::{Event, EventId},
        identity::{Claim, Edition, IdentityRules},
        profile::{Aggregate, FoldLimits},
        time::Timestamp,
        value::Value,
    },
    store::{
        codec::{self, Record as _},
        record::AtomRecord,
    },
};

/// The atom of one event.
fn atom(name: &str) -> AtomRecord {
    let time = Timestamp::from_micros(1);
    let event = Event {
        properties: BTreeMap::from([("nps".to_owned(), Value::Text("3".to_owned()))]),
        ..Event::plain(
            EventId {
                source: "test".to_owned(),
                id: "e".to_owned(),
            },
            name,
            time,
        )
    };
    let claim = Claim::of(&event, &IdentityRules::standard(), |_| Ok::<_, Infallible>(None));
    AtomRecord {
        claim: claim.unwrap(),
        links: BTreeMap::new(),
        first: event.stamp(),
        profile: None,
        aggregate: Aggregate::of(&event, false, &FoldLimits::STANDARD),
        named: [event.id.clone()].into(),
        edition: Edition::default(),
    }
}

/// `record` as a build wrote it whose version knew all but the last `lacking` bytes.
fn written_by(version: u8, record: &AtomRecord, lacking: usize) -> Vec<u8> {
    let bytes = codec::encode(record).unwrap();
    let body = &bytes[5..bytes.len() - lacking];
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&[version]);
    hasher.update(body);
    [&[version], hasher.finalize().to_le_bytes().as_slice(), body].concat()
}

#[test]
fn an_atom_of_a_former_version_has_none_of_what_came_later() {
    let lived = atom("Survey Answered");
    assert!(!lived.aggregate.experience.is_empty());
    let without = |mut atom: AtomRecord| {
        atom.aggregate.experience = Default::default();
        atom
    };
    let felt = without(lived.clone());
    assert!(!felt.aggregate.dealings.is_empty());
    let mut nothing = felt.clone();
    nothing.aggregate.dealings = Default::default();
    let sent = without(atom("Message Sent"));
    assert!(!sent.aggregate.contacts.is_empty());
    for (version, record) in [
        (4, &nothing),
        (5, &felt),
        (6, &felt),
        (6, &sent),
        (7, &felt),
        (7, &sent),
    ] {
        let lacking = AtomRecord::lacks(version).unwrap().len();
        let read: AtomRecord = codec::decode(&written_by(version, record, lacking)).unwrap();
        assert!(read == *record, "version {version}");
    }
    for of_now in [lived, sent, atom("Message Opened")] {
        assert!(codec::decode::<AtomRecord>(&codec::encode(&of_now).unwrap()).unwrap() == of_now);
    }
}
