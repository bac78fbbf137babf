//! Five days later: whoever did nothing for three days has left.

use serde_json::json;
use yekta::domain::time::Timestamp;

use super::{
    day,
    reports::{has, has_only, named, one, report},
};
use crate::{asked::HOUR, flows::rest, town::NOW};

/// 12:00 of the 27th.
fn five_days_later() -> Timestamp {
    NOW.saturating_add(5 * 24 * HOUR)
}

/// The last touch of all of them was on the 22nd, and three days before the end of the 27th is the end of the 24th.
#[test]
fn who_did_nothing_for_longer_than_the_rule_says_is_lost_where_they_were_last() {
    let mut town = day();
    town.reopen_at(five_days_later);
    rest(&town);
    let told = report(&town, "journey", "from=2026-11-22&until=2026-11-27");
    let stages = |name: &str| named(&one(&told["journeys"], name)["stages"], &["name"]);
    // Those who stayed in `journeys`; whoever finished is not lost.
    let lost = |entered: u32, lost: u32| json!({"entered": entered, "lost": lost, "waiting": 0});
    let purchase = json!({"discover": lost(121, 20), "decide": lost(81, 40), "buy": lost(61, 10),
        "use": lost(51, 20), "recommend": lost(31, 0)});
    has_only(&stages("purchase"), &purchase);
    has_only(
        &stages("care"),
        &json!({"ask": lost(11, 5), "answer": lost(6, 0)}),
    );
    let most = |name: &str| one(&told["journeys"], name)["lost_most"].clone();
    has(&most("purchase"), &json!({"stage": "decide", "lost": 40}));
    has(&most("care"), &json!({"stage": "ask", "lost": 5}));
    // Until the 23rd nobody had left.
    let told = report(&town, "journey", "from=2026-11-22&until=2026-11-23");
    let decide = named(&one(&told["journeys"], "purchase")["stages"], &["name"])["decide"].clone();
    has(&decide, &json!({"lost": 0, "waiting": 40}));
}
