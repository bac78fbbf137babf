//! What holds after every commit, whatever was sent: each event with one live profile, copies that follow the stream
//! equal to the store, and the store equal to the sum that its journal states.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::HEXLOWER;
use proptest::{collection::vec, prelude::*, test_runner::Config};
use serde_json::{Value, json};
use yekta::{
    engine::{Query, queries::query::TimelineRange},
    store::{Store, StoreConfig, fingerprint::Multiset},
};

use crate::{
    follower::Follower,
    said::{event, identifier},
    town::Town,
};

/// An event as a few small numbers: what it is, on which channel, when, and who may be meant.
type Drawn = (u8, u8, u8, Option<u8>, Option<u8>, Option<u8>, Option<u8>);

fn drawn() -> impl Strategy<Value = Drawn> {
    let maybe = |below: u8| proptest::option::weighted(0.4, 0..below);
    (0..7_u8, 0..4_u8, 0..48_u8, maybe(3), maybe(3), maybe(3), maybe(4))
}

fn told(id: usize, (name, channel, time, user, cookie, device, phone): Drawn) -> Value {
    let name = [
        "Product Viewed",
        "Signed In",
        "Signed Out",
        "Order Completed",
        "Product Added",
        "Call Started",
        "Profile Updated",
    ][usize::from(name)];
    let channel = ["web", "mobile", "store", "callcenter"][usize::from(channel)];
    let identifiers: Vec<Value> = [
        user.map(|n| identifier("user_id", &format!("u{n}"), "verified")),
        cookie.map(|n| identifier("anonymous_id", &format!("c{n}"), "observed")),
        device.map(|n| identifier("device_id", &format!("d{n}"), "observed")),
        // The same two numbers, taken down by staff or only typed in.
        phone.map(|n| {
            identifier(
                "phone",
                &format!("0912345678{}", n % 2),
                if n < 2 { "staff" } else { "stated" },
            )
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    let order = format!("o-{}", time % 5);
    let more = json!({"traits": {"first_name": format!("n{}", time % 3)},
        "properties": {"order_id": order, "total": time, "currency": "EUR", "product_id": "p", "call_id": "k"}});
    event(
        &format!("e{id}"),
        [channel, name],
        &format!("21T{:02}:{:02}", time / 2, time % 2 * 30),
        Value::from(identifiers),
        more,
    )
}

/// The ids of all events with the profile they are shown with; panics where one is shown twice.
fn shown(query: &Query, live: impl Iterator<Item = yekta::engine::ProfileId>) -> BTreeSet<String> {
    let mut shown = BTreeSet::new();
    for id in live {
        let portrait = query.portrait(id).unwrap().unwrap();
        let range = TimelineRange {
            limit: 1000,
            ..TimelineRange::default()
        };
        let page = query.timeline(id, &range).unwrap();
        assert_eq!(
            page.events.len() as u64,
            portrait.profile.whole.events,
            "counter and timeline"
        );
        for event in page.events {
            assert!(
                shown.insert(event.id.id.clone()),
                "{} is with two profiles",
                event.id.id
            );
        }
    }
    shown
}

fn check(town: &Town, follower: &mut Follower, sent: usize) -> Multiset {
    let (query, live) = (town.query(), town.profiles());
    let expected: BTreeSet<String> = (0..sent).map(|n| format!("e{n}")).collect();
    assert_eq!(shown(&query, live.keys().copied()), expected);
    follower.catch_up(&query);
    let standing: BTreeMap<String, String> = live
        .iter()
        .map(|(id, fingerprint)| (id.to_string(), HEXLOWER.encode(fingerprint)))
        .collect();
    let followed: BTreeMap<String, String> = follower
        .documents
        .iter()
        .map(|(id, document)| (id.clone(), document["fingerprint"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(followed, standing);
    for id in live.keys() {
        let absorbed = query.portrait(*id).unwrap().unwrap().absorbed;
        let living = absorbed.iter().find(|former| live.contains_key(former));
        assert_eq!(living, None, "{id} absorbed an id that lives");
    }
    // Each atom is a member of one profile: two with the same claim would be one atom.
    let mut claims = BTreeSet::new();
    for id in live.keys() {
        for member in query.identity(*id).unwrap().members {
            assert!(claims.insert((*member.claim).clone()), "an atom has two profiles");
        }
    }
    live.values()
        .fold(Multiset::default(), |sum, fingerprint| sum.with(*fingerprint))
}

fn hold_throughout(batches: Vec<Vec<Drawn>>) {
    let mut town = Town::new();
    let (mut follower, mut sent, mut sum) = (Follower::default(), 0, Multiset::default());
    for batch in batches {
        let events: Vec<Value> = batch
            .into_iter()
            .zip(sent..)
            .map(|(drawn, id)| told(id, drawn))
            .collect();
        sent += events.len();
        town.send(&events);
        // A repeat changes nothing, not even a version.
        town.send(&events);
        sum = check(&town, &mut follower, sent);
    }
    let store = Store::open(&town.stop(), StoreConfig::caching(16 << 20)).unwrap();
    assert_eq!(Multiset::from_bytes(store.applied().unwrap().fingerprint), sum);
}

proptest! {
    #![proptest_config(Config { cases: 24, failure_persistence: None, ..Config::default() })]

    #[test]
    fn every_commit_leaves_each_event_with_one_profile(batches in vec(vec(drawn(), 1..7), 1..8)) {
        hold_throughout(batches);
    }
}
