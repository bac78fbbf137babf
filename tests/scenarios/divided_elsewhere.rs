//! What is asked of a tenant with partitions while a customer, a code or a partition is on its way elsewhere.

use axum::{
    Router,
    http::{StatusCode, header::LOCATION},
};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::{
    divided::Divided,
    divided_asked::{apart, code, divided},
    said::{event, identifier, user},
};

/// Somebody looks at something.
fn looked(id: &str, who: Value) -> Value {
    event(id, ["web", "Product Viewed"], "21T11:00", who, json!({}))
}

/// Has the second of two who live apart go to where the first is, as they are connected: where that is.
fn on_the_way(divided: &Divided, [stays, goes]: [&str; 2]) -> u32 {
    let more: Vec<Value> = (0..3)
        .map(|number| looked(&format!("more {number}"), json!([user(stays)])))
        .collect();
    divided.tell(&more);
    let there = divided.place("user_id", stays).unwrap();
    divided.hold(Some(there));
    let email = format!("{goes}@example.com");
    let both = looked(
        "both",
        json!([user(stays), identifier("email", &email, "observed")]),
    );
    let told = divided.tenant.post("/v1/events", &json!([both]));
    assert_eq!(told["accepted"], 1, "{told}");
    assert_eq!(divided.place("user_id", goes), Some(there));
    there
}

/// Where another process owns one of the partitions.
#[test]
fn no_code_is_settled_before_all_their_partitions_would_take_it() {
    let divided = divided();
    let mut both = apart(&divided);
    both.sort_by_key(|who| divided.place("user_id", who));
    let tokens = both.map(|who| {
        let holder = json!({"identifier": {"kind": "user_id", "value": who}, "offline": true});
        divided.tenant.post("/v1/qr", &holder)["token"].clone()
    });
    let redemptions: Vec<Value> = tokens
        .iter()
        .map(|token| json!({"token": token, "at": "2026-11-22T12:00:00Z"}))
        .collect();
    let body = json!({"store_id": "s", "redemptions": redemptions});
    let seats = both.map(|who| usize::try_from(divided.place("user_id", who).unwrap()).unwrap());
    let sent = |seat: usize, process: &str| {
        let there = format!("https://{process}.example/t/default-p{seat}/v1/qr/settle");
        Router::new().fallback(async move || (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, there)]))
    };
    divided.have_asked(seats[1], Some(sent(seats[1], "b")));
    let told = divided.asked("POST", "/v1/qr/settle", &body);
    assert_eq!(code(&told), (409, "several_partitions"));
    let token = tokens[0].as_str().unwrap();
    let read = divided.tenant.get(&format!("/v1/qr/{token}"));
    assert_eq!(read["outcome"], "valid", "nothing is settled: {read}");
    // Whoever owns both settles both.
    divided.have_asked(seats[0], Some(sent(seats[0], "b")));
    let bytes = body.to_string().into_bytes();
    let reply = divided.tenant.call("POST", "/v1/qr/settle", &[], bytes);
    assert_eq!(reply.status, 307, "{}", reply.body);
    for seat in seats {
        divided.have_asked(seat, None);
    }
    let told = divided.tenant.post("/v1/qr/settle", &body);
    assert_eq!(told["settled"][0]["outcome"], "valid", "{told}");
}

/// Before the partition has them where the resolver has them by now.
#[test]
fn nobody_is_told_to_be_there_of_none_who_is_on_the_way() {
    let divided = divided();
    let [stays, goes] = apart(&divided);
    on_the_way(&divided, [stays, goes]);
    let path = format!("/v1/profiles/user_id:{goes}");
    let told = divided.asked("GET", &format!("{path}?deadline_ms=100"), &Value::Null);
    assert_eq!(code(&told), (503, "timed_out"));
    let lookup = json!({"identifiers": [{"kind": "user_id", "value": goes}], "deadline_ms": 100});
    assert_eq!(
        code(&divided.asked("POST", "/v1/lookup", &lookup)),
        (503, "timed_out")
    );
    let (consent, changes) = (
        format!("{path}/consent"),
        json!({"sms": {"marketing": "granted"}}),
    );
    let told = divided.asked("PUT", &consent, &changes);
    assert_eq!(code(&told), (503, "timed_out"));
    // Of whom nobody ever heard is not waited for.
    let nobody = divided.asked("PUT", "/v1/profiles/user_id:nobody/consent", &changes);
    assert_eq!(code(&nobody), (404, "nobody_there"));
    divided.hold(None);
    let (status, told) = divided.asked("PUT", &consent, &changes);
    assert_eq!(status, 200, "{told}");
    let read = divided.tenant.get(&path);
    assert_eq!(read["consent"]["sms"]["marketing"], "granted", "{read}");
}

#[test]
fn a_card_that_is_shown_ends_when_its_caller_goes_elsewhere() {
    let divided = divided();
    let [stays, goes] = apart(&divided);
    let phone = identifier("phone", "+989123456789", "observed");
    divided.tell(&[looked("phone", json!([user(goes), phone]))]);
    let before = divided.place("phone", "+989123456789");
    let mut card = divided
        .tenant
        .stream("/v1/agent/card/live?phone=%2B989123456789", None);
    let first = divided.tenant.wait(card.next());
    assert!(first.is_some_and(|frame| frame.is_ok()), "the card is shown");
    let there = on_the_way(&divided, [stays, goes]);
    assert_ne!(before, Some(there));
    divided.hold(None);
    // What else is committed meanwhile may still be told.
    let rest = divided.tenant.wait(card.collect::<Vec<_>>());
    assert!(rest.iter().all(Result::is_ok), "it ends, and does not break off");
}
