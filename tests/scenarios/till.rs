//! An offer seen on the web, its QR code scanned with the telephone, then redeemed at the till.

use insta::assert_snapshot;
use serde_json::{Value, json};
use yekta::domain::time::Timestamp;

use crate::{
    asked::{HOUR, redeem, ten_minutes_later},
    said::{Names, cookie, event, identifier, user},
    town::{NOW, Town},
};

fn two_hours_later() -> Timestamp {
    NOW.saturating_add(2 * HOUR)
}

fn offer() -> Value {
    json!({"offer_id": "autumn-10", "name": "10 % off coats", "expires": "2026-11-22T14:30:00Z"})
}

fn coat() -> Value {
    json!({"product_id": "p-301", "name": "Wool coat", "quantity": 1, "price": 48_000_000, "currency": "IRR"})
}

/// Daniel signs in, sees the offer and puts the coat into his basket; the shop mints a code for him.
fn minted(town: &Town, store: Option<&str>) -> Value {
    let at_home = json!([cookie("c"), user("daniel")]);
    let traits = json!({"traits": {"first_name": "Daniel", "last_name": "Norouzi"}});
    town.tell(&[
        event("1", ["web", "Signed In"], "22T10:00", at_home.clone(), traits),
        event(
            "2",
            ["web", "Offer Shown"],
            "22T10:05",
            at_home.clone(),
            json!({"properties": offer()}),
        ),
        event(
            "3",
            ["web", "Product Added"],
            "22T10:06",
            at_home,
            json!({"properties": coat()}),
        ),
    ]);
    let mint = json!({"identifier": {"kind": "user_id", "value": "daniel"}, "basket": [coat()], "offer": offer(),
        "expires": "2026-11-22T13:00:00Z", "store_id": store, "request_id": "mint-1"});
    let minted = town.post("/v1/qr", &mint);
    let again = town.post("/v1/qr", &mint);
    assert_eq!(
        (&minted["token"], &minted["url"]),
        (&again["token"], &again["url"])
    );
    minted
}

fn token(minted: &Value) -> &str {
    minted["token"].as_str().unwrap()
}

#[test]
fn the_seller_sees_the_person_the_basket_the_offer_and_what_was_before() {
    let mut town = Town::new();
    let minted = minted(&town, Some("tehran-12"));
    town.reopen_at(ten_minutes_later);
    // A telephone that nobody signed in on scans it: what it did before becomes Daniel's.
    let phone = identifier("device_id", "phone-1", "observed");
    let scanned = json!([phone, {"kind": "qr_token", "value": minted["url"]}]);
    town.tell(&[event(
        "4",
        ["mobile", "Screen Viewed"],
        "22T12:05",
        json!([phone]),
        json!({"properties": {"name": "Coats"}}),
    )]);
    let stranger = town.person("device_id", "phone-1").id;
    town.tell(&[event(
        "5",
        ["mobile", "QR Scanned"],
        "22T12:06",
        scanned,
        json!({}),
    )]);
    let daniel = town.person("user_id", "daniel");
    assert_eq!(town.person("device_id", "phone-1").id, daniel.id);
    assert_eq!(daniel.absorbed, [stranger]);

    let mut names = Names::default();
    let token = token(&minted);
    assert_snapshot!("minted", names.show(&minted));
    let read = town.get(&format!("/v1/qr/{token}?store_id=tehran-12"));
    assert_snapshot!("read", names.show(&read));
    let first = redeem(
        &town,
        token,
        json!({"store_id": "tehran-12", "request_id": "till-1"}),
    );
    assert_snapshot!("redeemed", names.show(&first));
    assert_eq!(
        (&first["outcome"], &first["profile"]),
        (&json!("valid"), &json!(daniel.id.to_string()))
    );

    let second = redeem(
        &town,
        token,
        json!({"store_id": "tehran-12", "request_id": "till-2"}),
    );
    assert_snapshot!("second", names.show(&second));
    // A till whose connection broke asks again under its id, and gets what it was told.
    let repeat = redeem(
        &town,
        token,
        json!({"store_id": "tehran-12", "request_id": "till-1"}),
    );
    assert_eq!(without_position(repeat), without_position(first));
    assert_eq!(town.get(&format!("/v1/qr/{token}"))["outcome"], "used");
}

fn without_position(mut answer: Value) -> Value {
    answer.as_object_mut().unwrap().remove("position");
    answer
}

#[test]
fn every_other_end_is_told_by_name() {
    let mut town = Town::new();
    let minted = minted(&town, Some("tehran-12"));
    let token = token(&minted).to_owned();
    let at = |town: &Town, store: &str| redeem(town, &token, json!({"store_id": store}))["outcome"].clone();
    assert_eq!(at(&town, "shiraz-1"), "wrong_store");
    assert_eq!(redeem(&town, "NOSUCHTOKEN2345", json!({}))["outcome"], "unknown");
    assert_eq!(town.get("/v1/qr/NOSUCHTOKEN2345")["profile"], Value::Null);
    // No redemption was spent on that; but an hour and a half later it is too late.
    town.reopen_at(two_hours_later);
    assert_eq!(at(&town, "tehran-12"), "expired");
    let read = town.get(&format!("/v1/qr/{token}"));
    assert_eq!(
        (&read["outcome"], &read["context"]),
        (&json!("expired"), &Value::Null)
    );
}

#[test]
fn a_code_of_one_store_is_not_used_up_where_no_store_is_named() {
    let town = Town::new();
    let minted = minted(&town, Some("tehran-12"));
    let token = token(&minted);
    assert_eq!(redeem(&town, token, json!({}))["outcome"], "wrong_store");
    // Whoever only reads it and does not say where is told what it is good for at its store.
    assert_eq!(town.get(&format!("/v1/qr/{token}"))["outcome"], "valid");
    let at_its_store = redeem(&town, token, json!({"store_id": "tehran-12"}));
    assert_eq!(at_its_store["outcome"], "valid");
}

#[test]
fn the_seller_is_told_when_the_offer_ends_though_the_code_holds() {
    let mut town = Town::new();
    let minted = minted(&town, None);
    let offers =
        |town: &Town| town.get("/v1/context/pos/user_id:daniel")["offers"]["items"][0]["holds"].clone();
    assert_eq!((offers(&town), token(&minted).len()), (json!(true), 32));
    town.reopen_at(|| NOW.saturating_add(3 * HOUR));
    assert_eq!(offers(&town), json!(false));
}

#[test]
fn what_was_taken_back_is_revoked() {
    let town = Town::new();
    let minted = minted(&town, None);
    let path = format!("/v1/qr/{}/revoke", token(&minted));
    assert_eq!(town.post(&path, &json!({}))["outcome"], "revoked");
    assert_eq!(redeem(&town, token(&minted), json!({}))["outcome"], "revoked");
}

#[test]
fn of_fifty_redemptions_at_once_one_wins() {
    let mut town = Town::new();
    let minted = minted(&town, None);
    let path = format!("/v1/qr/{}/redeem", token(&minted));
    let outcomes: Vec<Value> = town
        .race(&path, &json!({"store_id": "tehran-12"}), 50)
        .into_iter()
        .map(|reply| reply.body["outcome"].clone())
        .collect();
    let count = |wanted: &str| outcomes.iter().filter(|outcome| *outcome == wanted).count();
    assert_eq!((count("valid"), count("used")), (1, 49));
    town.reopen();
    assert_eq!(redeem(&town, token(&minted), json!({}))["outcome"], "used");
}
