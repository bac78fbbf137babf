//! What customers scored on that day, in all and by channel, team, segment, stage and day.
//!
//! NPS: value = 100 (p - d) / n, interval ± 196 sqrt(((p + d) / n - ((p - d) / n)²) / n). CSAT: Wilson with z = 1.96. CES: mean
//! ± 1.96 sqrt(s² / n) with s² the sample variance.

use serde_json::{Value, json};

use super::{
    reports::{groups, has, has_only, named},
    told::told,
};

/// Of NPS: promoters, passives and detractors; value and interval.
fn nps([promoters, passives, detractors]: [u32; 3], [value, low, high]: [f64; 3]) -> Value {
    let n = promoters + passives + detractors;
    json!({"style": "nps", "n": n, "value": value, "low": low, "high": high, "enough": n >= 30,
        "promoters": promoters, "passives": passives, "detractors": detractors})
}

/// Of CSAT: all and those who are content; value and interval, and the mean.
fn csat([n, satisfied]: [u32; 2], [value, low, high]: [f64; 3], mean: f64) -> Value {
    json!({"style": "csat", "n": n, "value": value, "low": low, "high": high, "enough": n >= 30,
        "satisfied": satisfied, "mean": mean})
}

/// Of the ten callers: five say 2, five say 6. Mean (10 + 30) / 10 = 4; s² = 10 * 4 / 9, ± 1.96 sqrt(40 / 90) = 1.3067. Five
/// found it easy: 50 %; five of 6 or 7 less five of 1 to 3: net 0.
fn ces() -> Value {
    json!({"style": "ces", "n": 10, "value": 4.0, "low": 2.6933, "high": 5.3067, "enough": false,
        "easy": 5, "easy_percent": 50.0, "net_percent": 0.0, "reporting": "mean"})
}

/// After an order: 0..30 say 9, 30..50 say 8, 50..60 say 4, all on the web to the shop.
/// (30 - 10) / 60 = 33.3333; (40 / 60 - (20 / 60)²) / 60 = 0.555556 / 60, so ± 196 * 0.096225 = 18.8601.
fn of_orders() -> Value {
    nps([30, 20, 10], [33.3333, 14.4732, 52.1934])
}

/// In the shop: 160..180 say 10, 180..190 say 7, 190..200 say 0.
/// (20 - 10) / 40 = 25; (30 / 40 - (10 / 40)²) / 40 = 0.6875 / 40, so ± 196 * 0.131101 = 25.6958.
fn of_the_shop() -> Value {
    nps([20, 10, 10], [25.0, -0.6958, 50.6958])
}

/// Of the delivery: 0..20 say 2, 20..40 say 5, 40..50 say 4, so 30 of 50 are content, on average (40 + 100 + 40) / 50 = 3.6.
/// Wilson of 30 in 50: 46.1812 to 72.3918.
fn of_deliveries() -> Value {
    csat([50, 30], [60.0, 46.1812, 72.3918], 3.6)
}

/// One promoter and nobody else: there is no variance.
fn one_promoter() -> Value {
    nps([1, 0, 0], [100.0, 100.0, 100.0])
}

fn one_detractor() -> Value {
    nps([0, 0, 1], [-100.0, -100.0, -100.0])
}

/// Sara twice: 2, then 10. (1 - 1) / 2 = 0; the variance is 1, ± 196 / sqrt 2 goes beyond the ends.
fn sara_twice() -> Value {
    nps([1, 0, 1], [0.0, -100.0, 100.0])
}

/// In the shop 160..170 say 3: none of ten is content. Wilson of 0 in 10: up to z² / (n + z²) = 3.8416 / 13.8416.
fn of_the_visit() -> Value {
    csat([10, 0], [0.0, 0.0, 27.754], 3.0)
}

/// All of the day.
fn overall() -> Value {
    // Promoters: 30 of orders, 20 in the shop, Sara in the evening = 51. Passives: 20 + 10 = 30. Detractors: 10 + 10 and Sara
    // in the afternoon = 21. n = 102. (51 - 21) / 102 = 29.4118; (72 / 102 - (30 / 102)²) / 102 = 0.619377 / 102, so
    // ± 196 * 0.077925 = 15.2733. What 172..176 said is no score.
    let nps = nps([51, 30, 21], [29.4118, 14.1384, 44.6851]);
    // 50 of deliveries, 30 of them content, and 10 of the visit, none content: 30 of 60. The mean is (180 + 30) / 60 = 3.5.
    // Wilson of 30 in 60: 37.7348 to 62.2652.
    let csat = csat([60, 30], [50.0, 37.7348, 62.2652], 3.5);
    json!([nps, csat, ces()])
}

#[test]
fn what_was_scored_is_told_in_all_and_by_day() {
    let cx = told().cx();
    let said = json!({"from": "2026-11-22", "until": "2026-11-22", "by": "channel", "scores": overall(),
        "days": [{"day": "2026-11-22", "scores": overall()}]});
    has(cx, &said);
    let cx = told().by("day");
    let of_the_day = json!({"2026-11-22": named(&overall(), &["style"])});
    assert_eq!(cx["by"], "day");
    has_only(&groups(cx), &of_the_day);
}

#[test]
fn what_was_scored_is_told_by_channel_and_by_team() {
    // On the web: of orders, and Sara's 2. (30 - 11) / 61 = 31.1475; (41 / 61 - (19 / 61)²) / 61 = 0.575114 / 61, so
    // ± 196 * 0.097098 = 19.0312.
    let web = json!({"nps": nps([30, 20, 11], [31.1475, 12.1163, 50.1788])});
    // In the app: of deliveries, and Sara's 10.
    let mobile = json!({"nps": one_promoter(), "csat": of_deliveries()});
    let store = json!({"nps": of_the_shop(), "csat": of_the_visit()});
    let channels =
        json!({"web": web, "mobile": mobile, "store": store.clone(), "callcenter": {"ces": ces()}});
    has_only(&groups(told().by("channel")), &channels);
    // Sara speaks of the team `care` both times.
    let teams = json!({"shop": {"nps": of_orders()}, "carrier": {"csat": of_deliveries()}, "till": store,
        "care": {"nps": sara_twice(), "ces": ces()}});
    has_only(&groups(told().by("team")), &teams);
}

#[test]
fn what_was_scored_is_told_by_stage_and_by_segment() {
    // Those who called, 0..10 and Sara, are on both journeys; what they said of `help` and `recovery` is a place of both.
    let stages = json!({
        "purchase/buy": {"nps": of_orders()},
        "purchase/use": {"nps": sara_twice(), "csat": of_deliveries(), "ces": ces()},
        "care/ask": {"nps": one_detractor(), "ces": ces()},
        "care/answer": {"nps": one_promoter()},
    });
    has_only(&groups(told().by("stage")), &stages);
    // Of the callers 0..10 said 9 of the order and 2 of the delivery. With Sara: 11 promoters, one detractor of 12.
    // (11 - 1) / 12 = 83.3333; (1 - (10 / 12)²) / 12 = 0.305556 / 12, so ± 196 * 0.159571 = 31.2759, at most 100.
    let callers = json!({"nps": nps([11, 0, 1], [83.3333, 52.0574, 100.0]),
        "csat": csat([10, 0], [0.0, 0.0, 27.754], 2.0), "ces": ces()});
    // Nobody of the doubters said anything.
    has_only(&groups(told().by("segment")), &json!({"callers": callers}));
}
