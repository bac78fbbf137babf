//! Two things that are told of one customer and might speak against each other: what is told is right of both.

use serde_json::{Value, json};
use yekta::domain::time::Timestamp;

use crate::{
    asked::{HOUR, ten_minutes_later},
    said::{cookie, event, identifier, signed_in, user, viewed},
    town::{NOW, Town},
};

fn an_hour_later() -> Timestamp {
    NOW.saturating_add(HOUR)
}

/// A code that is good until 12:30 and that tills may check, for whoever has the identifier: its token.
fn signed(town: &Town, who: &Value) -> String {
    let asked = json!({"identifier": who, "expires": "2026-11-22T12:30:00Z", "offline": true});
    town.post("/v1/qr", &asked)["token"].as_str().unwrap().to_owned()
}

fn settle(town: &Town, token: &str, store: &str, at: &str) -> Value {
    let asked = json!({"store_id": store, "redemptions": [{"token": token, "at": at}]});
    town.post("/v1/qr/settle", &asked)["settled"][0].take()
}

fn card(town: &Town) -> Value {
    town.get("/v1/context/callcenter/user_id:mina")
}

/// What Mina did, each `[channel, type, time, properties]`.
fn told(town: &Town, story: &[(&str, &str, &str, Value)]) {
    for (channel, name, time, properties) in story {
        let more = json!({"properties": properties});
        let id = format!("{name} {time}");
        town.tell(&[event(&id, [channel, name], time, json!([user("mina")]), more)]);
    }
}

/// A till with a slow clock, or one that was shown a picture of the code: what it tells parts nobody.
#[test]
fn a_redemption_that_is_told_later_parts_nobody_whom_a_scan_joined() {
    for redeemed_before in [true, false] {
        let mut town = Town::new();
        town.tell(&[signed_in("1", "22T10:00", &cookie("c"), "mina")]);
        let token = signed(&town, &user("mina"));
        town.reopen_at(ten_minutes_later);
        let phone = identifier("device_id", "phone-1", "observed");
        town.tell(&[viewed("2", "22T12:04", &phone)]);
        let scanned = json!([phone, {"kind": "qr_token", "value": token}]);
        town.tell(&[event(
            "3",
            ["mobile", "QR Scanned"],
            "22T12:05",
            scanned,
            json!({}),
        )]);
        let mina = town.person("user_id", "mina").id;
        assert_eq!(town.person("device_id", "phone-1").id, mina);
        if redeemed_before {
            let redeemed = town.post(&format!("/v1/qr/{token}/redeem"), &json!({"store_id": "north"}));
            assert_eq!(redeemed["outcome"], "valid");
        }
        let answer = settle(&town, &token, "south", "2026-11-22T12:01:00Z");
        assert_eq!(answer["double_use"], redeemed_before);
        assert_eq!(town.person("device_id", "phone-1").id, mina, "{redeemed_before}");
        let timeline = town.get("/v1/profiles/user_id:mina/timeline?channel=yekta");
        let mut events = timeline["events"].as_array().unwrap().iter();
        let settled = events
            .find(|event| event["properties"]["redeemed_at"].is_string())
            .unwrap();
        let name = if redeemed_before {
            "QR Used Twice"
        } else {
            "QR Redeemed"
        };
        assert_eq!(
            (&settled["type"], &settled["properties"]["redeemed_at"]),
            (&json!(name), &json!("2026-11-22T12:01:00Z"))
        );
    }
}

/// Tills and the service allow the same two minutes between their clocks.
#[test]
fn a_till_takes_no_code_that_is_refused_when_it_is_settled() {
    let mut town = Town::new();
    town.tell(&[signed_in("1", "22T10:00", &cookie("c"), "mina")]);
    let (kept, over) = (signed(&town, &user("mina")), signed(&town, &user("mina")));
    town.reopen_at(an_hour_later);
    assert_eq!(
        settle(&town, &kept, "north", "2026-11-22T12:31:59Z")["outcome"],
        "valid"
    );
    assert_eq!(
        settle(&town, &kept, "south", "2026-11-22T12:31:00Z")["double_use"],
        true
    );
    assert_eq!(
        settle(&town, &over, "north", "2026-11-22T12:32:01Z")["outcome"],
        "expired"
    );
}

#[test]
fn nobody_is_asked_about_a_wish_that_was_fulfilled() {
    let town = Town::new();
    let bag = json!({"product_id": "p-1", "name": "Bag"});
    let lamp = json!({"product_id": "p-2", "name": "Lamp"});
    let order = |id: &str| json!({"order_id": id, "total": 5, "currency": "IRR", "products": [bag]});
    told(
        &town,
        &[
            ("web", "Product Added to Wishlist", "21T09:00", lamp.clone()),
            ("web", "Product Added to Wishlist", "21T10:00", bag.clone()),
            ("store", "Order Completed", "21T11:00", order("o-1")),
        ],
    );
    assert_eq!(
        card(&town)["next_step"],
        json!({"step": "ask_about_wishlist", "about": "Lamp"})
    );
    // A second one that was called off takes nothing away of the first.
    told(
        &town,
        &[
            ("web", "Order Completed", "21T12:00", order("o-2")),
            ("web", "Order Cancelled", "21T13:00", json!({"order_id": "o-2"})),
        ],
    );
    let avoid = card(&town)["avoid"]["items"].take();
    assert_eq!(
        avoid,
        json!([{"what": "product", "id": "p-1", "name": "Bag", "why": "bought"}])
    );
    // Wished for again, it is a wish again.
    told(&town, &[("web", "Product Added to Wishlist", "21T14:00", bag)]);
    assert_eq!(card(&town)["next_step"]["about"], "Bag");
}

/// What ends or qualifies a matter is kept for longer than the matter.
#[test]
fn a_promise_that_was_kept_stays_so_whatever_else_is_told() {
    let town = Town::new();
    let id = |id: &str| json!({"callback_id": id, "due": "2026-11-21T10:00:00Z"});
    told(
        &town,
        &[
            ("callcenter", "Callback Scheduled", "21T08:00", id("kept")),
            ("callcenter", "Callback Completed", "21T09:00", id("kept")),
        ],
    );
    for number in 0..40 {
        let name = format!("stray-{number}");
        told(
            &town,
            &[(
                "callcenter",
                "Callback Completed",
                &format!("21T10:{number:02}"),
                id(&name),
            )],
        );
    }
    assert_eq!(card(&town)["promises"]["count"], 0);
    assert_eq!(card(&town)["next_step"]["step"], "greet");
}

#[test]
fn who_signs_out_of_the_shop_may_still_be_in_the_app() {
    let town = Town::new();
    told(
        &town,
        &[
            ("mobile", "Screen Viewed", "22T11:50", json!({"name": "Coats"})),
            ("web", "Signed Out", "22T11:55", json!({})),
        ],
    );
    let session = card(&town)["session"].take();
    assert_eq!(
        (&session["running"], &session["channel"]),
        (&json!(true), &json!("mobile"))
    );
}

/// Half of the longest time is as long as a question may wait for a position at all.
#[test]
fn an_answer_in_time_waits_for_a_position_at_most_half_of_it() {
    let town = Town::new();
    town.tell(&[signed_in("1", "22T10:00", &cookie("c"), "mina")]);
    let late = town.get("/v1/context/callcenter/user_id:mina?min_position=1000000&deadline_ms=10000");
    assert_eq!((&late["match"], &late["partial"]), (&json!("one"), &json!(true)));
}
