//! What a profile says where its sources disagree: consent, orders told twice, late news.

use serde_json::{Value, json};

use crate::{
    said::{cookie, event, identifier, user},
    town::Town,
};

fn decided(id: &str, time: &str, who: Value, decision: &str) -> Value {
    event(
        id,
        ["web", "Preferences Updated"],
        time,
        json!([who]),
        json!({"consent": {"sms": {"marketing": decision}}}),
    )
}

fn consent(town: &Town) -> Value {
    town.get("/v1/profiles/user_id:ann")["consent"]["sms"]["marketing"].clone()
}

#[test]
fn the_strictest_consent_holds_unless_a_later_grant_was_verified() {
    let town = Town::new();
    town.tell(&[
        decided("1", "22T08:00", cookie("c"), "denied"),
        decided("2", "22T08:30", user("ann"), "granted"),
    ]);
    assert_eq!(consent(&town), "granted");
    // The refusal was hers too, as her log-in shows; it is older than her verified word.
    town.tell(&[event(
        "3",
        ["web", "Signed In"],
        "22T09:00",
        json!([cookie("c"), user("ann")]),
        json!({}),
    )]);
    assert_eq!(consent(&town), "granted");
    // A later refusal from a device of hers holds, and no form that anybody can fill in lifts it.
    let phone = identifier("device_id", "d", "observed");
    town.tell(&[
        event(
            "4",
            ["mobile", "Signed In"],
            "22T09:10",
            json!([phone, user("ann")]),
            json!({}),
        ),
        decided("5", "22T09:20", phone.clone(), "denied"),
        decided("6", "22T09:30", cookie("c"), "granted"),
    ]);
    assert_eq!(consent(&town), "denied");
    town.tell(&[decided("7", "22T09:40", user("ann"), "granted")]);
    assert_eq!(consent(&town), "granted");
}

#[test]
fn a_command_of_consent_is_carried_out_once() {
    let town = Town::new();
    town.tell(&[decided("1", "22T08:00", user("ann"), "granted")]);
    let put = || {
        let body = br#"{"sms":{"marketing":"denied"}}"#.to_vec();
        town.call(
            "PUT",
            "/v1/profiles/user_id:ann/consent?request_id=r-1",
            &[],
            body,
        )
    };
    assert_eq!((put().status, consent(&town)), (200, json!("denied")));
    let events = town.person("user_id", "ann").profile.whole.events;
    assert_eq!(
        (put().status, town.person("user_id", "ann").profile.whole.events),
        (200, events)
    );
}

#[test]
fn an_order_told_by_web_and_till_counts_once() {
    let town = Town::new();
    let order = |id: &str, channel: &str, time: &str, source: &str, total: &str| {
        let mut event = event(
            id,
            [channel, "Order Completed"],
            time,
            json!([user("ann")]),
            json!({"properties": {"order_id": "o-1", "total": total, "currency": "EUR"}}),
        );
        event["source"] = json!(source);
        event
    };
    town.tell(&[
        order("w", "web", "22T09:00", "shop", "19.90"),
        order("t", "store", "22T10:00", "pos/1", "19.90"),
    ]);
    let profile = town.get("/v1/profiles/user_id:ann");
    let revenue = profile["totals"]["revenue"]["EUR"].to_string();
    assert_eq!(
        (&profile["totals"]["orders"], revenue.trim_matches('"')),
        (&json!(1), "19.9"),
        "{profile}"
    );
    assert_eq!(profile["counters"]["events"], 2);
}

#[test]
fn late_news_does_not_overwrite_todays() {
    let town = Town::new();
    let moved = |id: &str, time: &str, city: &str| {
        event(
            id,
            ["web", "Profile Updated"],
            time,
            json!([user("ann")]),
            json!({"traits": {"city": city}}),
        )
    };
    town.tell(&[moved("1", "22T09:00", "Tehran")]);
    town.tell(&[moved("2", "02T09:00", "Qom")]);
    let profile = town.get("/v1/profiles/user_id:ann");
    assert_eq!(
        (&profile["traits"]["city"], &profile["counters"]["events"]),
        (&json!("Tehran"), &json!(2))
    );
    // An empty basket stays empty when its filling is told late.
    let basket = |id: &str, name: &str, time: &str| {
        event(
            id,
            ["web", name],
            time,
            json!([user("ann")]),
            json!({"properties": {"product_id": "p", "name": "Lamp"}}),
        )
    };
    town.tell(&[basket("3", "Product Removed", "22T09:30")]);
    town.tell(&[basket("4", "Product Added", "22T09:20")]);
    assert_eq!(town.get("/v1/context/web/user_id:ann")["cart"]["count"], 0);
}
