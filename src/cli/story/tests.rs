//! The demo's story: every message is taken, and it ends as it is told.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{StepKind, story, with_ticket, with_token};
use crate::domain::identifier::{Region, phone, text};

const NOW: i64 = 1_767_225_600_000_000;
/// Longer than the story takes.
const TOLD_WITHIN: i64 = 60_000_000;

fn events() -> Vec<Value> {
    let event = |step: super::Step| match step.kind {
        StepKind::Event(event) | StepKind::ScanQr(event) | StepKind::CloseFollowUp { event, .. } => {
            Some(event)
        }
        _ => None,
    };
    story(NOW).into_iter().filter_map(event).collect()
}

fn micros(time: &Value) -> i64 {
    let time = time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    time.as_microsecond()
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

/// Asserts that whatever `second` names by `member` was named by `first` before, but for what the rules opened.
fn follows(first: &str, second: &str, member: &str) {
    let mut begun = BTreeSet::new();
    let mut ended = 0;
    for event in events() {
        let Some(about) = event["properties"][member].as_str().map(str::to_owned) else {
            continue;
        };
        if event["type"] == second {
            assert!(begun.contains(&about), "{second}");
            ended += 1;
        } else if event["type"] == first {
            begun.insert(about);
        }
    }
    assert!(ended > 0, "nothing is {second}");
}

#[test]
fn it_is_told_within_a_minute_and_begins_at_once() {
    let steps = story(NOW);
    let told: u64 = steps.iter().map(|step| step.after_ms).sum();
    assert!((45_000..=60_000).contains(&told), "{told}");
    assert!(steps[0].after_ms <= 3_000);
    assert!(
        steps
            .iter()
            .all(|step| !step.says.is_empty() && !step.says.contains('\n'))
    );
}

#[test]
fn ids_are_unique_and_no_event_states_a_time() {
    let events = events();
    let ids: BTreeSet<&str> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), events.len());
    assert!(events.iter().all(|event| event.get("time").is_none()));
    let later = story(NOW + 5_000_000);
    assert_ne!(later, story(NOW));
    assert_eq!(later.len(), story(NOW).len());
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
fn whoever_is_asked_about_was_met_before() {
    let mut met = BTreeSet::new();
    let mut views = BTreeSet::new();
    for step in story(NOW) {
        let asked = match step.kind {
            StepKind::Event(event) | StepKind::ScanQr(event) => {
                met.extend(identifiers(&event));
                continue;
            }
            StepKind::Lookup { view, identifier } => {
                views.insert(view);
                identifier
            }
            StepKind::MintQr { identifier, .. }
            | StepKind::Why { identifier }
            | StepKind::CloseFollowUp { identifier, .. }
            | StepKind::Curve { identifier } => identifier,
            StepKind::RedeemQr { .. } | StepKind::Decide(_) => continue,
        };
        assert!(met.contains(&known_as(asked.0, asked.1)), "{}", step.says);
    }
    assert_eq!(views, BTreeSet::from(["callcenter", "mobile", "pos"]));
}

#[test]
fn a_caller_is_known_by_a_number_that_may_join() {
    let joins = |event: &Value| {
        let mut listed = event["identifiers"].as_array().unwrap().iter();
        listed.any(|one| one["kind"] == "phone" && one["trust"] == "verified")
    };
    let events = events();
    let call = events.iter().position(|event| event["type"] == "Call Started");
    let (before, calls) = events.split_at(call.unwrap());
    let signed_in = before.iter().find(|event| joins(event)).unwrap();
    assert!(identifiers(signed_in).contains(&identifiers(&calls[0])[0]));
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
                let end = micros(&json!(expires));
                assert!(end > NOW + TOLD_WITHIN);
                assert!(micros(&offer["expires"]) > end);
                seen.push(format!("mint {store_id}"));
            }
            StepKind::ScanQr(event) => {
                let scanned = with_token(&event, "TOKEN");
                assert!(identifiers(&scanned).contains(&("qr_token".to_owned(), "TOKEN".to_owned())));
                assert_eq!(identifiers(&scanned).len(), identifiers(&event).len() + 1);
                seen.push("scan".to_owned());
            }
            StepKind::RedeemQr { store_id } => seen.push(format!("redeem {store_id}")),
            _ => {}
        }
    }
    assert_eq!(seen, ["mint tehran-12", "scan", "redeem tehran-12"]);
}

/// It is allowed before the complaint and asked again while that is open; nothing about it differs.
#[test]
fn the_same_promotion_is_asked_about_before_and_within_the_complaint() {
    let mut asked = Vec::new();
    for step in story(NOW) {
        match step.kind {
            StepKind::Decide(question) => asked.push(question),
            StepKind::Event(event) if event["type"] == "Ticket Opened" => asked.push(json!("opened")),
            StepKind::Event(event) if event["type"] == "Ticket Closed" => asked.push(json!("closed")),
            _ => {}
        }
    }
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert_eq!((&asked[1], &asked[3]), (&json!("opened"), &json!("closed")));
    assert_eq!(asked[0], asked[2]);
    // What names a matter is said once.
    assert!(asked[0].get("matter").is_none());
}

#[test]
fn the_ticket_of_the_rules_is_closed_by_its_id() {
    let event = json!({"type": "Ticket Closed", "properties": {"team": "care"}});
    assert_eq!(
        with_ticket(&event, "t")["properties"],
        json!({"team": "care", "ticket_id": "t"})
    );
}
