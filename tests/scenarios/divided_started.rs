//! A flow that is started for a segment of a tenant with partitions: in each of them once, whatever fails on the way.

use std::collections::{BTreeMap, BTreeSet};

use axum::{Router, http::StatusCode};
use serde_json::{Value, json};

use crate::{
    divided::Divided,
    divided_asked::code,
    rulebook::{actions, looked, rules, start, until},
};

const PARTITIONS: u32 = 3;
const PEOPLE: [&str; 9] = ["ann", "ben", "cyr", "dan", "eve", "fay", "gil", "hal", "ida"];

/// All of whom are in the segment, and live in several partitions.
fn divided() -> Divided {
    let divided = Divided::ruled(PARTITIONS, rules, None);
    divided.tell(&PEOPLE.map(looked));
    let places: BTreeSet<_> = PEOPLE.iter().map(|who| divided.place("user_id", who)).collect();
    assert!(places.len() > 1 && !places.contains(&None), "{places:?}");
    for part in &divided.parts {
        until(part, |part| {
            let told = part.get("/v1/rules");
            told["sweeping"] == false
        });
    }
    divided
}

/// How often each was greeted, once nothing waits any more.
fn greeted(divided: &Divided, count: usize) -> BTreeMap<String, usize> {
    let mut greeted = BTreeMap::new();
    let all = || divided.parts.iter().flat_map(actions).collect::<Vec<_>>();
    for part in &divided.parts {
        let here = part.profiles().len();
        until(part, |part| actions(part).len() >= here);
    }
    for (action, profile) in all() {
        assert_eq!(action, "web.greet");
        *greeted.entry(profile).or_insert(0) += 1;
    }
    assert_eq!(greeted.len(), count, "{greeted:?}");
    greeted
}

#[test]
fn all_who_are_in_a_segment_are_started_for_wherever_they_are() {
    let divided = divided();
    let body = json!({"segment": "lookers", "request_id": "r-1"});
    for _ in 0..2 {
        let (status, told) = start(&divided.tenant, "greet", &body);
        assert_eq!(
            (status, &told["members"], &told["flow"]),
            (200, &json!(PEOPLE.len()), &json!("greet")),
            "{told}"
        );
    }
    assert!(greeted(&divided, PEOPLE.len()).values().all(|times| *times == 1));
}

#[test]
fn what_failed_in_one_partition_is_completed_by_a_repeat() {
    let divided = divided();
    let away = Router::new().fallback(async || StatusCode::SERVICE_UNAVAILABLE);
    divided.have_asked(1, Some(away));
    let body = json!({"segment": "lookers", "request_id": "r-1"});
    assert_eq!(start(&divided.tenant, "greet", &body).0, 503);
    divided.have_asked(1, None);
    // Nobody is asked behind a partition that is not served at all.
    divided.seats[2].leave();
    assert_eq!(code(&start(&divided.tenant, "greet", &body)), (503, "not_served"));
    divided.seats[2].take(&divided.parts[2].engine().handle);
    let (status, told) = start(&divided.tenant, "greet", &body);
    assert_eq!((status, &told["members"]), (200, &json!(PEOPLE.len())), "{told}");
    assert!(greeted(&divided, PEOPLE.len()).values().all(|times| *times == 1));
}

#[test]
fn what_cannot_be_started_for_all_is_said_as_one_engine_says_it() {
    let divided = divided();
    for (flow, body, expected) in [
        ("greet", json!({"segment": "sellers"}), (404, "no_such_rule")),
        ("meet", json!({"segment": "lookers"}), (404, "no_such_rule")),
        (
            "greet",
            json!({"segment": "lookers", "who": "user_id:ann"}),
            (400, "bad_start"),
        ),
        ("greet", json!({"segment": null}), (400, "bad_start")),
        ("greet", json!({"segment": 7}), (400, "bad_body")),
    ] {
        let told = start(&divided.tenant, flow, &body);
        assert_eq!(code(&told), expected, "{flow} {body}");
    }
    // Nothing was started by that, and for one it is started where they are.
    let (status, told) = start(
        &divided.tenant,
        "greet",
        &json!({"who": "user_id:ann", "segment": Value::Null}),
    );
    assert_eq!((status, &told["members"]), (200, &json!(1)), "{told}");
    let place = usize::try_from(divided.place("user_id", "ann").unwrap()).unwrap();
    until(&divided.parts[place], |part| !actions(part).is_empty());
    let all: usize = divided.parts.iter().map(|part| actions(part).len()).sum();
    assert_eq!(all, 1);
}
