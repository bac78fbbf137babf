//! The same events in two orders, on stores with the same keys: the same ids, first sights and links.

use serde_json::{Value, json};
use yekta::{domain::event::Stamp, engine::queries::query::Found};

use crate::{
    said::{cookie, event, identifier, signed_in, signed_out, user, viewed},
    town::Town,
};

/// Towns to which `events` are told one by one, from the first to the last and from the last to the first.
fn both_ways(keys: u8, events: &[Value]) -> [Town; 2] {
    let [forth, back] = [Town::keyed(keys), Town::keyed(keys)];
    for event in events {
        forth.tell(std::slice::from_ref(event));
    }
    for event in events.iter().rev() {
        back.tell(std::slice::from_ref(event));
    }
    assert_eq!(forth.profiles(), back.profiles(), "keys {keys}");
    [forth, back]
}

/// The earliest event of each claim of a profile, told in any order.
fn first_sights(town: &Town, kind: &str, value: &str) -> Vec<Stamp> {
    let members = town
        .query()
        .identity(town.person(kind, value).id)
        .unwrap()
        .members;
    let mut first: Vec<Stamp> = members.into_iter().map(|member| member.first).collect();
    first.sort();
    first
}

/// Two events of one instant: the earlier is that of the smaller id, in whatever order the store keeps them.
#[test]
fn what_is_left_after_a_late_log_in_was_first_seen_at_its_earliest_event() {
    let browser = cookie("c");
    for keys in 0..6 {
        let events = [
            signed_in("in", "21T09:00", &browser, "ann"),
            viewed("b", "21T10:00", &browser),
            viewed("a", "21T10:00", &browser),
            viewed("z", "21T12:00", &browser),
            signed_in("late", "21T11:00", &browser, "bob"),
        ];
        for town in both_ways(keys, &events) {
            let first = first_sights(&town, "user_id", "ann");
            let ids: Vec<&str> = first.iter().map(|stamp| stamp.id.as_str()).collect();
            assert_eq!(ids, ["in", "a"], "keys {keys}");
            let seen = &town.get("/v1/profiles/user_id:ann")["counters"]["first_seen"];
            assert_eq!(seen, "2026-11-21T09:00:00Z");
        }
    }
}

/// Who has no customer id is known by their earliest event, here `a`, which is of the browser alone.
#[test]
fn who_has_no_customer_id_has_the_same_one_in_any_order() {
    let (browser, phone) = (cookie("c"), identifier("device_id", "d", "observed"));
    for keys in 0..6 {
        let both = json!([browser, phone]);
        let events = [
            viewed("y", "21T07:00", &browser),
            viewed("z", "21T10:00", &browser),
            viewed("a", "21T10:00", &browser),
            event("m", ["web", "Page Viewed"], "21T10:00", both, json!({})),
            signed_out("out", "21T08:00", &browser, "ann"),
        ];
        for town in both_ways(keys, &events) {
            let ids: Vec<String> = first_sights(&town, "device_id", "d")
                .into_iter()
                .map(|one| one.id)
                .collect();
            assert_eq!(ids, ["a", "m"], "keys {keys}");
        }
    }
}

#[test]
fn an_earlier_event_told_late_gives_whoever_has_no_customer_id_the_id_of_it() {
    let (browser, phone) = (cookie("c"), identifier("device_id", "d", "observed"));
    let both = json!([browser, phone]);
    let events = [
        viewed("late", "21T10:00", &browser),
        event("both", ["web", "Page Viewed"], "21T09:00", both, json!({})),
        viewed("early", "21T08:00", &browser),
    ];
    for town in both_ways(0, &events) {
        let ids: Vec<String> = first_sights(&town, "device_id", "d")
            .into_iter()
            .map(|one| one.id)
            .collect();
        assert_eq!(ids, ["early", "both"]);
    }
}

#[test]
fn an_order_that_names_two_customers_leads_to_neither_whenever_it_is_told() {
    let order = |id: &str, order: &str, who: Value| {
        let properties = json!({"properties": {"order_id": order}});
        event(id, ["web", "Order Completed"], "21T10:00", who, properties)
    };
    let two = json!([user("ann"), user("bob")]);
    let events = [
        order("1", "o-1", two.clone()),
        order("2", "o-2", two),
        order("3", "o-3", json!([user("ann")])),
    ];
    for town in both_ways(0, &events) {
        for shared in ["o-1", "o-2"] {
            assert_eq!(town.find("order_id", shared), Found::None, "{shared}");
        }
        assert_eq!(
            town.find("order_id", "o-3"),
            Found::One(town.person("user_id", "ann").id)
        );
    }
}

/// The devices of the order turn out to be of two customers.
#[test]
fn an_order_leads_to_nobody_once_its_devices_are_two_customers() {
    let (browser, phone) = (cookie("c"), identifier("device_id", "d", "observed"));
    let both = json!([browser, phone]);
    let order = |id: &str, order: &str| {
        let properties = json!({"properties": {"order_id": order}});
        event(
            id,
            ["web", "Order Completed"],
            "21T10:00",
            both.clone(),
            properties,
        )
    };
    let events = [
        order("1", "o-1"),
        signed_in("2", "21T09:00", &browser, "ann"),
        signed_in("3", "21T09:00", &phone, "bob"),
        order("4", "o-2"),
    ];
    for town in both_ways(0, &events) {
        for order in ["o-1", "o-2"] {
            assert_eq!(town.find("order_id", order), Found::None, "{order}");
        }
    }
}
