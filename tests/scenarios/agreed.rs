//! A view with a purpose tells of those who agreed to it, and of nobody else: neither who asks nor who subscribes.

use std::collections::BTreeMap;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use yekta::engine::Position;

use crate::{
    asked::decide,
    said::{event, user},
    town::Town,
};

/// The shop's pages are made for whoever agreed to that.
const PURPOSE: &str = "[views.web]\npurpose = \"web:personalisation\"\n";
const PEOPLE: u64 = 60;
const EVENTS: u64 = 3_000;

fn bag(id: &str, minute: u64, who: &str, consent: Value) -> Value {
    let time = format!(
        "{}T{:02}:{:02}",
        19 + minute / 1_440,
        minute / 60 % 24,
        minute % 60
    );
    let more = json!({"properties": {"product_id": "p-1", "name": "Bag"}, "consent": consent});
    event(
        id,
        ["web", "Product Added to Wishlist"],
        &time,
        json!([user(who)]),
        more,
    )
}

fn personalisation(decision: &str) -> Value {
    json!({"web": {"personalisation": decision}})
}

#[test]
fn who_did_not_agree_is_found_and_nothing_is_told_of_them() {
    let town = Town::with(PURPOSE);
    town.tell(&[bag("1", 0, "mina", json!({}))]);
    let told = || {
        let context = town.get("/v1/context/web/user_id:mina");
        let flat = town.get("/v1/context/web/user_id:mina?flat=true");
        let wished = context["wishlist"]["count"].clone();
        [
            context["why"].clone(),
            wished,
            flat["why"].clone(),
            flat["wishlist_count"].clone(),
        ]
    };
    let nothing = [json!("no_consent"), json!(0), json!("no_consent"), json!("")];
    assert_eq!(told(), nothing, "nothing was said");
    let context = town.get("/v1/context/web/user_id:mina");
    assert_eq!(
        (&context["match"], context["profile"].is_string()),
        (&json!("one"), true)
    );
    town.tell(&[bag("2", 1, "mina", personalisation("granted"))]);
    assert_eq!(told(), [json!(null), json!(1), json!(""), json!("1")]);
    decide(&town, "user_id:mina", "r", "granted");
    town.tell(&[bag("3", 2, "mina", personalisation("denied"))]);
    assert_eq!(told(), nothing);
    // What they decided is told all the same, and other views are as they were.
    let context = town.get("/v1/context/web/user_id:mina");
    assert_eq!(
        context["consent"],
        json!({"sms": {"marketing": "granted"}, "web": {"personalisation": "denied"}})
    );
    assert_eq!(
        town.get("/v1/context/callcenter/user_id:mina")["wishlist"]["count"],
        1
    );
}

/// Each decision of a customer without other atoms holds from its event on.
#[test]
fn nothing_is_published_of_who_does_not_agree_then() {
    let town = Town::with(PURPOSE);
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (mut agreed, mut expected) = (BTreeMap::new(), Vec::new());
    for number in 0..EVENTS {
        let who = format!("u{}", u64::from(random.next_u32()) % PEOPLE);
        let decision = match random.next_u32() % 4 {
            0 => Some(true),
            1 => Some(false),
            _ => None,
        };
        let consent = decision.map_or(json!({}), |granted| {
            personalisation(if granted { "granted" } else { "denied" })
        });
        agreed.extend(decision.map(|granted| (who.clone(), granted)));
        expected.push(agreed.get(&who).copied().unwrap_or(false));
        town.send(&[bag(&number.to_string(), number, &who, consent)]);
    }
    let (mut published, mut cursor) = (Vec::new(), Position(0));
    loop {
        let page = town.query().updates_after(cursor, 500).unwrap();
        let Some(last) = page.last() else { break };
        cursor = last.position;
        let enriched = page.iter().filter(|update| update.subject.contains(".context."));
        published.extend(enriched.map(|update| {
            let body: Value = serde_json::from_slice(&update.body).unwrap();
            (
                body["context"]["why"].clone(),
                body["context"]["wishlist"]["count"].clone(),
            )
        }));
    }
    assert_eq!(published.len(), expected.len());
    for (number, (told, agreed)) in published.into_iter().zip(expected).enumerate() {
        let right = match agreed {
            true => (json!(null), json!(1)),
            false => (json!("no_consent"), json!(0)),
        };
        assert_eq!(told, right, "event {number}");
    }
}

/// Neither by the names of those it may be, nor by what a till scans.
#[test]
fn who_did_not_agree_is_named_to_nobody_and_no_product_tells_of_them() {
    let town = Town::with("[views.pos]\npurpose = \"web:personalisation\"\n");
    let phone = || json!({"kind": "phone", "value": "09123456789", "trust": "verified"});
    let cart = |id: &str, who: &str, consent: Value| {
        let more = json!({"traits": {"first_name": who}, "properties": {"product_id": "4006381333931"},
            "consent": consent});
        event(
            id,
            ["web", "Product Added"],
            "21T10:00",
            json!([user(who), phone()]),
            more,
        )
    };
    town.tell(&[
        cart("1", "mina", personalisation("granted")),
        cart("2", "sara", json!({})),
    ]);
    let found = town.get("/v1/context/pos/phone:+989123456789");
    let mut names: Vec<&Value> = found["candidates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    names.sort_by_key(|name| name.to_string());
    assert_eq!(names, [&json!("mina"), &json!(null)]);
    let in_cart = |who: &str| {
        let profile = town.person("user_id", who).id.to_string();
        let scanned = json!({"scanned": "4006381333931", "profile": profile});
        town.post("/v1/scan", &scanned)["product"]["in_cart"].clone()
    };
    assert_eq!([in_cart("mina"), in_cart("sara")], [json!(true), json!(false)]);
}
