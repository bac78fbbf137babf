//! What is asked of a tenant with partitions while a customer, a code or a partition is on its way elsewhere.

use axum::{
    Router,
    http::{StatusCode, header::LOCATION},
};
use serde_json::{Value, json};

use crate::divided_asked::{apart, code, divided};

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
