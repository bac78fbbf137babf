//! Whatever numbers a service answers, the page stays a page, and nothing is drawn outside of its chart.

use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

use super::{answers::Answers, markup};

/// A number that may be none, too large, or no number.
fn number() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => (-130.0..130.0).prop_map(|number: f64| json!(number)),
        2 => (-1.2..1.2).prop_map(|number: f64| json!(number)),
        1 => prop_oneof![Just(json!(f64::MAX)), Just(json!(f64::MIN)), Just(json!(f64::MIN_POSITIVE)), Just(json!(-0.0))],
        1 => Just(json!(u64::MAX)),
        1 => Just(Value::Null),
        1 => Just(json!("many")),
    ]
}

/// Scores of the three kinds.
fn scores() -> impl Strategy<Value = Value> {
    let styles = prop_oneof![Just("nps"), Just("csat"), Just("ces"), Just("other")];
    let score = (styles, number(), number(), number(), number());
    let score = score.prop_map(|(style, n, value, low, high)| json!({"style": style, "n": n, "value": value, "low": low, "high": high}));
    vec(score, 0..4).prop_map(Value::from)
}

fn cx() -> impl Strategy<Value = Value> {
    let day = (1..=30_u8, scores(), vec(number(), 5)).prop_map(|(day, scores, numbers)| {
        json!({"day": format!("2026-11-{day:02}"), "name": "care", "team": "care", "flow": "x", "segment": "x", "scores": scores,
            "queue_mean_s": numbers[0], "repeat_rate": numbers[1], "contacts": numbers[2], "mean": numbers[3],
            "low": numbers[4], "high": numbers[0], "orders_per_person_difference": numbers[1],
            "difference_low": numbers[2], "difference_high": numbers[3]})
    });
    (vec(day, 0..20), scores()).prop_map(|(days, scores)| {
        json!({"from": "2026-11-01", "until": "2026-11-28", "by": "team", "scores": scores, "groups": days, "days": days,
            "operations": {"total": {"contacts": 1}, "teams": days, "days": days}, "employees": days, "trials": days,
            "silent": days, "training": days,
            "moves": [{"figure": "repeat_rate", "style": "nps", "days": 9, "rank_correlation": days.first().map(|day| &day["mean"])}]})
    })
}

/// A journey as both reports of journeys tell it.
fn journey() -> impl Strategy<Value = Value> {
    let point = (
        "[a-c]",
        "[a-zآ-ی_]{0,30}",
        vec(number(), 5),
        prop_oneof![Just("high"), Just("low"), Just("")],
    );
    let point = point.prop_map(|(stage, name, numbers, kind)| {
        json!({"stage": stage, "name": stage, "touchpoint": name, "effect": numbers[0], "n": numbers[1], "touches": numbers[2],
            "kind": kind, "observed": numbers[3], "expected": numbers[4], "importance": {"customer": numbers[0]},
            "entered": numbers[1], "moved_on": numbers[2], "lost": numbers[3], "verdict": "unacceptable"})
    });
    vec(point, 0..40).prop_map(|points| {
        let end = points.last().map(|point| &point["touchpoint"]);
        json!({"from": "x", "journeys": [{"name": "x", "stages": points, "curve": points, "touchpoints": points,
            "peak_end": {"peak_end": 1, "end_touchpoint": end}}]})
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_is_drawn_outside_of_its_chart(cx in cx(), trend in cx(), journey in journey(), other in cx()) {
        let answers = json!({"cx": cx, "trend": trend, "journey": journey, "gap": journey, "coverage": journey,
            "segments": other, "contacts": other});
        markup::check(&Answers(answers).page());
    }
}
