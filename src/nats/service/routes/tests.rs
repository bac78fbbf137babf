//! Where members go, and what is refused before.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn asked(call: Call, body: &Value) -> OnRoute {
    let body = body.to_string();
    on_route(call, body.as_bytes(), Shown::default())
        .unwrap()
        .unwrap()
}

fn code(call: Call, body: &[u8]) -> &'static str {
    on_route(call, body, Shown::default()).unwrap_err().code()
}

#[test]
fn every_call_is_decided() {
    for call in Call::ALL {
        let is_routed = row(call, false).is_some();
        assert_eq!(is_routed, row(call, true).is_some(), "{call:?}");
        // Whoever may ask is known by a table, but for what only those ask who serve the tenant.
        assert_eq!(is_routed, call.action().is_some(), "{call:?}");
    }
}

#[test]
fn no_member_stands_in_two_places() {
    let rows = Call::ALL
        .into_iter()
        .flat_map(|call| [row(call, false), row(call, true)]);
    for row in rows.flatten() {
        let mut members: Vec<&str> = row.named().chain(row.query.iter().copied()).collect();
        members.extend(match row.body {
            Body::Of(name) => Some(name),
            Body::Nothing | Body::Rest => None,
        });
        let count = members.len();
        members.sort_unstable();
        members.dedup();
        assert_eq!(members.len(), count, "{}", row.path);
    }
}

#[test]
fn members_go_where_the_route_reads_them() {
    let consent = json!({"who": "email:a/b@example.org", "consent": {"sms": {"marketing": "granted"}},
        "request_id": "r 1&x=2", "else": 7});
    let asked_so = asked(Call::Consent, &consent);
    let path = "/v1/profiles/%65mail%3Aa%2Fb%40example%2Eorg/consent?request_id=r%201%26x%3D2";
    assert_eq!((asked_so.method, asked_so.path.as_str()), ("PUT", path));
    let body: Value = serde_json::from_slice(&asked_so.body).unwrap();
    assert_eq!(body, consent["consent"]);
    let order = asked_so.order.unwrap();
    assert_eq!((order.call, &Value::from(order.members)), ("c.consent", &consent));

    let redeemed = asked(
        Call::RedeemQr,
        &json!({"token": "t", "store_id": "s", "request_id": null}),
    );
    assert_eq!(redeemed.path, "/v1/qr/%74/redeem");
    assert_eq!(redeemed.body, br#"{"store_id":"s"}"#);
    // A code of this name is no other route.
    assert_eq!(asked(Call::Qr, &json!({"token": "keys"})).path, "/v1/qr/%6Beys");
    let erased = asked(Call::Erase, &json!({"who": "user_id:u", "now": true}));
    assert_eq!(
        (erased.method, erased.path.as_str()),
        ("DELETE", "/v1/profiles/%75ser_id%3Au?now=true")
    );
    assert_eq!(
        asked(Call::Rulebook, &json!({"min_position": 7})).path,
        "/v1/rules?min_position=7"
    );
    assert_eq!(
        on_route(Call::Rulebook, b"", Shown::default())
            .unwrap()
            .unwrap()
            .path,
        "/v1/rules"
    );
}

#[test]
fn what_is_asked_on_two_routes_is_asked_on_that_which_names_whom_it_is_about() {
    let of = |call, body: Value| asked(call, &body).path;
    assert_eq!(
        of(Call::Matches, json!({"limit": 3})),
        "/v1/identity/matches?limit=3"
    );
    assert_eq!(of(Call::Matches, json!({"who": null})), "/v1/identity/matches");
    assert_eq!(
        of(Call::Matches, json!({"who": "user_id:u"})),
        "/v1/profiles/%75ser_id%3Au/matches"
    );
    let context = asked(
        Call::Context,
        &json!({"view": "pos", "identifiers": [], "flat": true, "min_position": 3}),
    );
    assert_eq!(
        (context.method, context.path.as_str()),
        ("POST", "/v1/context/%70os?min_position=3")
    );
    assert_eq!(context.body, br#"{"flat":true,"identifiers":[]}"#);
    let context = asked(
        Call::Context,
        &json!({"view": "pos", "who": "user_id:u", "flat": true}),
    );
    assert_eq!(
        (context.method, context.path.as_str()),
        ("GET", "/v1/context/%70os/%75ser_id%3Au?flat=true")
    );
    for body in [
        r#"{"view":"pos"}"#,
        r#"{"view":"pos","who":"user_id:u","identifiers":[]}"#,
    ] {
        assert_eq!(code(Call::Context, body.as_bytes()), "bad_address", "{body}");
    }
}

/// A report is told as JSON whatever is said besides.
#[test]
fn what_is_no_member_is_handed_to_no_route() {
    assert_eq!(
        asked(Call::CxReport, &json!({"format": "csv"})).path,
        "/v1/reports/cx"
    );
    assert_eq!(
        asked(Call::Profile, &json!({"who": "user_id:u", "deadline_ms": 1})).path,
        "/v1/profiles/%75ser_id%3Au"
    );
}

#[test]
fn what_cannot_be_read_is_refused_as_it_is_to_anybody() {
    for (call, body) in [
        (Call::Profile, &b"["[..]),
        (Call::Profile, b"{}"),
        (Call::Profile, br#"{"who":7}"#),
        (Call::Timeline, br#"{"who":"user_id:u","limit":"7"}"#),
        (Call::Erase, br#"{"who":"user_id:u","now":1}"#),
        (Call::Consent, br#"{"who":"user_id:u"}"#),
        (Call::Lookup, b"\xff"),
    ] {
        assert_eq!(code(call, body), "bad_body", "{call:?} {body:?}");
    }
    assert_eq!(code(Call::Profile, br#"{"who":""}"#), "bad_address");
}

#[test]
fn only_commands_go_to_an_owner() {
    let body = json!({
        "who": "user_id:u", "view": "pos", "token": "t", "segment": "s", "erasure": "e", "scanned": "s",
        "a": "user_id:a", "b": "user_id:b", "flow": "f", "channel": "sms", "purpose": "lookup", "matter": "m",
        "consent": {}, "redemptions": [], "word": "w",
    });
    for call in Call::ALL {
        let mut body = body.clone();
        if call == Call::Lookup {
            body["identifiers"] = json!([]);
        }
        let asked = on_route(call, body.to_string().as_bytes(), Shown::default()).unwrap();
        if let Some(asked) = asked {
            assert_eq!(asked.order.is_some(), call.is_command(), "{call:?}");
        }
    }
    assert_eq!(Call::StartFlow.subject(), api::START_FLOW);
}

proptest! {
    /// Whatever somebody is called, they stand in one part of the path and are read there again.
    #[test]
    fn a_name_stands_in_one_part_of_the_path(who in "\\PC{1,40}", request in "\\PC{0,20}") {
        let asked = asked(Call::Erase, &json!({"who": who, "request_id": request}));
        let (path, query) = asked.path.split_once('?').unwrap();
        let parts: Vec<&str> = path.split('/').collect();
        let decoded = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
        prop_assert_eq!(parts.len(), 4);
        prop_assert_eq!(decoded(parts[3]), who);
        prop_assert_eq!(decoded(query.strip_prefix("request_id=").unwrap()), request);
        prop_assert!(!query.contains(['&', '+', '#', ' ']));
    }
}
