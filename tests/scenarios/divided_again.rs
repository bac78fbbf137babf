//! What is asked of a tenant with partitions once more under its request id, after whoever it is about went elsewhere: it is told
//! what was told first, and nothing is done again.

use serde_json::{Map, Value, json};

use crate::{
    divided::Divided,
    divided_asked::{apart, divided, id},
    said::{event, identifier, user},
};

/// A request: its method, its path and its body.
type Asked = (&'static str, String, Value);

/// What is told but for the position, which is of whoever tells it, and for what a till is shown of a customer beside: that is as
/// it is by the time of the answer.
fn told(divided: &Divided, (method, path, body): &Asked) -> Map<String, Value> {
    let (status, told) = divided.asked(method, path, body);
    assert_eq!(status, 200, "{method} {path}: {told}");
    let mut members = told.as_object().unwrap().clone();
    members.remove("position");
    members.remove("context");
    members
}

fn all(divided: &Divided, asked: &[Asked]) -> Vec<Map<String, Value>> {
    asked.iter().map(|one| told(divided, one)).collect()
}

/// The events of somebody, as their ids.
fn history(divided: &Divided, who: &str) -> Vec<String> {
    let timeline = divided
        .tenant
        .get(&format!("/v1/profiles/user_id:{who}/timeline"));
    let events = timeline["events"].as_array().unwrap().iter();
    events
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Has two who live apart be in one partition, one of whom goes there.
fn bring_together(divided: &Divided, [one, other]: [&str; 2]) {
    let email = identifier("email", &format!("{other}@example.com"), "observed");
    let named = json!([user(one), email]);
    divided.tell(&[event(
        "both",
        ["web", "Product Viewed"],
        "21T11:00",
        named,
        json!({}),
    )]);
    assert_eq!(divided.place("user_id", one), divided.place("user_id", other));
}

/// What is asked of somebody, who has a code that is not used.
fn asked_of(divided: &Divided, who: &str) -> Vec<Asked> {
    let (named, id) = (format!("user_id:{who}"), id(divided, who));
    let holder = json!({"identifier": {"kind": "user_id", "value": who}});
    let token = divided.tenant.post("/v1/qr", &holder)["token"].clone();
    let redeem = format!("/v1/qr/{}/redeem", token.as_str().unwrap());
    let consent = |whom: &str| format!("/v1/profiles/{whom}/consent?request_id=c");
    let granted = json!({"sms": {"marketing": "granted"}});
    let contact =
        json!({"who": named, "channel": "sms", "purpose": "service", "team": "t", "request_id": "d"});
    let route = json!({"who": id, "channel": "call", "matter": "order_status", "request_id": "r"});
    let mint = json!({"profile": id, "expires": "2026-11-22T13:00:00Z", "request_id": "m"});
    vec![
        ("PUT", consent(&named), granted.clone()),
        ("PUT", consent(&id), granted),
        ("POST", "/v1/contacts/decide".to_owned(), contact),
        ("POST", "/v1/routing/decide".to_owned(), route),
        ("POST", "/v1/qr".to_owned(), mint),
        ("POST", redeem, json!({"store_id": "s", "request_id": "u"})),
    ]
}

#[test]
fn who_went_elsewhere_is_told_what_was_told_first() {
    let divided = divided();
    let both = apart(&divided);
    let asked: Vec<Asked> = both.iter().flat_map(|who| asked_of(&divided, who)).collect();
    let first = all(&divided, &asked);
    bring_together(&divided, both);
    let before = both.map(|who| history(&divided, who));
    assert_eq!(all(&divided, &asked), first);
    assert_eq!(
        both.map(|who| history(&divided, who)),
        before,
        "nothing is written down again"
    );
}

/// What is taken back is nowhere any more, and whoever is erased neither: a repeat is led by what was answered.
#[test]
fn what_is_no_more_is_taken_back_and_erased_once() {
    let divided = divided();
    let [one, other] = apart(&divided);
    let came: Vec<Asked> = [one, other]
        .map(|who| {
            let came = json!({"source": "test", "id": format!("came {who}")});
            let looked = event(
                &format!("looked {who}"),
                ["web", "Product Viewed"],
                "21T12:00",
                json!([user(who)]),
                json!({}),
            );
            divided.tell(&[looked]);
            let body = json!({"event": came, "request_id": "e"});
            ("POST", "/v1/identity/undo".to_owned(), body)
        })
        .into();
    let first = all(&divided, &came);
    assert_eq!(all(&divided, &came), first);
    bring_together(&divided, [one, other]);
    assert_eq!(all(&divided, &came), first);

    let of = json!({"a": format!("user_id:{one}"), "b": format!("user_id:{other}"), "request_id": "w"});
    let merge = ("POST", "/v1/identity/merge".to_owned(), of);
    let said = told(&divided, &merge);
    let undo = json!({"word": said["word"], "request_id": "b"});
    let undo = ("POST", "/v1/identity/undo".to_owned(), undo);
    let undone = told(&divided, &undo);
    assert_eq!(told(&divided, &undo), undone);
    assert_eq!(told(&divided, &merge)["word"], said["word"]);
    assert_ne!(id(&divided, one), id(&divided, other), "it stays taken back");

    for whom in [format!("user_id:{one}"), id(&divided, other)] {
        let erase = ("DELETE", format!("/v1/profiles/{whom}?request_id=x"), Value::Null);
        let receipt = told(&divided, &erase);
        let again = told(&divided, &erase);
        for member in ["erasure", "profile", "erased_at", "removed"] {
            assert_eq!(again[member], receipt[member], "{whom}");
        }
    }
}
