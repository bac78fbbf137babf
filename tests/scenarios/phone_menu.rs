//! An order placed on the web, a call twelve hours later: the phone menu knows before an agent is involved.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::{
    said::{Names, cookie, event, identifier, user},
    town::Town,
};

fn ordered_on_the_web() -> Vec<Value> {
    let signed_in = json!([
        cookie("c"),
        user("mina"),
        identifier("phone", "0912 345 6789", "verified")
    ]);
    let product = json!({"product_id": "p-7", "name": "چای‌ساز", "quantity": 1, "price": 1_250_000});
    let order = json!({"properties": {"order_id": "o-77", "total": 1_250_000, "currency": "IRR", "products": [product]}});
    let shipped = json!({"properties": {"order_id": "o-77"}});
    vec![
        event(
            "1",
            ["web", "Signed In"],
            "21T21:00",
            signed_in,
            json!({"traits": {"first_name": "Mina", "last_name": "Karimi", "language": "fa"}}),
        ),
        event(
            "2",
            ["web", "Product Added"],
            "21T21:05",
            json!([cookie("c")]),
            json!({"properties": product}),
        ),
        event(
            "3",
            ["web", "Order Completed"],
            "21T21:10",
            json!([cookie("c")]),
            order,
        ),
        event(
            "4",
            ["web", "Order Shipped"],
            "22T08:00",
            json!([user("mina")]),
            shipped,
        ),
    ]
}

#[test]
fn the_menu_knows_the_order_and_its_state_when_the_telephone_rings() {
    let town = Town::new();
    town.tell(&ordered_on_the_web());
    // Twelve hours later; the exchange passes the number on as it came.
    let caller = json!([identifier("phone", "00989123456789", "observed")]);
    let call = event(
        "5",
        ["callcenter", "Call Started"],
        "22T09:10",
        caller,
        json!({"properties": {"call_id": "k-1"}}),
    );
    town.tell(&[call]);
    let flat = town.get("/v1/context/callcenter/phone:+989123456789?flat=true");
    assert_eq!(
        (
            &flat["match"],
            &flat["order_id"],
            &flat["order_state"],
            &flat["call_id"]
        ),
        (&json!("one"), &json!("o-77"), &json!("shipped"), &json!("k-1"))
    );
    let mut names = Names::default();
    assert_snapshot!("flat", names.show(&flat));
    assert_snapshot!(
        "full",
        names.show(&town.get("/v1/context/callcenter/phone:09123456789"))
    );
    // The POST twin keeps the number out of the address, and a lookup says the same.
    let asked = json!({"identifiers": [{"kind": "phone", "value": "۰۹۱۲۳۴۵۶۷۸۹"}], "flat": true});
    assert_eq!(town.post("/v1/context/callcenter", &asked), flat);
    assert_eq!(town.post("/v1/lookup", &asked), flat);
}

#[test]
fn a_menu_gets_the_same_keys_for_a_caller_nobody_knows() {
    let town = Town::new();
    town.tell(&ordered_on_the_web());
    let known = town.get("/v1/context/callcenter/phone:09123456789?flat=true");
    let stranger = town.get("/v1/context/callcenter/phone:09351112233?flat=true");
    let keys = |flat: &Value| flat.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&known), keys(&stranger));
    assert!(stranger.as_object().unwrap().iter().all(|(key, text)| text == ""
        || matches!(
            key.as_str(),
            "match" | "view" | "why" | "partial" | "candidates_count"
        )));
    assert_eq!(
        (&stranger["match"], &stranger["why"]),
        (&json!("none"), &json!("unknown"))
    );
}
