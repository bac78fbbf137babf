//! The demo's story: every message is taken, and it ends as it is told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{StepKind, story, with_token};
use crate::domain::identifier::{Region, phone, text};

const NOW: i64 = 1_767_225_600_000_000;
const FUTURE_MAX: i64 = 60_000_000;

fn events() -> Vec<Value> {
    let event = |step: super::Step| match step.kind {
        StepKind::Event(event) | StepKind::ScanQr(event) => Some(event),
        StepKind::MintQr { .. } | StepKind::RedeemQr { .. } | StepKind::Lookup { .. } => None,
    };
    story(NOW).into_iter().filter_map(event).collect()
}

fn micros(event: &Value) -> i64 {
    event["time"]
        .as_str()
        .unwrap()
        .parse::<jiff::Timestamp>()
        .unwrap()
        .as_microsecond()
}

fn identifiers(event: &Value) -> Vec<(String, String)> {
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let listed = event["identifiers"].as_array().unwrap().iter();
    listed
        .map(|one| known_as(&text(one, "kind"), &text(one, "value")))
        .collect()
}

fn known_as(kind: &str, value: &str) -> (String, String) {
    let iran = "IR".parse::<Region>().unwrap();
    let value = match kind {
        "phone" => phone::normalise(&text::fold(value), Some(&iran)).unwrap(),
        _ => value.to_owned(),
    };
    (kind.to_owned(), value)
}

/// Asserts that whatever `second` names by `member` was named by `first` before.
fn follows(first: &str, second: &str, member: &str) {
    let mut begun = BTreeSet::new();
    let mut ended = 0;
    for event in events() {
        let about = event["properties"][member].as_str().map(str::to_owned);
        if event["type"] == second {
            assert!(begun.contains(&about.unwrap()), "{second}");
            ended += 1;
        } else if event["type"] == first {
            begun.insert(about.unwrap());
        }
    }
    assert!(ended > 0, "nothing is {second}");
}

#[test]
fn it_is_told_within_a_minute_and_begins_at_once() {
    let steps = story(NOW);
    let told: u64 = steps.iter().map(|step| step.after_ms).sum();
    assert!((30_000..60_000).contains(&told), "{told}");
    assert!(steps[0].after_ms <= 3_000);
    assert!(
        steps
            .iter()
            .all(|step| !step.says.is_empty() && !step.says.contains('\n'))
    );
}

#[test]
fn ids_are_unique_and_times_follow_now() {
    let events = events();
    let ids: BTreeSet<&str> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), events.len());
    for event in &events {
        let from_now = micros(event) - NOW;
        assert!((-13 * 3_600_000_000..FUTURE_MAX).contains(&from_now), "{event}");
    }
    let later = super::story(NOW + 5_000_000);
    assert_ne!(later, story(NOW));
    assert_eq!(later.len(), story(NOW).len());
}

#[test]
fn what_one_customer_does_is_told_in_order() {
    let mut latest: BTreeMap<String, i64> = BTreeMap::new();
    for event in events() {
        for (kind, value) in identifiers(&event) {
            let time = latest.entry(format!("{kind}:{value}")).or_insert(i64::MIN);
            assert!(micros(&event) >= *time, "{event}");
            *time = micros(&event);
        }
    }
}

#[test]
fn nothing_is_asked_about_that_was_not_begun() {
    for name in ["Order Shipped", "Order Delivered", "Ticket Opened"] {
        follows("Order Completed", name, "order_id");
    }
    follows("Call Started", "Call Ended", "call_id");
    follows("Ticket Opened", "Ticket Closed", "ticket_id");
    follows("Offer Shown", "Coupon Applied", "offer_id");
}

#[test]
fn whoever_is_looked_up_was_met_before() {
    let mut met = BTreeSet::new();
    let mut views = BTreeSet::new();
    for step in story(NOW) {
        match step.kind {
            StepKind::Event(event) | StepKind::ScanQr(event) => met.extend(identifiers(&event)),
            StepKind::MintQr {
                identifier: (kind, value),
                ..
            } => {
                assert!(met.contains(&known_as(kind, value)), "{}", step.says);
            }
            StepKind::Lookup {
                view,
                identifier: (kind, value),
            } => {
                assert!(met.contains(&known_as(kind, value)), "{}", step.says);
                views.insert(view);
            }
            StepKind::RedeemQr { .. } => {}
        }
    }
    assert_eq!(views, BTreeSet::from(["callcenter", "mobile", "pos", "web"]));
}

#[test]
fn a_caller_is_known_by_a_number_that_may_join() {
    let joins = |event: &Value| {
        let mut listed = event["identifiers"].as_array().unwrap().iter();
        listed.any(|one| one["kind"] == "phone" && one["trust"] == "verified")
    };
    let events = events();
    let first_call = events
        .iter()
        .position(|event| event["type"] == "Call Started")
        .unwrap();
    assert!(events[..first_call].iter().any(joins));
    let order = events
        .iter()
        .find(|event| event["properties"]["order_id"] == "story-order-mina")
        .unwrap();
    assert!(micros(&events[first_call]) - micros(order) >= 12 * 3_600_000_000);
}

#[test]
fn a_code_is_minted_then_scanned_then_redeemed_while_its_offer_holds() {
    let mut seen = Vec::new();
    for step in story(NOW) {
        match step.kind {
            StepKind::MintQr {
                expires,
                offer,
                store_id,
                ..
            } => {
                let end = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_microsecond();
                assert!(end(&expires) > NOW + FUTURE_MAX);
                assert!(end(offer["expires"].as_str().unwrap()) > end(&expires));
                seen.push(format!("mint {store_id}"));
            }
            StepKind::ScanQr(event) => {
                let scanned = with_token(&event, "TOKEN");
                assert!(identifiers(&scanned).contains(&("qr_token".to_owned(), "TOKEN".to_owned())));
                assert_eq!(identifiers(&scanned).len(), identifiers(&event).len() + 1);
                seen.push("scan".to_owned());
            }
            StepKind::RedeemQr { store_id } => seen.push(format!("redeem {store_id}")),
            StepKind::Event(_) | StepKind::Lookup { .. } => {}
        }
    }
    assert_eq!(seen, ["mint tehran-12", "scan", "redeem tehran-12"]);
}
