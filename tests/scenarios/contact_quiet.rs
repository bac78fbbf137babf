//! The quiet hours of countries, and days off: a message waits for the first minute at which it disturbs nobody.

use serde_json::{Value, json};
use yekta::domain::time::Timestamp;

use crate::{
    asked::{HOUR, decide},
    contact::asked,
    said::{event, user},
    town::{NOW, Town},
};

/// Somebody who lives in a country, by what they said, and agreed to advertisements by short message.
fn meet(town: &Town, who: &str, country: &str) {
    let traits = json!({"traits": {"country": country}});
    let seen = event(who, ["web", "Signed In"], "20T10:00", json!([user(who)]), traits);
    town.tell(&[seen]);
    decide(town, &format!("user_id:{who}"), who, "granted");
}

fn told(town: &Town, who: &str, more: Value) -> [Value; 3] {
    let mut answer = asked(town, &format!("user_id:{who}"), more);
    ["decision", "reason", "until"].map(|name| answer[name].take())
}

fn next_noon() -> Timestamp {
    NOW.saturating_add(24 * HOUR)
}

/// 2026-11-22 is a Sunday.
#[test]
fn on_a_sunday_nothing_is_said_in_france_until_monday_morning() {
    let mut town = Town::new();
    meet(&town, "claire", "FR");
    meet(&town, "lena", "DE");
    let held = |until: &str| [json!("hold"), json!("day_off"), json!(until)];
    let allowed = [json!("allow"), json!("free"), Value::Null];
    assert_eq!(told(&town, "claire", json!({})), held("2026-11-23T07:00:00Z"));
    assert_eq!(told(&town, "lena", json!({})), allowed);
    // What serves does not wait.
    assert_eq!(told(&town, "claire", json!({"purpose": "service"})), allowed);
    let evidence = asked(&town, "user_id:claire", json!({}))["evidence"].clone();
    let facts = [
        json!({"what": "zone", "name": "Europe/Paris", "at": null}),
        json!({"what": "quiet", "name": "france", "at": null}),
        json!({"what": "day_off", "name": "sunday", "at": "2026-11-21T23:00:00Z"}),
    ];
    assert_eq!(evidence, json!(facts));
    town.reopen_at(next_noon);
    assert_eq!(told(&town, "claire", json!({})), allowed);
}

#[test]
fn a_tenant_says_its_own_hours_and_holidays() {
    let calls = r#"
[contact.quiet.calls]
channels = ["sms"]
from = "20:00"
until = "10:00"
holidays = ["2026-11-22", "--11-23"]
"#;
    let town = Town::with(calls);
    meet(&town, "lena", "DE");
    meet(&town, "claire", "FR");
    let held = |until: &str| [json!("hold"), json!("day_off"), json!(until)];
    assert_eq!(told(&town, "lena", json!({})), held("2026-11-24T09:00:00Z"));
    // In France both hold.
    assert_eq!(told(&town, "claire", json!({})), held("2026-11-24T09:00:00Z"));
}
