//! Each bound on what joins and on what a profile keeps is told when it bites, and not before.

use serde_json::{Value, json};

use crate::town::Town;

const SMALL: &str = r#"
[identifiers]
claims_max = 2
atoms_max = 3
kinds.phone.subjects_max = 1

[identity]
expected_people = 10000
block_faces_max = 3
component_atoms_max = 2

[fold]
traits_max = 6
trait_letters_max = 60
names_max = 4
lines_max = 2
orders_max = 2
matters_max = 2
consents_max = 2
"#;

/// How often the metric says that a bound was met.
fn met(town: &Town, bound: &str) -> u64 {
    let (_, metrics) = town.text("/metrics");
    let name = format!("yekta_engine_bounds_total{{bound=\"{bound}\"}} ");
    let value = metrics.lines().find_map(|line| line.strip_prefix(&name));
    value
        .unwrap_or_else(|| panic!("{name}: {metrics}"))
        .parse()
        .unwrap()
}

/// Tells the events of `told` one by one: nothing says that the bound was met before the last, which does.
fn bites_at_last(bound: &str, told: impl IntoIterator<Item = Value>) {
    let town = Town::with(SMALL);
    let mut times = vec![met(&town, bound)];
    for (number, mut event) in told.into_iter().enumerate() {
        event["id"] = json!(format!("e-{number}"));
        event["source"] = json!("test");
        event["channel"] = json!("web");
        town.tell(&[event]);
        times.push(met(&town, bound));
    }
    let last = times.pop().unwrap();
    assert_eq!(times, vec![0; times.len()], "{bound} bites too early");
    assert!(last > 0, "{bound} is not told");
}

fn known(user: &str, kind: &str, value: &str) -> Value {
    json!([{"kind": "user_id", "value": user}, {"kind": kind, "value": value, "trust": "verified"}])
}

/// What one customer does.
fn ann(what: &str, properties: Value) -> Value {
    json!({"type": what, "identifiers": [{"kind": "user_id", "value": "ann"}], "properties": properties})
}

/// A record of somebody without any identifier, who lives at this number.
fn stranger(number: u8) -> Value {
    json!({"type": "Profile Updated", "identifiers": [], "traits": {"first_name": "Sara", "last_name": "Rostamian",
        "birth_date": "1991-03-14", "address": format!("{number} Cedar Street"), "city": "Tehran"}})
}

#[test]
fn more_claims_of_a_customer_than_count_are_told() {
    let seen = |cookie| json!({"type": "Seen", "identifiers": known("ann", "anonymous_id", cookie)});
    bites_at_last("identifiers.claims_max", ["a", "b", "c"].map(seen));
}

#[test]
fn a_value_that_too_many_hold_is_told() {
    let seen = |device| {
        json!({"type": "Seen", "identifiers": [{"kind": "anonymous_id", "value": "one"},
            {"kind": "device_id", "value": device}]})
    };
    bites_at_last("identifiers.atoms_max", ["a", "b", "c", "d"].map(seen));
}

#[test]
fn a_value_of_too_many_people_is_told() {
    let seen = |user| json!({"type": "Seen", "identifiers": known(user, "phone", "+989125550199")});
    bites_at_last("identifiers.subjects_max", ["ann", "bob"].map(seen));
}

#[test]
fn an_aspect_that_too_many_show_is_told() {
    bites_at_last("identity.block_faces_max", [1, 2, 3, 4].map(stranger));
}

#[test]
fn a_likeness_that_connects_too_many_is_told() {
    bites_at_last("identity.component_atoms_max", [1, 2, 3].map(stranger));
}

#[test]
fn what_a_profile_keeps_no_more_of_is_told() {
    let traits = |traits: Value| {
        let mut event = ann("Seen", json!({}));
        event["traits"] = traits;
        event
    };
    let long = "a".repeat(60);
    bites_at_last(
        "fold.trait_letters_max",
        [json!({"note": "short"}), json!({"note": long})].map(traits),
    );
    bites_at_last(
        "fold.traits_max",
        [json!({"a": 1, "b": 2, "c": 3}), json!({"d": 4, "e": 5, "f": 6})].map(traits),
    );
    bites_at_last(
        "fold.names_max",
        ["One", "Two", "Three", "Four"].map(|name| ann(name, json!({}))),
    );
    let two = |what: &str, id: &str| [1, 2].map(|number| ann(what, json!({id: format!("{id}-{number}")})));
    for what in ["Product Added", "Product Added to Wishlist"] {
        bites_at_last("fold.lines_max", two(what, "product_id"));
    }
    for what in ["Order Completed", "Order Shipped"] {
        bites_at_last("fold.orders_max", two(what, "order_id"));
    }
    for (what, id) in [
        ("Ticket Opened", "ticket_id"),
        ("Offer Shown", "offer_id"),
        ("Offer Used", "offer_id"),
        ("Call Started", "call_id"),
    ] {
        bites_at_last("fold.matters_max", two(what, id));
    }
    let agreed = |channel: &str| {
        let mut event = ann("Seen", json!({}));
        event["consent"] = json!({channel: {"marketing": "granted"}});
        event
    };
    bites_at_last("fold.consents_max", ["sms", "email"].map(agreed));
}
