//! How long events are kept: what is over is as if it had never come, and does not come back.

use serde_json::{Value, json};
use yekta::domain::time::Timestamp;

use crate::{
    said::{cookie, event, signed_in, user},
    steward::followed,
    town::{NOW, Town},
};

const DAY: u64 = 24 * 3_600_000_000;
/// Of the pages that somebody looked at, ten days; of all else a year.
const KEPT: &str = "[retention.page_viewed]\ndays = 10\n[retention.others]\ndays = 365\n";

fn nine_days_later() -> Timestamp {
    NOW.saturating_add(9 * DAY)
}

fn two_years_later() -> Timestamp {
    NOW.saturating_add(730 * DAY)
}

fn page(id: &str, day: &str, device: &Value) -> Value {
    event(
        id,
        ["web", "Page Viewed"],
        &format!("{day}T10:00"),
        json!([device]),
        json!({}),
    )
}

/// Waits until the service has looked through all that it holds.
fn looked_through(town: &Town, profiles: usize, events: u64) {
    let mut changes = town.engine().handle.changes();
    let count = || {
        let all = town.profiles();
        let counted = all.keys().filter_map(|id| town.query().portrait(*id).unwrap());
        (
            all.len(),
            counted.map(|one| one.profile.whole.events).sum::<u64>(),
        )
    };
    town.wait(async {
        while count() != (profiles, events) {
            changes.changed().await.unwrap();
        }
    });
}

#[test]
fn what_is_over_is_taken_out_and_is_as_if_it_had_never_come() {
    let (mut town, never) = (Town::keyed(3), Town::keyed(3));
    let browser = cookie("c");
    // Pages of the 20th are over on the 1st, those of the 22nd are not.
    let over = [page("1", "20", &browser), page("2", "20", &cookie("d"))];
    let kept = [
        signed_in("3", "20T10:05", &browser, "mina"),
        page("4", "22", &browser),
        event(
            "5",
            ["store", "Order Completed"],
            "20T11:00",
            json!([user("mina")]),
            json!({"properties": {"order_id": "o"}}),
        ),
    ];
    town.tell(&over);
    town.tell(&kept);
    never.tell(&kept);
    town.reopen_with(KEPT);
    assert_eq!(town.profiles().len(), 2, "nothing is over yet");
    town.reopen_at(nine_days_later);
    looked_through(&town, 1, 3);
    assert_eq!(town.profiles(), never.profiles());
    let again = town.post("/v1/events", &Value::from(over.to_vec()));
    assert_eq!(again["accepted"], 0);
    assert_eq!(again["rejected"][0]["code"], "too_late");
    assert_eq!(town.profiles(), never.profiles());
    followed(&town);
    // Nothing is left of who did nothing for years.
    town.reopen_at(two_years_later);
    looked_through(&town, 0, 0);
    followed(&town);
}

#[test]
fn a_refusal_of_consent_is_kept_whatever_its_event_is() {
    let mut town = Town::with(KEPT);
    let mut refusal = page("1", "20", &cookie("c"));
    refusal["consent"] = json!({"sms": {"marketing": "denied"}});
    town.tell(&[refusal, page("2", "20", &cookie("c"))]);
    town.reopen_at(two_years_later);
    looked_through(&town, 1, 1);
    let consent = town.get("/v1/profiles/anonymous_id:c")["consent"].clone();
    assert_eq!(consent["sms"]["marketing"], "denied");
}

#[test]
fn what_is_too_late_is_not_kept_as_refused_either() {
    let mut town = Town::with(KEPT);
    town.reopen_at(two_years_later);
    let answer = town.post("/v1/events", &page("1", "20", &cookie("c")));
    assert_eq!(answer["rejected"][0]["code"], "too_late");
    assert_eq!(town.get("/v1/rejections")["rejections"][0]["body"], "");
}

#[test]
fn without_a_retention_everything_is_kept_and_taken() {
    let mut town = Town::new();
    town.tell(&[page("1", "20", &cookie("c"))]);
    town.reopen_at(two_years_later);
    town.tell(&[page("2", "20", &cookie("c"))]);
    assert_eq!(town.person("anonymous_id", "c").profile.whole.events, 2);
}
