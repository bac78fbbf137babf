//! `GET /asyncapi.yaml`: what it says of messages is what is published and answered.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use yekta::{api, engine::Position};

use crate::{
    frames,
    said::{cookie, event, identifier, signed_in, user, viewed},
    schema::Descriptions,
    town::Town,
};

fn descriptions(town: &Town) -> Descriptions {
    let (headers, text) = town.text("/asyncapi.yaml");
    assert_eq!(headers["content-type"], "application/yaml");
    let asyncapi: yaml_serde::Value = yaml_serde::from_str(&text).unwrap();
    Descriptions::of(town, serde_json::to_value(asyncapi).unwrap())
}

/// Calls `see` with each value in `value` and the pointer to it.
fn walk(value: &Value, pointer: &str, see: &mut impl FnMut(&str, &Value)) {
    see(pointer, value);
    let mut member = |name: &str, value| {
        let name = name.replace('~', "~0").replace('/', "~1");
        walk(value, &format!("{pointer}/{name}"), see);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| member(name, value)),
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                member(&index.to_string(), value);
            }
        }
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_everything_is_referred_to() {
    let described = descriptions(&Town::new());
    let mut led_to = BTreeSet::new();
    let mut nulls = Vec::new();
    walk(&described.asyncapi, "", &mut |pointer, value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            assert!(described.at(reference).is_some(), "{reference} leads nowhere");
            assert_eq!(
                value.as_object().unwrap().len(),
                1,
                "{pointer} has more than its reference"
            );
            led_to.insert(reference.trim_start_matches('#').to_owned());
        }
        if value.is_null() {
            nulls.push(pointer.to_owned());
        }
    });
    // A comma in a text without quotes makes a null.
    assert_eq!(nulls, ["/channels/replies/address"]);
    let owned = |parent: &str| {
        let members = described.asyncapi.pointer(parent).unwrap().as_object().unwrap();
        members
            .keys()
            .map(|name| format!("{parent}/{name}"))
            .collect::<Vec<_>>()
    };
    let parents = [
        "/servers",
        "/channels",
        "/channels/replies/messages",
        "/components/parameters",
        "/components/messages",
        "/components/schemas",
    ];
    for pointer in parents.into_iter().flat_map(owned) {
        assert!(led_to.contains(&pointer), "nothing refers to {pointer}");
    }
}

#[test]
fn addresses_name_their_parameters_and_lead_to_routes() {
    let described = descriptions(&Town::new());
    for (id, channel) in described.asyncapi["channels"].as_object().unwrap() {
        let address = channel["address"].as_str().unwrap_or_default();
        let parts = address
            .split('{')
            .skip(1)
            .map(|part| part.split_once('}').unwrap().0);
        let parameters = channel["parameters"].as_object();
        let parameters: BTreeSet<&str> = parameters
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(parts.collect::<BTreeSet<_>>(), parameters, "{id}");
        let is_http = channel["servers"] == json!([{"$ref": "#/servers/http"}]);
        assert_eq!(is_http, described.openapi["paths"].get(address).is_some(), "{id}");
    }
}

/// The tenant says something of each kind.
fn publish(town: &Town) {
    for (n, (name, properties)) in [
        (
            "Price Changed",
            json!({"product_id": "p-1", "price": 4, "currency": "IRR"}),
        ),
        (
            "Stock Changed",
            json!({"product_id": "p-1", "store_id": "s-1", "quantity": 0}),
        ),
        (
            "Offer Published",
            json!({"offer_id": "f-1", "coupon": "TEN", "products": ["p-1"]}),
        ),
        ("Offer Ended", json!({"offer_id": "f-1"})),
    ]
    .into_iter()
    .enumerate()
    {
        let more = json!({"properties": properties});
        let said = event(
            &format!("t{n}"),
            ["store", name],
            &format!("22T11:0{n}"),
            json!([]),
            more,
        );
        town.tell(&[said]);
    }
}

/// Two visitors become Ann and part again, she buys and decides, and something is refused.
fn story() -> Town {
    let town = Town::new();
    let devices = ["c1", "c2"].map(cookie);
    town.tell(&[
        viewed("1", "21T09:00", &devices[0]),
        viewed("2", "21T09:00", &devices[1]),
    ]);
    for (n, device) in devices.iter().enumerate() {
        town.tell(&[signed_in(&format!("m{n}"), "21T10:00", device, "ann")]);
    }
    town.tell(&[viewed("3", "21T15:00", &devices[0])]);
    town.tell(&[signed_in("s", "21T14:00", &devices[0], "bob")]);
    // Some of hers turns out to be his, who is known by now.
    town.tell(&[viewed("5", "21T12:00", &devices[0])]);
    town.tell(&[signed_in("t", "21T11:30", &devices[0], "bob")]);
    let line = json!({"product_id": "p-1", "name": "Bag", "quantity": 2, "price": 3});
    let said = [
        ("Product Added", line.clone()),
        ("Product Added to Wishlist", line.clone()),
        (
            "Order Completed",
            json!({"order_id": "o-1", "total": 6, "currency": "IRR", "products": [line]}),
        ),
        ("Ticket Opened", json!({"ticket_id": "t-1", "subject": "late"})),
        (
            "Offer Shown",
            json!({"offer_id": "f-1", "name": "Ten", "expires": "2026-12-01T00:00:00Z"}),
        ),
        ("Call Started", json!({"call_id": "k-1"})),
    ];
    for (n, (name, properties)) in said.into_iter().enumerate() {
        let who = json!([user("ann"), identifier("phone", "09123456789", "staff")]);
        let more = json!({"properties": properties, "traits": {"first_name": "Ann"},
            "consent": {"sms": {"marketing": "granted"}}});
        town.tell(&[event(
            &format!("a{n}"),
            ["web", name],
            &format!("22T10:0{n}"),
            who,
            more,
        )]);
    }
    // Its time lies ahead of its receipt.
    town.tell(&[viewed("late", "29T10:00", &devices[1])]);
    town.post("/v1/events", &json!({"id": "4", "channel": "fax"}));
    publish(&town);
    // Somebody who came by mistake.
    town.tell(&[viewed("mistake", "22T09:00", &cookie("gone"))]);
    let mistake = json!({"event": {"source": "test", "id": "mistake"}});
    town.post("/v1/identity/undo", &mistake);
    town
}

#[test]
fn what_is_published_is_as_described() {
    let town = story();
    let described = descriptions(&town);
    let streamed = &described.asyncapi["channels"]["updates"]["messages"];
    let updates = town.query().updates_after(Position(0), 1000).unwrap();
    let mut seen = BTreeSet::new();
    for update in &updates {
        let body: Value = serde_json::from_slice(&update.body).unwrap();
        let words: Vec<&str> = update.subject.split('.').skip(3).collect();
        let (channel, message, sse) = match words[..] {
            [
                "profile",
                kind @ ("updated" | "merged" | "split" | "moved" | "erased"),
                _,
            ] => (kind, kind, "update"),
            ["context", _, _, _] => ("context", "context", "context"),
            ["insight", _] => ("catalogue", "catalogue", "catalogue"),
            ["dlq", _] => ("deadLetters", "refused", "refused"),
            _ => panic!("{} is on no channel", update.subject),
        };
        let message = described.asyncapi["channels"][channel]["messages"][message].clone();
        let message = match message["$ref"].as_str() {
            Some(reference) => described.at(reference).unwrap(),
            None => &message,
        };
        for payload in [&message["payload"], &streamed[sse]["payload"]] {
            assert_eq!(described.misfits(payload, &body, channel), Vec::<String>::new());
        }
        seen.insert(channel);
    }
    assert_eq!(
        seen,
        BTreeSet::from([
            "updated",
            "merged",
            "split",
            "moved",
            "erased",
            "context",
            "catalogue",
            "deadLetters"
        ])
    );
}

#[test]
fn what_a_subscriber_is_told_beside_messages_is_as_described() {
    let town = story();
    let described = descriptions(&town);
    let messages = &described.asyncapi["channels"]["updates"]["messages"];
    let mut told = frames::until(&town, "/v1/updates?snapshot=true", None, "live");
    // A position that this journal never had.
    told.extend(frames::until(&town, "/v1/updates", Some("999999999"), "reset"));
    for (name, id, data) in &told {
        let payload = &messages[name]["payload"];
        assert_eq!(described.misfits(payload, data, name), Vec::<String>::new());
        let header = &messages[name]["headers"]["properties"];
        assert_eq!(header["event"]["const"], *name);
        let misfits = described.misfits(&header["id"], &json!(id), name);
        assert_eq!(misfits, Vec::<String>::new(), "{id}");
    }
    let names: BTreeSet<&str> = told.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, BTreeSet::from(["snapshot", "live", "reset"]));
}

#[test]
fn answers_are_as_described() {
    let town = story();
    let described = descriptions(&town);
    let replies = &described.asyncapi["channels"]["replies"]["messages"];
    let check = |reply: &str, answer: Value| {
        let misfits = described.misfits(&replies[reply]["payload"], &answer, reply);
        assert_eq!(misfits, Vec::<String>::new());
        answer
    };
    let (api, ann) = (town.api(), json!({"who": "user_id:ann"}));
    macro_rules! answered {
        ($call:ident, $body:expr) => {{
            let request = api::read($body.to_string().as_bytes()).unwrap();
            serde_json::to_value(town.wait(api.$call(request)).unwrap()).unwrap()
        }};
    }
    check("profile", answered!(profile, ann));
    check("timeline", answered!(timeline, ann));
    check("identity", answered!(identity, ann));
    check("readers", answered!(readers, ann));
    let identifiers = json!([{"kind": "user_id", "value": "ann"}, {"kind": "user_id", "value": "bob"}]);
    for (flat, [lookup, context]) in [(false, ["lookup", "context"]), (true, ["flat", "flat"])] {
        check(
            lookup,
            answered!(lookup, json!({"identifiers": identifiers, "flat": flat})),
        );
        let view = json!({"view": "callcenter", "who": "user_id:ann", "flat": flat});
        check(context, answered!(context, view));
    }
    let two = json!({"a": "user_id:ann", "b": "user_id:bob"});
    check("between", answered!(explain, two));
    check("matches", answered!(matches, ann));
    check("matches", answered!(matches, json!({})));
    check("rules", answered!(rules, json!({})));
    check("merges", answered!(merges, ann));
    let word = check("said", answered!(merge, two))["word"].clone();
    check("said", answered!(separate, two));
    check(
        "between",
        answered!(explain, json!({"a": "user_id:ann", "b": "phone:09123456789"})),
    );
    let undone = answered!(separate, two)["word"].clone();
    assert_ne!(word, undone);
    check("undone", answered!(undo, json!({"word": undone})));
    check("rejections", answered!(rejections, json!({})));
    let consent = json!({"who": "user_id:ann", "consent": {"sms": {"marketing": "denied"}}});
    check("consented", answered!(consent, consent));
    let mint = json!({"identifier": {"kind": "user_id", "value": "ann"}, "offer": {"name": "Ten"}});
    let token = check("minted", answered!(qr_mint, mint))["token"].clone();
    check("qr", answered!(qr_read, json!({"token": token})));
    check("qr", answered!(qr_redeem, json!({"token": token})));
    check("qr", answered!(qr_revoke, json!({"token": token})));
}
