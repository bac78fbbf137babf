//! Who is who, by example.

use serde_json::{Value, json};
use yekta::engine::api::{Outcome, Resolution};
use yekta::engine::queries::query::Found;

use crate::town::Town;

fn event(id: &str, channel: &str, name: &str, minute: u32, identifiers: Value) -> Value {
    let (hour, minute) = (minute / 60, minute % 60);
    json!({"id": id, "source": "test", "channel": channel, "type": name,
        "time": format!("2026-11-21T{hour:02}:{minute:02}:00Z"), "identifiers": identifiers})
}

fn cookie(value: &str) -> Value {
    json!({"kind": "anonymous_id", "value": value, "trust": "observed"})
}

fn user(value: &str) -> Value {
    json!({"kind": "user_id", "value": value, "trust": "verified"})
}

#[test]
fn a_late_log_in_parts_what_was_one() {
    let mut town = Town::new();
    town.send(&[
        event("1", "web", "Signed In", 0, json!([cookie("c"), user("ann")])),
        event("2", "web", "Product Viewed", 30, json!([cookie("c")])),
        event("3", "web", "Product Viewed", 50, json!([cookie("c")])),
    ]);
    assert_eq!(town.person("user_id", "ann").profile.whole.events, 3);
    let receipt = town.send(&[event(
        "4",
        "web",
        "Signed In",
        40,
        json!([cookie("c"), user("bob")]),
    )]);
    assert_eq!(receipt.outcomes, [Outcome::Accepted(Resolution::Split)]);
    assert_eq!(town.person("user_id", "ann").profile.whole.events, 2);
    assert_eq!(town.person("user_id", "bob").profile.whole.events, 2);
    town.reopen();
    assert_eq!(town.person("user_id", "bob").profile.whole.events, 2);
    assert!(matches!(town.find("anonymous_id", "c"), Found::Many(ids) if ids.len() == 2));
}

#[test]
fn an_anonymous_cookie_becomes_the_customer_who_signs_in() {
    let town = Town::new();
    town.send(&[event("1", "web", "Product Viewed", 0, json!([cookie("c")]))]);
    let before = town.person("anonymous_id", "c").id;
    let receipt = town.send(&[event(
        "2",
        "web",
        "Signed In",
        5,
        json!([cookie("c"), user("ann")]),
    )]);
    assert_eq!(receipt.outcomes, [Outcome::Accepted(Resolution::Merged)]);
    let ann = town.person("user_id", "ann");
    assert_ne!(ann.id, before);
    assert_eq!(
        (ann.profile.whole.events, ann.absorbed.as_slice()),
        (2, [before].as_slice())
    );
    let query = town.engine().handle.query();
    let address = yekta::engine::queries::query::Address::Id(before);
    assert_eq!(query.find(&address).unwrap(), Found::One(ann.id));
}

#[test]
fn nobody_claims_a_profile_by_typing_its_email_yet_a_call_is_attributed() {
    let town = Town::new();
    let phone = |trust: &str| json!({"kind": "phone", "value": "۰۹۱۲ ۳۴۵ ۶۷۸۹", "trust": trust});
    town.send(&[event(
        "1",
        "store",
        "Profile Updated",
        0,
        json!([user("ann"), phone("staff")]),
    )]);
    let stranger = json!([cookie("evil"), phone("stated")]);
    town.send(&[event("2", "web", "Form Submitted", 5, stranger)]);
    assert_eq!(town.person("user_id", "ann").profile.whole.events, 1);
    let receipt = town.send(&[event(
        "3",
        "callcenter",
        "Call Started",
        9,
        json!([phone("observed")]),
    )]);
    assert_eq!(receipt.outcomes, [Outcome::Accepted(Resolution::Attributed)]);
    assert_eq!(town.person("user_id", "ann").profile.whole.events, 2);
    // A second holder of the number: the call can be either's, so it is shown with neither.
    town.send(&[event(
        "4",
        "store",
        "Profile Updated",
        10,
        json!([user("bob"), phone("staff")]),
    )]);
    assert_eq!(town.person("user_id", "ann").profile.whole.events, 1);
}

#[test]
fn what_is_sent_again_counts_once() {
    let mut town = Town::new();
    let events = [
        event("1", "web", "Product Viewed", 0, json!([cookie("c")])),
        event("2", "web", "Signed In", 5, json!([cookie("c"), user("ann")])),
    ];
    town.send(&events);
    let before = town.person("user_id", "ann");
    town.reopen();
    let receipt = town.send(&events);
    assert_eq!(receipt.outcomes, [Outcome::Duplicate, Outcome::Duplicate]);
    let conflicting = event("2", "web", "Signed In", 5, json!([cookie("c"), user("bob")]));
    assert_eq!(town.send(&[conflicting]).outcomes, [Outcome::Conflicting]);
    let after = town.person("user_id", "ann");
    assert_eq!(
        (before.version, before.fingerprint),
        (after.version, after.fingerprint)
    );
}
