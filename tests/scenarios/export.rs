//! `GET /v1/profiles/{who}/export`: all that is kept about a person, where it came from, and nothing of anybody else.

use serde_json::{Value, json};

use crate::{
    asked::{decide, redeem, ten_minutes_later},
    roles::{ROLES, asked, guarded, mina},
    said::{cookie, event, identifier, signed_in, user, viewed},
    schema::Descriptions,
    town::Town,
};

const EXPORT: &str = "/v1/profiles/user_id:mina/export";

/// What four channels say of Mina.
fn said() -> Vec<Value> {
    let web = json!({
        "traits": {"first_name": "Mina", "likes": {"colours": ["teal-7", {"deep": "maroon-9"}], "size": 38}},
        "consent": {"sms": {"marketing": "granted"}, "email": {"news": "denied"}},
        "context": {"page": {"path": "/coats-5"}, "campaign": "autumn-6"},
    });
    let mobile =
        json!({"properties": {"product_id": "p-31", "name": "Scarf-8", "tags": ["wool-3", true, null]}});
    let store = json!({"properties": {"order_id": "o-55", "total": 125, "currency": "IRR"},
        "context": {"store_id": "north-4"}});
    let call = json!({"properties": {"ticket_id": "t-9", "subject": "A torn sleeve"}});
    let phone = identifier("phone", "+989123456789", "verified");
    let device = identifier("device_id", "phone-7", "observed");
    let card = identifier("loyalty_id", "L-77", "stated");
    vec![
        signed_in("in", "21T09:00", &cookie("a-cookie-1"), "mina"),
        event(
            "w",
            ["web", "Profile Updated"],
            "21T09:01",
            json!([user("mina")]),
            web,
        ),
        event(
            "m",
            ["mobile", "Product Added"],
            "21T10:00",
            json!([device, user("mina")]),
            mobile,
        ),
        event(
            "s",
            ["store", "Order Completed"],
            "21T11:00",
            json!([card, user("mina")]),
            store,
        ),
        event(
            "c",
            ["callcenter", "Ticket Opened"],
            "21T12:00",
            json!([phone, user("mina")]),
            call,
        ),
    ]
}

/// Somebody else, of whom nothing is Mina's to be told.
fn others() -> Vec<Value> {
    let more = json!({"traits": {"first_name": "Omid", "nickname": "omi-88"},
        "properties": {"product_id": "a-lamp-89"}, "context": {"page": "/lamps-90"}});
    let phone = identifier("phone", "+989351112233", "verified");
    vec![
        viewed("o1", "21T09:30", &cookie("another-cookie-91")),
        event(
            "o2",
            ["web", "Product Viewed"],
            "21T09:31",
            json!([user("omid-92"), phone]),
            more,
        ),
    ]
}

const FOREIGN: [&str; 8] = [
    "Omid",
    "omi-88",
    "lamp",
    "another-cookie",
    "omid-92",
    "9351112233",
    "\"o1\"",
    "\"o2\"",
];

/// The event of `source` and `id` in an export.
fn found<'a>(export: &'a Value, source: &str, id: &str) -> &'a Value {
    let mut events = export["events"].as_array().unwrap().iter();
    let is_it = |event: &&Value| event["source"] == source && event["id"] == id;
    events
        .find(is_it)
        .unwrap_or_else(|| panic!("{source} {id}: {export}"))
}

/// Fails unless all that `sent` says stands in the export, under its source.
fn holds(export: &Value, sent: &Value) {
    let told = found(
        export,
        sent["source"].as_str().unwrap(),
        sent["id"].as_str().unwrap(),
    );
    for name in ["channel", "type", "time"] {
        assert_eq!(told[name], sent[name], "{name} of {told}");
    }
    for name in ["traits", "properties", "context"] {
        let none = json!({});
        assert_eq!(&told[name], sent.get(name).unwrap_or(&none), "{name} of {told}");
    }
    let identifiers = told["identifiers"].as_array().unwrap();
    for one in sent["identifiers"].as_array().unwrap() {
        assert!(identifiers.contains(one), "{one} in {told}");
    }
    for (channel, purposes) in sent["consent"].as_object().into_iter().flatten() {
        for (purpose, decision) in purposes.as_object().unwrap() {
            let decided = json!({"channel": channel, "purpose": purpose, "decision": decision});
            assert!(
                told["consent"].as_array().unwrap().contains(&decided),
                "{decided} in {told}"
            );
        }
    }
}

/// Mina and Omid, whom a steward keeps apart; a code of hers was redeemed. Also the code's token and the word's id.
fn town() -> (Town, String, Value) {
    let mut town = Town::new();
    town.tell(&said());
    town.tell(&others());
    let apart =
        json!({"a": "user_id:mina", "b": "user_id:omid-92", "by": "the steward", "why": "they called"});
    let word = town.post("/v1/identity/separate", &apart)["word"].take();
    let code = json!({"identifier": {"kind": "user_id", "value": "mina"}, "store_id": "north-4",
        "expires": "2026-11-22T13:00:00Z", "basket": {"items": ["three shirts"]}, "offer": {"code": "ten-off-2"}});
    let token = town.post("/v1/qr", &code)["token"].as_str().unwrap().to_owned();
    town.reopen_at(ten_minutes_later);
    assert_eq!(
        redeem(&town, &token, json!({"store_id": "north-4"}))["outcome"],
        "valid"
    );
    decide(&town, "user_id:mina", "r-1", "denied");
    (town, token, word)
}

#[test]
fn all_that_was_said_of_a_person_is_exported_with_its_source_and_nothing_of_others() {
    let (town, token, word) = town();
    let export = town.get(EXPORT);
    for sent in &said() {
        holds(&export, sent);
    }
    assert_eq!(export["profile"], town.get("/v1/profiles/user_id:mina"));
    let events = export["events"].as_array().unwrap();
    // Hers; and that a code was minted and redeemed and that she decided, which Yekta writes itself.
    assert_eq!(events.len(), said().len() + 3, "{export}");
    assert_eq!(export["profile"]["counters"]["events"], events.len());
    let times: Vec<&str> = events
        .iter()
        .map(|event| event["time"].as_str().unwrap())
        .collect();
    assert!(times.is_sorted(), "{times:?}");
    let of_atoms = export["atoms"].as_array().unwrap().iter();
    let counted: u64 = of_atoms.map(|atom| atom["events"].as_u64().unwrap()).sum();
    assert_eq!(counted, u64::try_from(events.len()).unwrap());
    assert_eq!(
        export["words"],
        json!([{"id": word, "number": 1, "said": "apart", "by": "the steward", "why": "they called",
            "at": "2026-11-22T12:00:00Z", "about": [{"kind": "user_id", "value": "mina"}]}])
    );
    let text = export.to_string();
    for foreign in FOREIGN {
        assert!(!text.contains(foreign), "{foreign} in {text}");
    }
    assert!(!text.contains(&token), "a token is nowhere");
    let omid = town.get("/v1/profiles/user_id:omid-92/export");
    assert_eq!(omid["events"].as_array().unwrap().len(), 1, "{omid}");
    assert_eq!(omid["words"][0]["about"][0]["value"], "omid-92");
    assert_eq!(omid["codes"], json!([]));
}

#[test]
fn a_code_is_exported_with_what_became_of_it_and_the_event_that_minted_it() {
    let (town, _, _) = town();
    let export = town.get(EXPORT);
    let mut codes = export["codes"].as_array().unwrap().clone();
    assert_eq!(codes.len(), 1, "{export}");
    let minted_by = codes[0]["event"].take();
    let minted = found(&export, "yekta", minted_by["id"].as_str().unwrap());
    assert_eq!(
        (&minted_by["source"], &minted["type"]),
        (&json!("yekta"), &json!("QR Minted"))
    );
    let of_token = minted["identifiers"].as_array().unwrap().iter();
    let of_token: Vec<&Value> = of_token.filter(|one| one["kind"] == "qr_token").collect();
    assert_eq!(
        of_token,
        [&json!({"kind": "qr_token", "value": null, "trust": "verified"})]
    );
    assert_eq!(
        codes[0],
        json!({"event": null, "state": "redeemed",
            "redeemed": {"at": "2026-11-22T12:10:00Z", "store_id": "north-4"},
            "minted": "2026-11-22T12:00:00Z", "expires": "2026-11-22T13:00:00Z", "store_id": "north-4",
            "basket": {"items": ["three shirts"]}, "offer": {"code": "ten-off-2"}})
    );
}

#[test]
fn an_export_is_as_described() {
    let (town, _, _) = town();
    let described = Descriptions::of(&town, Value::Null);
    let schema = described.at("./openapi.json#/components/schemas/Export").unwrap();
    let misfits = described.misfits(schema, &town.get(EXPORT), "export");
    assert_eq!(misfits, Vec::<String>::new());
}

#[test]
fn an_export_is_for_whom_the_table_says_and_of_whoever_is_there() {
    let town = guarded();
    mina(&town);
    let export = |role: &str, who: &str| {
        let path = format!("/v1/profiles/{who}/export");
        asked(&town, role, ["GET", &path], &Value::Null)
    };
    for (role, status) in ROLES.into_iter().zip([403, 403, 200, 403, 200]) {
        let reply = export(role, "user_id:mina-7731");
        assert_eq!(reply.status, status, "{role}");
        if status == 403 {
            assert_eq!(reply.body["code"], "forbidden", "{role}");
        } else {
            assert_eq!(reply.headers["cache-control"], "no-store");
        }
    }
    let nobody = export("admin", "user_id:nobody");
    assert_eq!(
        (nobody.status, &nobody.body["code"]),
        (404, &json!("nobody_there"))
    );
}
