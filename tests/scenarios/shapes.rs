//! The same customer in every shape that is taken: CloudEvents in three modes, and Segment's calls.

use serde_json::{Value, json};

use crate::{
    said::{event, user},
    town::Town,
};

fn cloud(id: &str, name: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": "shop", "type": name, "channel": "web",
        "time": "2026-11-22T09:00:00Z", "data": data})
}

#[test]
fn cloudevents_in_any_mode_reach_one_profile() {
    let town = Town::new();
    let who = json!([user("ann")]);
    let send = |headers: &[(&str, &str)], body: &Value| {
        let reply = town.call("POST", "/v1/events", headers, body.to_string().into_bytes());
        assert_eq!(
            (reply.status, &reply.body["rejected"]),
            (200, &json!([])),
            "{}",
            reply.body
        );
        reply.body["accepted"].clone()
    };
    let structured = cloud(
        "1",
        "Product Viewed",
        json!({"identifiers": who, "properties": {"product_id": "p"}}),
    );
    assert_eq!(
        send(
            &[("content-type", "application/cloudevents+json; charset=utf-8")],
            &structured
        ),
        1
    );
    let batch = json!([
        cloud(
            "2",
            "Product Added",
            json!({"identifiers": who, "properties": {"product_id": "p", "name": "Bag"}})
        ),
        cloud(
            "3",
            "Page Viewed",
            json!({"identifiers": who, "properties": {"title": "Cart"}})
        ),
    ]);
    assert_eq!(
        send(&[("content-type", "application/cloudevents-batch+json")], &batch),
        2
    );
    let binary = [
        ("ce-specversion", "1.0"),
        ("ce-id", "4"),
        ("ce-source", "shop"),
        ("ce-type", "com.example.order%20completed"),
        ("ce-channel", "store"),
        ("ce-time", "2026-11-22T10:00:00Z"),
    ];
    let data = json!({"type": "Order Completed", "identifiers": who,
        "properties": {"order_id": "o-1", "total": "12.50", "currency": "EUR"}});
    assert_eq!(send(&binary, &data), 1);
    // The same id of the same source again, now in structured mode, is no second event.
    assert_eq!(send(&[], &structured), 0);
    let profile = town.get("/v1/profiles/user_id:ann");
    assert_eq!(profile["counters"]["events"], 4);
    assert_eq!(profile["counters"]["by_channel"], json!({"web": 3, "store": 1}));
    assert_eq!(
        profile["totals"]["revenue"]["EUR"].to_string().trim_matches('"'),
        "12.5"
    );
}

#[test]
fn segment_calls_reach_one_profile() {
    let town = Town::new();
    let web = json!({"library": {"name": "analytics.js"}});
    town.post(
        "/v1/page",
        &json!({"messageId": "1", "anonymousId": "a-1", "name": "Home", "context": web}),
    );
    town.post(
        "/v1/i",
        &json!({"messageId": "2", "anonymousId": "a-1", "userId": "ann",
        "traits": {"email": "Ann@Example.org", "first_name": "Ann"}}),
    );
    town.post(
        "/v1/track",
        &json!({"messageId": "3", "userId": "ann", "event": "Product Added to Wishlist",
        "properties": {"product_id": "p-1", "name": "Lamp"}}),
    );
    town.post(
        "/v1/screen",
        &json!({"messageId": "4", "userId": "ann", "name": "Lamps",
        "context": {"device": {"id": "d-1"}}}),
    );
    let profile = town.get("/v1/profiles/user_id:ann");
    assert_eq!(
        (&profile["counters"]["events"], &profile["traits"]["first_name"]),
        (&json!(4), &json!("Ann"))
    );
    assert_eq!(profile["counters"]["by_channel"], json!({"web": 3, "mobile": 1}));
    assert_eq!(town.get("/v1/profiles/anonymous_id:a-1")["id"], profile["id"]);
    assert_eq!(
        town.get("/v1/context/web/user_id:ann")["wishlist"]["items"][0]["name"],
        "Lamp"
    );
    assert_eq!(town.profiles().len(), 1);
}

#[test]
fn an_alias_counts_from_a_source_that_may() {
    let town = Town::new();
    town.tell(&[
        event(
            "1",
            ["web", "Signed In"],
            "22T09:00",
            json!([user("ann")]),
            json!({}),
        ),
        event(
            "2",
            ["web", "Signed In"],
            "22T09:00",
            json!([user("ann-old")]),
            json!({}),
        ),
    ]);
    let alias = |id: &str| {
        json!({"messageId": id, "userId": "ann", "previousId": "ann-old"})
            .to_string()
            .into_bytes()
    };
    let call = |source: &str, id: &str| {
        town.call("POST", "/v1/alias", &[("x-yekta-source", source)], alias(id))
            .status
    };
    assert_eq!((call("blog", "3"), town.profiles().len()), (200, 2));
    assert_eq!((call("crm/import", "4"), town.profiles().len()), (200, 1));
    assert_eq!(
        town.get("/v1/profiles/user_id:ann-old")["id"],
        town.get("/v1/profiles/user_id:ann")["id"]
    );
}
