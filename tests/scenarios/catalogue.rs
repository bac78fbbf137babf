//! What the tenant publishes of prices, stock and offers: the same in every view, and flagged where it contradicts what a
//! customer was told.

use serde_json::{Value, json};
use yekta::engine::{Position, api::Outcome};

use crate::{
    contact,
    said::{event, user},
    town::Town,
};

const VIEWS: [&str; 4] = ["callcenter", "pos", "web", "mobile"];

/// Something that the tenant says.
pub fn published(id: &str, name: &str, time: &str, properties: Value) -> Value {
    event(
        id,
        ["store", name],
        time,
        json!([]),
        json!({"properties": properties}),
    )
}

fn price(id: &str, time: &str, price: u32) -> Value {
    let properties = json!({"product_id": "kettle", "price": price, "currency": "IRR", "name": "Kettle"});
    published(id, "Price Changed", time, properties)
}

/// Something that happened to Mina.
pub fn happened(town: &Town, id: &str, [channel, name]: [&str; 2], time: &str, properties: Value) {
    let more = json!({"properties": properties});
    town.tell(&[event(id, [channel, name], time, json!([user("mina")]), more)]);
}

pub fn context(town: &Town, view: &str) -> Value {
    town.get(&format!("/v1/context/{view}/user_id:mina"))
}

/// The contradictions that every view tells alike.
fn contradictions(town: &Town) -> Value {
    let told = VIEWS.map(|view| context(town, view)["contradictions"].clone());
    for one in &told {
        assert_eq!(*one, told[0]);
    }
    told[0].clone()
}

/// Mina was promised a kettle on the telephone for 450000, until the 25th.
fn promised() -> Town {
    let town = contact::town();
    let quote = json!({"product_id": "kettle", "name": "Kettle", "price": "450000", "currency": "IRR",
        "valid_until": "2026-11-25T00:00:00Z"});
    happened(
        &town,
        "quote",
        ["callcenter", "Price Promised"],
        "20T11:00",
        quote,
    );
    town
}

#[test]
fn what_is_about_the_tenant_makes_no_profile_and_is_known_by_its_id() {
    let town = Town::new();
    let before = town.profiles();
    let mut first = price("p1", "20T10:00", 500_000);
    // Whoever it seems to name is not looked at.
    first["identifiers"] = json!([user("mina")]);
    assert_eq!(town.send(std::slice::from_ref(&first)).outcomes, [Outcome::Noted]);
    assert_eq!(town.send(&[first]).outcomes, [Outcome::Duplicate]);
    let other = price("p1", "20T10:00", 1);
    assert_eq!(town.send(&[other]).outcomes, [Outcome::Conflicting]);
    assert_eq!(town.profiles(), before);
    let told = town.query().updates_after(Position(0), 100).unwrap();
    let subjects: Vec<&str> = told.iter().map(|update| update.subject.as_str()).collect();
    assert_eq!(subjects, ["yekta.v1.default.insight.price_changed"]);
}

#[test]
fn what_says_nothing_is_refused_and_kept() {
    let town = Town::new();
    let bad = [
        published(
            "b1",
            "Price Changed",
            "20T10:00",
            json!({"price": 3, "currency": "EUR"}),
        ),
        published("b2", "Stock Changed", "20T10:00", json!({"product_id": "kettle"})),
        published("b3", "Offer Published", "20T10:00", json!({"name": "Spring"})),
        published("b4", "Offer Ended", "20T10:00", json!({})),
    ];
    let reply = town.post("/v1/events", &json!(bad));
    assert_eq!(
        (&reply["accepted"], &reply["rejected"].as_array().unwrap().len()),
        (&json!(0), &4)
    );
    let kept = town.get("/v1/rejections");
    assert_eq!(kept["rejections"][3]["code"], "missing_member");
    let message = kept["rejections"][3]["message"].as_str().unwrap();
    assert!(message.contains("properties.product_id"), "{message}");
}

#[test]
fn a_price_that_was_promised_is_flagged_in_every_view_and_before_somebody_says_another() {
    let town = promised();
    assert_eq!(contradictions(&town)["count"], 0);
    town.tell(&[price("p1", "21T10:00", 500_000)]);
    // One that comes late is older than what holds.
    town.tell(&[price("p0", "20T10:00", 450_000)]);
    let told = contradictions(&town);
    let expected = json!([{"what": "price", "about": "kettle", "name": "Kettle", "said": "450000 IRR",
        "said_by": "callcenter", "said_at": "2026-11-20T11:00:00Z", "published": "500000 IRR",
        "published_until": null, "also_said_by": null, "since": "2026-11-21T10:00:00Z",
        "promised_until": "2026-11-25T00:00:00Z"}]);
    assert_eq!(told["items"], expected);
    let desk = context(&town, "callcenter");
    assert_eq!(
        desk["next_step"],
        json!({"step": "keep_promise", "about": "Kettle"})
    );
    assert_eq!(
        desk["avoid"]["items"][0],
        json!({"what": "price", "id": "kettle", "name": "Kettle", "why": "promised_otherwise"})
    );
    // Who reads texts alone is told what to do about it.
    let flat = town.get("/v1/context/callcenter/user_id:mina?flat=true");
    assert_eq!(
        (&flat["next_step"], &flat["next_about"]),
        (&json!("keep_promise"), &json!("Kettle"))
    );

    let saying = |price: Value| {
        let about = json!({"product_id": "kettle", "price": price, "currency": "IRR", "team": "sales"});
        contact::asked(&town, "user_id:mina", about)
    };
    let published = saying(json!("500000"));
    assert_eq!(published["decision"], "allow", "{published}");
    let flags = published["contradictions"].as_array().unwrap();
    assert_eq!(flags.len(), 1, "{published}");
    assert_eq!(
        (&flags[0]["said"], &flags[0]["said_by"]),
        (&json!("450000 IRR"), &json!("callcenter"))
    );
    assert_eq!(
        (&flags[0]["published"], &flags[0]["also_said_by"]),
        (&json!("500000 IRR"), &json!("sales"))
    );
}

#[test]
fn what_a_message_said_is_a_promise_that_everybody_sees() {
    let town = contact::town();
    town.tell(&[price("p1", "20T10:00", 500_000)]);
    let about = json!({"product_id": "kettle", "price": 480_000, "currency": "IRR", "team": "sales",
        "matter": "kettle-week", "expires": "2026-11-30T00:00:00Z", "request_id": "r"});
    let said = contact::asked(&town, "user_id:mina", about.clone());
    assert_eq!(said["decision"], "allow");
    assert_eq!(said["contradictions"][0]["published"], "500000 IRR");
    let again = contact::asked(&town, "user_id:mina", about);
    assert_eq!(again["contradictions"], said["contradictions"]);
    let promise = &context(&town, "callcenter")["promises"]["items"][0];
    assert_eq!(
        [
            &promise["kind"],
            &promise["id"],
            &promise["price"],
            &promise["channel"],
            &promise["until"]
        ],
        ["price", "kettle", "480000", "sms", "2026-11-30T00:00:00Z"]
            .map(Value::from)
            .each_ref()
    );
    let told = contradictions(&town);
    assert_eq!(
        (&told["items"][0]["said"], &told["items"][0]["said_by"]),
        (&json!("480000 IRR"), &json!("sales"))
    );
    // Another team is told of it before it says something else.
    let other = json!({"product_id": "kettle", "price": 500_000, "currency": "IRR", "purpose": "service"});
    let other = contact::asked(&town, "user_id:mina", other);
    assert_eq!(other["contradictions"][0]["said"], "480000 IRR");
    // What could not be sent was not said.
    let failed = json!({"matter": "kettle-week", "purpose": "marketing"});
    happened(&town, "failed", ["web", "Message Failed"], "22T12:01", failed);
    assert_eq!(
        context(&town, "callcenter")["promises"]["items"][0]["price"],
        "500000"
    );
}

#[test]
fn two_channels_that_promised_different_prices_are_flagged() {
    let town = promised();
    let quote = json!({"product_id": "kettle", "price": "430000", "currency": "IRR"});
    happened(&town, "quote2", ["store", "Price Promised"], "21T11:00", quote);
    let told = contradictions(&town);
    assert_eq!(told["count"], 1, "{told}");
    let one = &told["items"][0];
    assert_eq!(
        (&one["said"], &one["said_by"]),
        (&json!("450000 IRR"), &json!("callcenter"))
    );
    assert_eq!(
        (&one["published"], &one["also_said_by"]),
        (&json!("430000 IRR"), &json!("store"))
    );
}

#[test]
fn every_view_shows_the_same_price_stock_and_offer() {
    let town = contact::town();
    let line = json!({"product_id": "kettle", "name": "Kettle", "price": "450000", "currency": "IRR"});
    happened(&town, "cart", ["web", "Product Added"], "20T11:00", line);
    let shown = json!({"offer_id": "spring", "name": "Spring", "price": "9", "currency": "EUR"});
    happened(&town, "shown", ["web", "Offer Shown"], "20T11:01", shown);
    let line = &context(&town, "web")["cart"]["items"][0];
    assert_eq!([&line["current_price"], &line["in_stock"]], [&Value::Null; 2]);
    town.tell(&[
        price("p1", "20T10:00", 500_000),
        published(
            "s1",
            "Stock Changed",
            "20T10:00",
            json!({"product_id": "kettle", "store_id": "north", "quantity": 3}),
        ),
        published(
            "s2",
            "Stock Changed",
            "20T10:01",
            json!({"product_id": "kettle", "store_id": "south", "quantity": 0}),
        ),
        published(
            "o1",
            "Offer Published",
            "20T10:00",
            json!({"offer_id": "spring", "price": "10", "currency": "EUR"}),
        ),
    ]);
    for view in VIEWS {
        let told = context(&town, view);
        let line = &told["cart"]["items"][0];
        assert_eq!(
            (&line["price"], &line["current_price"]),
            (&json!("450000"), &json!("500000")),
            "{view}"
        );
        assert_eq!(
            (&line["in_stock"], &line["in_store"]),
            (&json!(true), &json!(null))
        );
        let offer = &told["offers"]["items"][0];
        assert_eq!(
            (&offer["price"], &offer["published"]["price"]),
            (&json!("9"), &json!("10"))
        );
        assert_eq!(told["contradictions"]["items"][0]["what"], "offer");
    }
    let here = town.get("/v1/context/pos/user_id:mina?store_id=south");
    assert_eq!(here["cart"]["items"][0]["in_store"], false);
    // Sold out everywhere, and the offer is over.
    town.tell(&[
        published(
            "s3",
            "Stock Changed",
            "21T10:00",
            json!({"product_id": "kettle", "available": false}),
        ),
        published("o2", "Offer Ended", "21T10:00", json!({"offer_id": "spring"})),
    ]);
    let told = contradictions(&town);
    let what: Vec<(&str, &str)> = told["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["what"].as_str().unwrap(), one["published"].as_str().unwrap()))
        .collect();
    assert_eq!(what, [("offer", "ended"), ("stock", "out of stock")]);
}

#[test]
fn what_is_published_survives_a_restart_and_is_bounded() {
    let mut town = Town::with("[catalogue]\nproducts_max = 2\n");
    let of = |id: &str, product: &str, time: &str| {
        let properties = json!({"product_id": product, "price": 5, "currency": "EUR"});
        published(id, "Price Changed", time, properties)
    };
    town.tell(&[
        of("1", "a", "20T10:00"),
        of("2", "b", "20T10:01"),
        of("3", "c", "20T10:02"),
    ]);
    town.reopen();
    for (index, product) in ["a", "b", "c"].into_iter().enumerate() {
        let line = json!({"product_id": product});
        happened(
            &town,
            &format!("add{index}"),
            ["web", "Product Added"],
            &format!("20T11:0{index}"),
            line,
        );
    }
    let cart = context(&town, "web")["cart"]["items"].clone();
    let prices: Vec<&Value> = cart
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["current_price"])
        .collect();
    // The latest first: what was last spoken of longest ago is forgotten.
    assert_eq!(prices, [&json!("5"), &json!("5"), &json!(null)]);
    let known = town.send(&[of("1", "a", "20T10:00")]);
    assert_eq!(known.outcomes, [Outcome::Duplicate]);
}
