//! Daniel sees an offer on the web, scans its QR code with his telephone and takes it to the till.

use serde_json::{Value, json};

use crate::cli::story::{
    StepKind,
    scribe::{Scene, Scribe},
};

const USER: (&str, &str, &str) = ("user_id", "story-daniel", "");
const COOKIE: (&str, &str, &str) = ("anonymous_id", "story-cookie-daniel", "");
const STORE: &str = "tehran-12";
const OFFER: &str = "story-autumn-10";
const ORDER: &str = "story-order-daniel";

pub(crate) fn tell(scribe: &mut Scribe) {
    let signed_in = Scene {
        channel: "web",
        source: "story/web",
        name: "Signed In",
        identifiers: &[("user_id", "story-daniel", "verified"), COOKIE],
        members: json!({"traits": {"first_name": "Daniel", "last_name": "Norouzi"}}),
    };
    scribe.event(1_000, "web: Daniel signs in", signed_in);
    let ends = scribe.written(120);
    let offer = json!({"offer_id": OFFER, "name": "10 % off coats, two hours only", "expires": ends});
    let shown = web("Offer Shown", json!({"properties": offer.clone()}));
    scribe.event(1_000, "web: he sees an offer that holds for two hours", shown);
    let added = web("Product Added", json!({"properties": coat()}));
    scribe.event(1_000, "web: a wool coat goes into his basket", added);
    let expires = scribe.written(15);
    let mint = StepKind::MintQr {
        identifier: ("user_id", "story-daniel"),
        basket: json!([coat()]),
        offer,
        expires,
        store_id: STORE,
    };
    scribe.act(1_000, "web: \"take it to the store\": a QR code is shown", mint);
    let scanned = Scene {
        channel: "mobile",
        source: "story/app",
        name: "QR Scanned",
        identifiers: &[("device_id", "story-phone-daniel", "")],
        members: json!({"context": {"os": "android"}}),
    };
    scribe.scan(2_000, "mobile: his telephone scans it", scanned);
    scribe.act(
        2_000,
        "store: the till redeems it: person, basket, offer",
        StepKind::RedeemQr { store_id: STORE },
    );
    let lookup = StepKind::Lookup {
        view: "pos",
        identifier: ("user_id", "story-daniel"),
    };
    scribe.act(500, "store: the seller sees what he did before", lookup);
    let used = json!({"properties": {"offer_id": OFFER, "order_id": ORDER}, "context": {"store_id": STORE}});
    scribe.event(500, "store: the offer is used", till("Coupon Applied", used));
    let sold = json!({
        "properties": {"order_id": ORDER, "total": 43_200_000, "currency": "IRR", "products": [coat()]},
        "context": {"store_id": STORE},
    });
    scribe.event(
        500,
        "store: Daniel buys the coat; his basket is empty everywhere",
        till("Order Completed", sold),
    );
}

fn coat() -> Value {
    json!({
        "product_id": "p-301", "name": "Wool coat Sahand", "category": "clothing", "price": 48_000_000,
        "currency": "IRR", "quantity": 1,
    })
}

fn web(name: &'static str, members: Value) -> Scene {
    Scene {
        channel: "web",
        source: "story/web",
        name,
        identifiers: &[USER, COOKIE],
        members,
    }
}

fn till(name: &'static str, members: Value) -> Scene {
    Scene {
        channel: "store",
        source: "story/pos",
        name,
        identifiers: &[USER],
        members,
    }
}
