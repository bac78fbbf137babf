//! What is refused is counted, whoever asked and by whatever way.

use serde_json::{Value, json};

use crate::{
    roles::{asked, guarded_with, mina},
    town::Town,
};

/// How often something was refused.
fn refused(town: &Town, reason: &str, role: &str) -> u64 {
    let (_, metrics) = town.text("/metrics");
    let begins = format!("yekta_guard_refusals_total{{reason=\"{reason}\",role=\"{role}\"}} ");
    let count = metrics.lines().find_map(|line| line.strip_prefix(&begins));
    count.map_or(0, |count| count.parse().unwrap())
}

#[test]
fn a_refusal_is_counted_by_its_reason_and_the_role() {
    let town = guarded_with("[roles.agent]\nasks_per_minute = 1\npeople_per_hour = 0");
    mina(&town);
    let phone = "/v1/profiles/phone:09123456789";
    let get = |role: &str, path: &str| asked(&town, role, ["GET", path], &Value::Null).status;
    assert_eq!(get("nobody", phone), 401);
    assert_eq!(get("shop", phone), 401, "a key that sends asks for nothing");
    assert_eq!(get("pos", phone), 403);
    assert_eq!(get("analyst", phone), 403, "who sees no identifier names none");
    assert_eq!([(); 3].map(|()| get("agent", phone)), [200, 429, 429]);
    let link = "/v1/agent/card?phone=09123456789&until=9999999999&sig=none";
    assert_eq!(town.call("GET", link, &[], Vec::new()).status, 401);
    let stranger = asked(&town, "nobody", ["POST", "/v1/events"], &json!([]));
    assert_eq!(stranger.status, 401);
    let foreign = json!([{"id": "f-1", "channel": "store", "type": "X", "identifiers": [{"kind": "user_id", "value": "u"}]},
        {"id": "f-2", "channel": "store", "type": "X", "identifiers": [{"kind": "user_id", "value": "u"}]}]);
    let answer = asked(&town, "shop", ["POST", "/v1/events"], &foreign).body;
    assert_eq!(answer["rejected"].as_array().unwrap().len(), 2, "{answer}");

    assert_eq!(refused(&town, "unauthorized", "none"), 4);
    assert_eq!(refused(&town, "forbidden", "pos"), 1);
    assert_eq!(refused(&town, "forbidden", "analyst"), 1);
    assert_eq!(refused(&town, "too_many_questions", "agent"), 2);
    assert_eq!(refused(&town, "foreign_channel", "none"), 2);
}
