//! A town where everybody who sends or asks shows a key, and what differs between what two of them see.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Value, json};

use crate::{
    said::{cookie, event, identifier, signed_in, user, viewed},
    town::{Reply, Town},
};

pub const ROLES: [&str; 5] = ["agent", "pos", "service", "analyst", "admin"];

/// A town that knows one asker of each role, a shop and a till that send.
pub fn guarded() -> Town {
    guarded_with("")
}

/// The same with `more` in its configuration.
pub fn guarded_with(more: &str) -> Town {
    let mut file = format!("{more}\n");
    for role in ROLES {
        let digest = sha256(&key_of(role));
        writeln!(file, "[keys.{role}]\nrole = \"{role}\"\nsha256 = \"{digest}\"").unwrap();
    }
    for (name, channel) in [("shop", "web"), ("till_12", "store")] {
        let digest = sha256(&key_of(name));
        writeln!(
            file,
            "[keys.{name}]\nchannel = \"{channel}\"\nsha256 = \"{digest}\""
        )
        .unwrap();
    }
    Town::with(&file)
}

pub fn key_of(name: &str) -> String {
    format!("a-key-of-{name}-0123456789")
}

fn sha256(text: &str) -> String {
    yekta::wire::digest::Digest::of(text.as_bytes()).to_string()
}

pub fn asked(town: &Town, role: &str, [method, path]: [&str; 2], body: &Value) -> Reply {
    let bearer = format!("Bearer {}", key_of(role));
    let body = match body {
        Value::Null => Vec::new(),
        body => body.to_string().into_bytes(),
    };
    town.call(method, path, &[("authorization", &bearer)], body)
}

/// Mina, of whom there is something in every member of every answer; somebody who may be her; something refused.
pub fn mina(town: &Town) {
    let phone = identifier("phone", "09123456789", "verified");
    let stated = identifier("phone", "09123456789", "stated");
    // Known by itself before it is Mina's: her profile absorbs another.
    let seen = json!([viewed("0", "21T08:00", &cookie("a-secret-cookie"))]);
    let all = json!([
        viewed("1", "21T09:00", &cookie("a-secret-cookie")),
        signed_in("2", "21T10:00", &cookie("a-secret-cookie"), "mina-7731"),
        event(
            "3",
            ["web", "Profile Updated"],
            "21T10:01",
            json!([user("mina-7731"), phone]),
            json!({"traits": {"first_name": "Mina", "last_name": "Karimi", "tier": "gold", "email": "mina@example.com"},
                "consent": {"sms": {"marketing": "granted"}}})
        ),
        event(
            "4",
            ["web", "Product Added"],
            "21T10:02",
            json!([user("mina-7731")]),
            json!({"properties": {"product_id": "p-1", "name": "Bag", "price": 5, "currency": "IRR"}})
        ),
        event(
            "5",
            ["web", "Ticket Opened"],
            "21T10:03",
            json!([user("mina-7731")]),
            json!({"properties": {"ticket_id": "t-1", "subject": "It is torn"}, "context": {"page": "/help", "Mobile": "09123456789"}})
        ),
        event(
            "6",
            ["web", "Order Completed"],
            "21T10:04",
            json!([user("mina-7731")]),
            json!({"properties": {"order_id": "o-1", "total": 5, "currency": "IRR"}})
        ),
        event(
            "7",
            ["web", "Contact Given"],
            "21T10:05",
            json!([cookie("another-cookie"), stated]),
            json!({})
        ),
        json!({"id": "8", "channel": "web", "time": "soon"}),
    ]);
    let bearer = format!("Bearer {}", key_of("shop"));
    for (events, accepted) in [(seen, 1), (all, 7)] {
        let headers = [("authorization", bearer.as_str())];
        let told = town.call("POST", "/v1/events", &headers, events.to_string().into_bytes());
        assert_eq!(told.body["accepted"], accepted, "{}", told.body);
    }
}

/// What is sent to each route: its path and, where it takes one, a body.
pub fn sample(route: &str, id: &str, token: &str) -> (String, Value) {
    let path = match route {
        "/v1/agent/card" | "/v1/agent/card/live" => format!("{route}?phone=09123456789"),
        route => route.to_owned(),
    };
    let path = path
        .replace("{who}", id)
        .replace("{token}", token)
        .replace("{sequence}", "1")
        .replace("{flow}", "winback")
        .replace("{segment}", "buyers")
        .replace("{view}", "callcenter");
    let identifiers = json!([{"kind": "phone", "value": "09123456789"}]);
    let body = match route {
        "/v1/lookup" | "/v1/context/{view}" => json!({"identifiers": identifiers}),
        "/v1/identity/explain" => json!({"a": "user_id:mina-7731", "b": "anonymous_id:another-cookie"}),
        "/v1/profiles/{who}/consent" => json!({"consent": {"email": {"marketing": "denied"}}}),
        "/v1/contacts/decide" => json!({"who": id, "channel": "sms", "purpose": "marketing"}),
        "/v1/flows/{flow}/start" => json!({"who": id}),
        "/v1/routing/decide" => json!({"who": id, "channel": "call", "matter": "order_status"}),
        "/v1/qr" => json!({"profile": id, "purpose": "lookup"}),
        "/v1/scan" => json!({"scanned": "mina-7731"}),
        "/v1/agent/links" => json!({"phone": "09123456789"}),
        _ => json!({}),
    };
    (path, body)
}

/// Every text and number below `value`, by its path; lists stand for what is in them.
fn leaves(value: &Value, path: &str, found: &mut BTreeMap<String, Vec<String>>) {
    match value {
        Value::Object(object) => {
            for (name, member) in object {
                let below = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                leaves(member, &below, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| leaves(item, path, found)),
        leaf => found.entry(path.to_owned()).or_default().push(leaf.to_string()),
    }
}

/// How `part` differs from `whole`: members that are gone (-) or others (~).
pub fn difference(whole: &Value, part: &Value) -> String {
    let (mut of_whole, mut of_part) = (BTreeMap::new(), BTreeMap::new());
    leaves(whole, "", &mut of_whole);
    leaves(part, "", &mut of_part);
    assert!(of_part.keys().all(|path| of_whole.contains_key(path)), "{part}");
    let differs = of_whole
        .iter()
        .filter_map(|(path, values)| match of_part.get(path) {
            None => Some(format!("-{path}")),
            Some(shown) if shown == values => None,
            Some(_) => Some(format!("~{path}")),
        });
    let differs: Vec<String> = differs.collect();
    if differs.is_empty() {
        "all".to_owned()
    } else {
        format!("all but {}", differs.join(" "))
    }
}

/// What a role may do by a route, and sees of the answer; `whole` is what an administrator saw.
pub fn verdict(reply: &Reply, whole: &Reply) -> String {
    match reply.status {
        403 => "no".to_owned(),
        200 if whole.status == 200 => difference(&whole.body, &reply.body),
        401 => panic!("a known key opens nothing"),
        status if status == whole.status => "may".to_owned(),
        status => format!("{status} {}", reply.body["code"]),
    }
}
