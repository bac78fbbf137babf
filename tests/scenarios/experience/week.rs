//! Five days on which it went from good to bad: what goes with what, day by day, and one day beside another.

use serde_json::{Value, json};

use super::{
    reports::{has, has_only, named, one, report},
    rules, tell,
};
use crate::{
    flows::going_by,
    said::{event, user},
    town::Town,
};

/// On the day `d` (0 is the 18th): two who chat after 10 (d + 1) s in a queue and for so long as `HANDLED` says; four who order
/// and of whom 4 - d are content; four of whom so many as `PROMOTED` says are promoters, the others detractors.
const DAYS: std::ops::Range<u32> = 0..5;
const HANDLED: [u32; 5] = [100, 200, 300, 500, 400];
const PROMOTED: [u32; 5] = [1, 0, 3, 2, 4];

fn did(who: &str, what: [&str; 2], time: &str, properties: Value) -> Value {
    let id = format!("{who}-{}", what[1]);
    event(
        &id,
        what,
        time,
        json!([user(who)]),
        json!({"properties": properties}),
    )
}

fn week() -> Town {
    let town = going_by(&rules::counting(), "");
    let days = DAYS.zip(HANDLED).zip(PROMOTED);
    let events = days.flat_map(|((d, handled), promoted)| {
        let day = 18 + d;
        let chats = (0..2).map(move |n| {
            let chat = json!({"team": "desk", "queue_s": 10 * (d + 1), "handling_s": handled});
            let what = ["web", "Live Chat Conversation Ended"];
            did(&format!("k{d}-{n}"), what, &format!("{day}T09:00"), chat)
        });
        let orders = (0..4).flat_map(move |n| {
            let who = format!("s{d}-{n}");
            let order = json!({"order_id": who, "total": 5, "currency": "IRR"});
            let csat = if n < 4 - d { 5 } else { 2 };
            let answer = json!({"team": "shop", "touchpoint": "checkout", "csat": csat});
            [
                did(&who, ["web", "Order Completed"], &format!("{day}T09:00"), order),
                did(&who, ["web", "Survey Answered"], &format!("{day}T09:10"), answer),
            ]
        });
        let others = (0..4).map(move |n| {
            let answer = json!({"team": "till", "nps": if n < promoted { 10 } else { 0 }});
            let what = ["store", "Survey Answered"];
            did(&format!("p{d}-{n}"), what, &format!("{day}T09:20"), answer)
        });
        chats.chain(orders).chain(others).collect::<Vec<Value>>()
    });
    let events: Vec<Value> = events.collect();
    tell(&town, &events);
    town
}

const WEEK: &str = "from=2026-11-18&until=2026-11-22";

/// Spearman's rank correlation of n = 5 without ties: 1 - 6 sum(difference of ranks squared) / (5 * 24).
#[test]
fn what_goes_up_and_down_together_is_told() {
    let cx = report(&week(), "cx", WEEK);
    let moves = named(&cx["moves"], &["figure", "style"]);
    // Ranks by day: queues 1 2 3 4 5; handling 1 2 3 5 4; CSAT (100, 75, 50, 25, 0) 5 4 3 2 1; NPS (-50, -100, 50, 0, 100)
    // 2 1 4 3 5.
    let wanted = json!({
        // 16 + 4 + 0 + 4 + 16 = 40: 1 - 240 / 120.
        "queue_mean_s/csat": {"days": 5, "rank_correlation": -1.0},
        // 16 + 4 + 0 + 9 + 9 = 38: 1 - 228 / 120.
        "handling_mean_s/csat": {"days": 5, "rank_correlation": -0.9},
        // 1 + 1 + 1 + 1 + 0 = 4: 1 - 24 / 120.
        "queue_mean_s/nps": {"days": 5, "rank_correlation": 0.8},
        // 1 + 1 + 1 + 4 + 1 = 8: 1 - 48 / 120.
        "handling_mean_s/nps": {"days": 5, "rank_correlation": 0.6},
    });
    has(&moves, &wanted);
    // What is the same every day goes with nothing: nobody gave up or came again.
    for (name, one) in moves.as_object().unwrap() {
        let is_the_same = ["abandonment_rate", "repeat_rate", "first_contact_resolution"]
            .iter()
            .any(|figure| name.starts_with(figure));
        assert!(!is_the_same || one["rank_correlation"].is_null(), "{one}");
    }
}

#[test]
fn each_day_is_told_by_itself() {
    let cx = report(&week(), "cx", WEEK);
    let days = cx["days"].as_array().unwrap();
    assert_eq!(days.len(), 5);
    for ((d, day), promoted) in DAYS.zip(days).zip(PROMOTED) {
        assert_eq!(day["day"], format!("2026-11-{}", 18 + d));
        let scores = named(&day["scores"], &["style"]);
        // Of four people.
        let value = 25.0 * f64::from(4 - d);
        let nps = 50.0 * f64::from(promoted) - 100.0;
        has_only(
            &scores,
            &json!({"csat": {"n": 4, "satisfied": 4 - d, "value": value, "enough": false},
                "nps": {"n": 4, "promoters": promoted, "detractors": 4 - promoted, "value": nps}}),
        );
    }
    let served = named(&cx["operations"]["days"], &["day"]);
    for (d, handled) in DAYS.zip(HANDLED) {
        let wanted = json!({"contacts": 2, "queue_mean_s": 10 * (d + 1), "handling_mean_s": handled,
            "resolved_first": 2, "first_contact_resolution": 1.0, "repeat_rate": 0.0});
        has(&served[format!("2026-11-{}", 18 + d)], &wanted);
    }
}

/// On the 22nd all four say 2, which is 25 of 100, on the 18th all say 5, which is 100.
#[test]
fn a_day_is_held_beside_another() {
    let town = week();
    let day = "from=2026-11-22&until=2026-11-22";
    let told = report(
        &town,
        "gap",
        &format!("{day}&beside_from=2026-11-18&beside_until=2026-11-18"),
    );
    let touchpoints = one(&told["journeys"], "purchase")["touchpoints"].clone();
    let checkout = json!({"n": 4, "observed": 25.0, "verdict": "unacceptable", "gap": 50.0,
        "beside": {"n": 4, "observed": 100.0, "change": -75.0}});
    has(&named(&touchpoints, &["touchpoint"])["checkout"], &checkout);
}

/// Three days before the end of the 22nd is the end of the 19th: whoever ordered on the 18th and 19th has left.
#[test]
fn who_left_and_who_is_waited_for_is_told_by_when_they_were_last_there() {
    let told = report(&week(), "journey", WEEK);
    let journey = one(&told["journeys"], "purchase");
    let wanted = json!({"entered": 20, "moved_on": 0, "lost": 8, "waiting": 12});
    has(&named(&journey["stages"], &["name"])["buy"], &wanted);
    has(&journey["lost_most"], &json!({"stage": "buy", "lost": 8}));
}
