//! Other rules on a folder that has a history: everything is brought over to them while the service runs, and whoever
//! follows hears of what that changes and of nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use yekta::engine::{ProfileId, queries::query::Found};

use crate::{follower::Follower, said::event, town::Town};

/// A page view of somebody who typed an e-mail address.
fn typed(id: &str, device: &str, email: &str) -> Value {
    let identifiers = json!([
        {"kind": "anonymous_id", "value": device, "trust": "observed"},
        {"kind": "email", "value": email, "trust": "stated"},
    ]);
    event(
        id,
        ["web", "Page Viewed"],
        &format!("21T10:{id:0>2}"),
        identifiers,
        json!({}),
    )
}

const STATED: &str = "[identifiers.kinds.email]\njoins_at = \"stated\"\n";

/// Two devices whose users typed the same address, and somebody else.
fn town() -> Town {
    let town = Town::new();
    town.tell(&[
        typed("1", "laptop", "ann@example.com"),
        typed("2", "phone", "ann@example.com"),
        typed("3", "tablet", "bob@example.com"),
    ]);
    town
}

fn one(town: &Town, device: &str) -> ProfileId {
    match town.find("anonymous_id", device) {
        Found::One(profile) => profile,
        other => panic!("{device} is at {other:?}"),
    }
}

#[test]
fn who_joins_by_the_new_rules_is_one_and_who_does_not_is_apart_again() {
    let mut town = town();
    let before = town.profiles();
    assert_eq!(before.len(), 3);
    let [laptop, phone] = ["laptop", "phone"].map(|device| one(&town, device).to_string());
    let mut follower = Follower::default();
    follower.catch_up(&town.query());

    town.reopen_with(STATED);
    town.settle();
    assert_eq!(one(&town, "laptop"), one(&town, "phone"));
    assert_ne!(one(&town, "laptop"), one(&town, "tablet"));
    follower.catch_up(&town.query());
    let now = BTreeSet::from([one(&town, "laptop").to_string()]);
    for former in [&laptop, &phone] {
        assert_eq!(
            follower.now_at(former),
            now,
            "whoever knew one by a former id is led on"
        );
    }
    follower.has_what_is_in(&town);

    town.reopen_with("");
    town.settle();
    assert_eq!(
        town.profiles(),
        before,
        "nothing is left of rules that no longer hold"
    );
    follower.catch_up(&town.query());
    follower.has_what_is_in(&town);
    let rules = town.get("/v1/identity/rules");
    assert_eq!(rules, json!({"edition": 2, "settled": true, "percent": 100}));
}

#[test]
fn what_the_new_rules_do_not_change_is_not_told() {
    let mut town = town();
    let last = town.engine().handle.applied();
    town.reopen_with("[identifiers]\natoms_max = 400\n");
    town.settle();
    assert_eq!(town.get("/v1/identity/rules")["edition"], 1);
    let told = town.query().updates_after(last, 100).unwrap();
    let subjects: Vec<&String> = told.iter().map(|update| &update.subject).collect();
    assert_eq!(subjects, Vec::<&String>::new());
}

#[test]
fn what_changes_is_told_with_the_rules_as_its_cause() {
    let mut town = town();
    let last = town.engine().handle.applied();
    town.reopen_with(STATED);
    town.settle();
    let told = town.query().updates_after(last, 100).unwrap();
    assert!(!told.is_empty());
    for update in told {
        let body: Value = serde_json::from_slice(&update.body).unwrap();
        let cause = json!({"events": [], "count": 0, "resolution": "rules"});
        assert_eq!(body["cause"], cause, "{}", update.subject);
    }
}

#[test]
fn the_same_rules_after_a_new_start_are_no_change() {
    let mut town = town();
    let last = town.engine().handle.applied();
    town.reopen();
    let rules = town.get("/v1/identity/rules");
    assert_eq!(rules, json!({"edition": 0, "settled": true, "percent": 100}));
    assert_eq!(town.engine().handle.applied(), last, "nothing was written");
}

#[test]
fn a_profile_keeps_by_the_new_settings_what_it_had_forgotten() {
    let mut town = Town::with("[fold]\nrecent_max = 1\n");
    town.tell(&[
        typed("1", "laptop", "ann@example.com"),
        typed("2", "laptop", "ann@example.com"),
    ]);
    let recent = |town: &Town| {
        let who = one(town, "laptop");
        town.get(&format!("/v1/profiles/{who}"))["recent"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(recent(&town), 1);
    town.reopen_with("");
    town.settle();
    assert_eq!(recent(&town), 2);
}

#[test]
fn what_makes_too_large_a_commit_is_brought_over_in_parts() {
    let small = "[journal]\ncommit_bytes_max = 65536\n";
    let mut town = Town::with(small);
    let ordered = |number: u32| {
        let identifiers = json!([
            {"kind": "anonymous_id", "value": "laptop", "trust": "observed"},
            {"kind": "order_id", "value": format!("o-{number}"), "trust": "stated"},
        ]);
        let time = format!("21T{:02}:{:02}", number / 60, number % 60);
        event(
            &number.to_string(),
            ["web", "Order Updated"],
            &time,
            identifiers,
            json!({}),
        )
    };
    let events: Vec<Value> = (0..300).map(ordered).collect();
    for some in events.chunks(20) {
        town.tell(some);
    }
    assert_eq!(town.profiles().len(), 1);
    let labels = format!("{small}[identifiers.kinds.anonymous_id]\nrole = \"label\"\njoins_at = \"none\"\n");
    town.reopen_with(&labels);
    town.settle();
    assert_eq!(town.profiles().len(), 300, "each order is somebody's by itself");
    town.reopen_with(small);
    town.settle();
    assert_eq!(town.profiles().len(), 1);
}
