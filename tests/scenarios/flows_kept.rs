//! What is kept of a person for decisions: it is told to them, nothing of it is left of whoever is erased, and what was decided
//! is kept for its time.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
};

use serde_json::{Value, json};
use yekta::{
    domain::time::Timestamp,
    engine::Position,
    store::{Order, Store, View as _},
};

use crate::{
    asked::HOUR,
    rulebook::{EXPORT, actions, added, bought, described, members, ruled, rules, settled, start, until},
    said::user,
    steward::{at, email},
    town::{NOW, Town},
};

/// How many keys there are of each kind that decisions are kept under, by their letters.
pub fn kept(mut town: Town, letters: &str) -> BTreeMap<char, usize> {
    let config = town.folder().store;
    let store = Store::open(&town.stop(), config).unwrap();
    let mut kept = BTreeMap::new();
    for letter in letters.chars() {
        let mut keys = 0;
        store
            .scan_prefix(letter.to_string().as_bytes(), Order::Ascending, &mut |_, _| {
                keys += 1;
                Ok(ControlFlow::Continue(()))
            })
            .unwrap();
        kept.insert(letter, keys);
    }
    kept
}

#[test]
fn segments_and_what_waits_are_told_to_the_person() {
    let town = ruled();
    town.tell(&[bought("sara")]);
    town.tell(&[added("sara", "p-1"), added("reza", "p-2")]);
    let told = town.get(EXPORT);
    described(&town, "Export", &told);
    assert_eq!(
        told["segments"],
        json!([
            {"name": "buyers", "since": "2026-11-22T12:00:00Z", "until": "2026-12-22T11:00:00Z"},
            {"name": "lookers", "since": "2026-11-22T12:00:00Z", "until": null}
        ])
    );
    assert_eq!(
        told["timers"],
        json!([{"due": "2026-11-23T11:30:00Z", "event": {"source": "test", "id": "a-sara-p-1"}, "task": "flow",
            "flow": "remind", "matter": "p-1", "step": 0, "deadline": "2026-11-23T11:30:00Z", "held": 0}])
    );
    assert!(!told.to_string().contains("p-2"), "nothing of anybody else");
}

fn reza() -> Vec<Value> {
    vec![bought("reza"), added("reza", "r-1"), added("reza", "r-2")]
}

/// Fails unless what is kept for decisions is what would be kept had she never come.
fn is_as_if_never(erased: Town, never: Town) {
    let told = ["/v1/rules", "/v1/reports/segments"];
    assert_eq!(
        told.map(|path| erased.get(path)),
        told.map(|path| never.get(path))
    );
    let segments = ["buyers", "lookers"];
    let of = |town: &Town| segments.map(|segment| members(town, segment, 10).0);
    assert_eq!(of(&erased), of(&never));
    let [erased, never] = [erased, never].map(|town| kept(town, "mnostuw"));
    assert!(never.values().all(|keys| *keys > 0), "{never:?}");
    assert_eq!(erased, never);
}

#[test]
fn of_whoever_is_erased_no_segment_and_nothing_that_waits_is_left() {
    let (town, never) = (ruled(), ruled());
    let sara = at(
        "s",
        3,
        json!([user("sara"), email("sara")]),
        json!({"first_name": "Sara"}),
    );
    let hers = [
        vec![sara, added("sara", "p-1"), added("sara", "p-2")],
        vec![bought("sara")],
    ]
    .concat();
    town.tell(&reza());
    never.tell(&reza());
    let before = town.get("/v1/rules");
    town.tell(&hers[..3]);
    town.tell(&hers[3..]);
    town.tell(&[added("sara", "p-3")]);
    assert_ne!(town.get("/v1/rules"), before, "something of her is kept");
    let reply = town.call("DELETE", "/v1/profiles/user_id:sara", &[], Vec::new());
    assert_eq!(reply.status, 200, "{}", reply.body);
    is_as_if_never(town, never);
}

#[test]
fn nor_of_whoever_is_erased_in_parts() {
    let small = "[journal]\ncommit_bytes_max = 65536\n";
    let town = settled(Town::keyed_with(7, small).ruled(rules()));
    let never = ruled();
    town.tell(&reza());
    never.tell(&reza());
    let hers: Vec<Value> = (0..600)
        .map(|number| added("sara", &format!("p-{number}")))
        .collect();
    town.tell(&hers);
    assert_eq!(town.get("/v1/rules")["timers"]["waiting"], 602);
    assert_eq!(town.get(EXPORT)["timers"].as_array().unwrap().len(), 600);
    let before = town.query().applied();
    let reply = town.call("DELETE", "/v1/profiles/user_id:sara", &[], Vec::new());
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert!(
        town.query().applied() > Position(before.0 + 1),
        "in several commits"
    );
    is_as_if_never(town, never);
}

#[test]
fn what_was_decided_is_kept_as_long_as_its_type_says() {
    let kept = "[retention.flow_started]\ndays = 1\n[retention.action_decided]\ndays = 1\n";
    let mut town = settled(Town::with(kept).ruled(rules()));
    town.tell(&[bought("sara")]);
    assert_eq!(start(&town, "greet", &json!({"who": "user_id:sara"})).0, 200);
    until(&town, |town| !actions(town).is_empty());
    let types = |town: &Town| -> BTreeSet<String> {
        let export = town.get(EXPORT);
        let events = export["events"].as_array().unwrap();
        events
            .iter()
            .map(|one| one["type"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = ["Action Decided", "Flow Started", "Order Completed"];
    assert_eq!(types(&town), all.map(str::to_owned).into());
    town.reopen_at(two_days_later);
    until(&town, |town| types(town).len() == 1);
    assert_eq!(types(&town), ["Order Completed".to_owned()].into());
}

fn two_days_later() -> Timestamp {
    NOW.saturating_add(48 * HOUR)
}
