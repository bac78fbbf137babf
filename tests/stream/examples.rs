//! The three examples of the product, told and asked over NATS: the phone menu, the till, the wish list.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::{
    api::Api,
    broker::Broker,
    process::Service,
    server::NatsServer,
    serving::{serve_on, wait_until_ready},
};

/// A service beside a server of its own, and a client of it.
struct Town {
    broker: Broker,
    api: Api,
    service: Service,
    _data: tempfile::TempDir,
    _server: NatsServer,
}

impl Town {
    fn new() -> Self {
        let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
        let mut command = serve_on(&server, data.path());
        for channel in ["WEB", "CALLCENTER"] {
            // Numbers come as people write them.
            command.env(format!("YEKTA_CHANNELS__{channel}__REGION"), "IR");
        }
        let service = Service::of(command);
        wait_until_ready(&service.url);
        Self {
            broker: Broker::of(&server),
            api: Api::of(&service.url),
            service,
            _data: data,
            _server: server,
        }
    }

    /// The answer that the service gives over NATS, and over HTTP at `path`: the same.
    fn asked(&self, call: &str, body: &Value, path: &str) -> Value {
        let answer = self.broker.ask(call, body);
        assert_eq!(self.api.get(path), answer, "{call} and {path}");
        answer
    }
}

/// So many minutes ago, or ahead where it is less than none.
fn ago(minutes: i64) -> String {
    let now = Timestamp::now();
    (now - SignedDuration::from_mins(minutes)).to_string()
}

fn identifier(kind: &str, value: &str, trust: &str) -> Value {
    json!({"kind": kind, "value": value, "trust": trust})
}

fn cookie(value: &str) -> Value {
    identifier("anonymous_id", value, "observed")
}

fn user(value: &str) -> Value {
    identifier("user_id", value, "verified")
}

/// A native event so many minutes ago, with the members of `more`.
fn event(id: &str, [channel, name]: [&str; 2], minutes: i64, identifiers: Value, more: Value) -> Value {
    let mut event = json!({"id": id, "source": "test", "channel": channel, "type": name, "time": ago(minutes),
        "identifiers": identifiers});
    let Value::Object(more) = more else {
        panic!("expected members")
    };
    event.as_object_mut().unwrap().extend(more);
    event
}

#[test]
fn the_phone_menu_knows_the_order_of_last_night() {
    let town = Town::new();
    let signed_in = json!([
        cookie("c"),
        user("mina"),
        identifier("phone", "0912 345 6789", "verified")
    ]);
    let order = json!({"properties": {"order_id": "o-77", "total": 1_250_000, "currency": "IRR",
        "products": [{"product_id": "p-7", "name": "چای‌ساز", "quantity": 1, "price": 1_250_000}]}});
    let shipped = json!({"properties": {"order_id": "o-77"}});
    let caller = json!([identifier("phone", "00989123456789", "observed")]);
    let called = json!({"properties": {"call_id": "k-1"}});
    town.broker.tell_all(&[
        event(
            "1",
            ["web", "Signed In"],
            730,
            signed_in,
            json!({"traits": {"first_name": "Mina"}}),
        ),
        event("2", ["web", "Order Completed"], 720, json!([cookie("c")]), order),
        event("3", ["web", "Order Shipped"], 60, json!([user("mina")]), shipped),
    ]);
    town.broker
        .tell_all(&[event("4", ["callcenter", "Call Started"], 0, caller, called)]);
    let asked = json!({"view": "callcenter", "who": "phone:+989123456789", "flat": true});
    let path = "/v1/context/callcenter/phone:+989123456789?flat=true";
    let flat = town.asked("q.context", &asked, path);
    for (key, value) in [
        ("match", "one"),
        ("order_id", "o-77"),
        ("order_state", "shipped"),
        ("call_id", "k-1"),
    ] {
        assert_eq!(flat[key], value, "{key} in {flat}");
    }
    let lookup = json!({"identifiers": [{"kind": "phone", "value": "۰۹۱۲۳۴۵۶۷۸۹"}], "flat": true});
    assert_eq!(town.broker.ask("q.lookup", &lookup), flat);
    // A menu gets the same keys for a caller nobody knows.
    let stranger = json!({"view": "callcenter", "who": "phone:09351112233", "flat": true});
    let stranger = town.broker.ask("q.context", &stranger);
    let keys = |flat: &Value| flat.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        (keys(&stranger), &stranger["match"]),
        (keys(&flat), &json!("none"))
    );
    town.service.stop();
}

/// Daniel's basket, and the offer he was shown.
fn coat_and_offer() -> (Value, Value) {
    let coat = json!({"product_id": "p-301", "name": "Wool coat", "quantity": 1, "price": 48_000_000,
        "currency": "IRR"});
    let offer = json!({"offer_id": "autumn-10", "name": "10 % off coats", "expires": ago(-120)});
    (coat, offer)
}

/// Daniel signs in, sees the offer and puts the coat into his basket; the shop mints a code for him, and a telephone that
/// nobody signed in on scans it. Gives the code's token.
fn scanned(town: &Town) -> String {
    let (coat, offer) = coat_and_offer();
    let at_home = json!([cookie("c"), user("daniel")]);
    let named = json!({"traits": {"first_name": "Daniel"}});
    let (shown, added) = (json!({"properties": offer}), json!({"properties": coat}));
    town.broker.tell_all(&[
        event("1", ["web", "Signed In"], 90, at_home.clone(), named),
        event("2", ["web", "Offer Shown"], 85, at_home.clone(), shown),
        event("3", ["web", "Product Added"], 84, at_home, added),
    ]);
    let mint = json!({"identifier": {"kind": "user_id", "value": "daniel"}, "basket": [coat], "offer": offer,
        "expires": ago(-60), "store_id": "tehran-12", "request_id": "mint-1"});
    let minted = town.broker.ask("c.qr.mint", &mint);
    let again = town.broker.ask("c.qr.mint", &mint);
    assert_eq!(again["token"], minted["token"], "a repeat gets the first answer");
    let phone = identifier("device_id", "phone-1", "observed");
    let scan = json!([phone, {"kind": "qr_token", "value": minted["url"]}]);
    for event in [
        event("4", ["mobile", "Screen Viewed"], 2, json!([phone]), json!({})),
        event("5", ["mobile", "QR Scanned"], 0, scan, json!({})),
    ] {
        town.broker.tell_all(&[event]);
    }
    minted["token"].as_str().unwrap().to_owned()
}

#[test]
fn the_till_sees_person_basket_and_offer_behind_a_code_once() {
    let town = Town::new();
    let token = scanned(&town);
    // What the telephone did before became his.
    let daniel = town.broker.ask("q.profile", &json!({"who": "user_id:daniel"}));
    let by_phone = town.broker.ask("q.profile", &json!({"who": "device_id:phone-1"}));
    assert_eq!(by_phone["id"], daniel["id"]);
    assert_eq!(daniel["absorbed"].as_array().unwrap().len(), 1);

    let read = json!({"token": token, "store_id": "tehran-12"});
    let read = town.asked("q.qr", &read, &format!("/v1/qr/{token}?store_id=tehran-12"));
    assert_eq!(
        (
            &read["outcome"],
            &read["profile"],
            &read["basket"][0]["product_id"]
        ),
        (&json!("valid"), &daniel["id"], &json!("p-301"))
    );
    assert_eq!(read["offer"]["offer_id"], "autumn-10");
    let redeem = |store: &str, request: &str| {
        let body = json!({"token": token, "store_id": store, "request_id": request});
        town.broker.ask("c.qr.redeem", &body)["outcome"].clone()
    };
    assert_eq!(redeem("shiraz-1", "till-0"), "wrong_store");
    assert_eq!(redeem("tehran-12", "till-1"), "valid");
    assert_eq!(redeem("tehran-12", "till-2"), "used");
    assert_eq!(
        redeem("tehran-12", "till-1"),
        "valid",
        "a repeat gets the first answer"
    );
    // Over HTTP it is the same code; and what was taken back is revoked.
    assert_eq!(town.api.get(&format!("/v1/qr/{token}"))["outcome"], "used");
    let other = town.broker.ask("c.qr.mint", &json!({"profile": daniel["id"]}));
    let other = json!({"token": other["token"]});
    assert_eq!(town.broker.ask("c.qr.revoke", &other)["outcome"], "revoked");
    assert_eq!(town.broker.ask("q.qr", &other)["outcome"], "revoked");
    town.service.stop();
}

#[test]
fn a_wish_list_without_a_name_follows_its_owner() {
    let town = Town::new();
    let phone = identifier("device_id", "phone-sara", "observed");
    let bag = json!({"properties": {"product_id": "p-101", "name": "Leather bag", "price": 18_500_000,
        "currency": "IRR"}});
    let scarf = json!({"properties": {"product_id": "p-205", "name": "شال ابریشم", "price": 6_200_000,
        "currency": "IRR"}});
    let wished = "Product Added to Wishlist";
    town.broker.tell_all(&[
        event(
            "1",
            ["web", "Product Viewed"],
            800,
            json!([cookie("c")]),
            bag.clone(),
        ),
        event("2", ["web", wished], 799, json!([cookie("c")]), bag),
        event("3", ["mobile", wished], 20, json!([phone]), scarf),
        event(
            "4",
            ["mobile", "Deep Link Opened"],
            15,
            json!([cookie("c"), phone]),
            json!({}),
        ),
    ]);
    let before = town.broker.ask("q.profile", &json!({"who": "anonymous_id:c"}));
    let signed_in = json!([
        user("sara"),
        identifier("email", "Sara.Rahimi@Example.org", "verified"),
        phone
    ]);
    let named = json!({"traits": {"first_name": "Sara", "last_name": "Rahimi"}});
    town.broker
        .tell_all(&[event("5", ["mobile", "Signed In"], 10, signed_in, named)]);
    let who = json!({"who": "user_id:sara"});
    let profile = town.asked("q.profile", &who, "/v1/profiles/user_id:sara");
    assert_eq!(profile["counters"]["events"], 5);
    for who in [
        "anonymous_id:c",
        "device_id:phone-sara",
        before["id"].as_str().unwrap(),
    ] {
        let found = town.broker.ask("q.profile", &json!({"who": who}));
        assert_eq!(found["id"], profile["id"], "{who}");
    }
    for view in ["web", "mobile", "pos"] {
        let asked = json!({"view": view, "who": "email:sara.rahimi@example.org"});
        let path = format!("/v1/context/{view}/email:sara.rahimi@example.org");
        let context = town.asked("q.context", &asked, &path);
        assert_eq!(context["wishlist"]["count"], 2, "{view}: {context}");
    }
    let timeline = town.asked("q.timeline", &who, "/v1/profiles/user_id:sara/timeline");
    let ids: Vec<&Value> = timeline["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["id"])
        .collect();
    assert_eq!(ids, ["5", "4", "3", "2", "1"]);
    // Who kept a copy from the bucket has one entry: the anonymous one is gone.
    let id = profile["id"].as_str().unwrap();
    crate::process::wait_for("the bucket to follow", || {
        (town.broker.entry(id)?["document"] == profile).then_some(())
    });
    assert_eq!(town.broker.keys(), [id]);
    town.service.stop();
}
