//! What is asked of a town: codes minted and redeemed, decisions recorded.

use serde_json::{Value, json};
use yekta::domain::time::Timestamp;

use crate::town::{NOW, Town};

pub const HOUR: u64 = 3_600_000_000;

/// When what was asked for at `NOW` is done, and somebody makes use of it.
pub fn ten_minutes_later() -> Timestamp {
    NOW.saturating_add(HOUR / 6)
}

/// Mints a code that holds for an hour, for whoever has the identifier: its token.
pub fn mint(town: &Town, kind: &str, value: &str) -> String {
    let asked = json!({"identifier": {"kind": kind, "value": value}, "expires": "2026-11-22T13:00:00Z"});
    town.post("/v1/qr", &asked)["token"].as_str().unwrap().to_owned()
}

pub fn redeem(town: &Town, token: &str, body: Value) -> Value {
    town.post(&format!("/v1/qr/{token}/redeem"), &body)
}

/// Records what `who` (`kind:value`, or an id) decided about advertisements by short message.
pub fn decide(town: &Town, who: &str, request_id: &str, decision: &str) -> Value {
    let path = format!("/v1/profiles/{who}/consent?request_id={request_id}");
    let decisions = json!({"sms": {"marketing": decision}}).to_string();
    let reply = town.call("PUT", &path, &[], decisions.into_bytes());
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body
}
