//! How far customers come, how it is on the way, what is expected of it, and what is not known.

use serde_json::{Value, json};

use crate::{
    api::experience::{
        Known, coverage, gap, journey, spot,
        tests::{DAYS, at, cell, known, score, table, told},
    },
    decide::experience::{Cell, Data, Measure, Sums, mean::many, table::Table},
    domain::profile::experience::{Friction, Style},
};

#[test]
fn a_journey_is_told_stage_by_stage() {
    let on = |day: u32, stage: &str, measure| Cell {
        day: DAYS.last - day,
        spot: spot("purchase", stage, ""),
        ..cell(measure)
    };
    let moved = |to: &str, magnitude| Measure::Moved {
        to: to.to_owned(),
        magnitude,
    };
    let table = table([
        (on(5, "discover", Measure::Entered), many(0, 9)),
        (on(5, "discover", moved("buy", 6)), many(100, 3)),
        (on(5, "discover", moved("enjoy", 3)), Sums::of(10)),
        // A pause may last a day and a half: who was there yesterday may go on, who was there the day before is lost.
        (on(1, "discover", Measure::At), many(0, 2)),
        (on(2, "discover", Measure::At), many(0, 3)),
        (on(2, "buy", Measure::At), many(0, 3)),
        (on(9, "enjoy", Measure::At), many(0, 1)),
        (at("page", score(Style::Csat, 5)), many(0, 2)),
        (at("page", Measure::Data(Data::Behaviour)), many(0, 8)),
        (at("till", Measure::Friction(Friction::StockOut)), many(0, 2)),
        (at("till", score(Style::Csat, 1)), many(0, 2)),
    ]);
    let report = told(&journey::answer(DAYS, &table, &known()));
    let purchase = &report["journeys"][0];
    assert_eq!(
        (&purchase["within_s"], &purchase["segment"]),
        (&json!(129_600), &Value::Null)
    );
    assert_eq!(
        purchase["stages"][0],
        json!({
            "name": "discover", "needs": ["discover it"], "entered": 9, "moved_on": 4, "lost": 3, "waiting": 2,
            "time_mean_s": 77.5, "time_median_s": 100.0,
            "next": [{"stage": "buy", "count": 3, "mean_s": 100.0}, {"stage": "enjoy", "count": 1, "mean_s": 10.0}],
        })
    );
    assert_eq!(
        (&purchase["stages"][1]["lost"], &purchase["stages"][2]["lost"]),
        (&json!(3), &json!(0))
    );
    // As many in both: the first.
    assert_eq!(purchase["lost_most"], json!({"stage": "discover", "lost": 3}));
    let [page, till, parcel] = [0, 1, 2].map(|place| &purchase["curve"][place]);
    assert_eq!(
        [&page["touches"], &page["n"], &page["effect"]],
        [&json!(8), &json!(2), &json!(1.0)]
    );
    assert_eq!(
        (&till["effect"], &till["frictions"]),
        (&json!(-0.75), &json!([{"kind": "stock_out", "count": 2}]))
    );
    assert_eq!(
        (&parcel["effect"], &parcel["kind"], &parcel["n"]),
        (&Value::Null, &Value::Null, &json!(0))
    );
    assert_eq!(
        purchase["peak_end"],
        json!({
            "peak": 1.0, "peak_touchpoint": "page", "end": -0.75, "end_touchpoint": "till",
            "peak_end": 0.125, "mean": 0.125,
        })
    );
    assert_eq!(
        told(&journey::answer(DAYS, &Table::default(), &known()))["journeys"][0]["lost_most"],
        Value::Null
    );
}

#[test]
fn a_gap_is_what_is_expected_less_what_is_observed() {
    let now = table([
        (at("page", score(Style::Csat, 4)), many(0, 2)),
        (at("page", Measure::Feeling), Sums::of(-50)),
        (at("page", Measure::Friction(Friction::Error)), many(0, 9)),
        (at("till", score(Style::Nps, 5)), many(0, 3)),
    ]);
    let before = table([(at("page", score(Style::Csat, 3)), Sums::ONE)]);
    let report = told(&gap::answer(DAYS, &now, Some(&before), &known()));
    let [page, till, parcel] = [0, 1, 2].map(|place| &report["journeys"][0]["touchpoints"][place]);
    // 75, 75 and 25: the variance is 833.3333, the standard error 16.6667.
    assert_eq!(
        *page,
        json!({
            "stage": "discover", "touchpoint": "page", "n": 3, "observed": 58.3333, "low": 25.6667, "high": 91.0,
            "expected": 80, "acceptable": 60, "gap": 21.6667, "verdict": "unacceptable",
            "importance": {"customer": 70, "company": 40, "quadrant": "customer"},
            "beside": {"n": 1, "observed": 50.0, "change": 8.3333},
            "benchmarks": [{"name": "rival", "observed": 72, "difference": -13.6667}],
        })
    );
    assert_eq!(
        (&till["verdict"], &till["gap"]),
        (&json!("over_served"), &json!(-10.0))
    );
    assert_eq!(till["beside"], json!({"n": 0, "observed": null, "change": null}));
    assert_eq!(
        (&parcel["verdict"], &parcel["gap"], &parcel["n"]),
        (&json!("unmeasured"), &Value::Null, &json!(0))
    );
    let alone = told(&gap::answer(DAYS, &now, None, &known()));
    assert_eq!(alone["journeys"][0]["touchpoints"][0]["beside"], Value::Null);
}

#[test]
fn what_is_missing_is_told_and_what_of_it_first() {
    let in_segment = |segment: &str, data| Cell {
        segment: segment.to_owned(),
        ..cell(Measure::Data(data))
    };
    let table = table([
        (at("page", Measure::Data(Data::Behaviour)), many(0, 20)),
        (at("page", Measure::Data(Data::Attitude)), many(0, 1)),
        // Met more often, and yet 30 * 20 is less than 20 * 70.
        (at("till", Measure::Data(Data::Transaction)), many(0, 30)),
        (in_segment("champions", Data::Emotion), many(0, 5)),
    ]);
    let report = told(&coverage::answer(DAYS, &table, &known()));
    assert_eq!(
        report["journeys"][0]["touchpoints"][0],
        json!({
            "stage": "discover", "touchpoint": "page", "behaviour": 20, "transaction": 0, "service": 0, "attitude": 1,
            "emotion": 0, "situation": 0, "missing": ["transaction", "service", "emotion", "situation"],
        })
    );
    let segments = report["segments"].as_array().unwrap();
    assert_eq!(
        (
            segments.len(),
            &segments[0]["emotion"],
            segments[1]["missing"].as_array().unwrap().len()
        ),
        (2, &json!(5), 6)
    );
    assert_eq!(
        report["first_missing"],
        json!({"journey": "purchase", "touchpoint": "page", "kind": "emotion"})
    );
    let nothing = Known::default();
    assert_eq!(
        told(&coverage::answer(DAYS, &table, &nothing))["first_missing"],
        Value::Null
    );
}
