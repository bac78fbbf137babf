//! What customers said and how they were served.

use serde_json::{Value, json};

use crate::{
    api::experience::{
        cx,
        tests::{DAYS, at, cell, known, score, table, told},
    },
    decide::experience::{Cell, Measure, Sums, Trial, mean::many, table::By},
    domain::profile::experience::{Friction, Style},
};

#[test]
fn scores_are_told_by_what_is_asked_for() {
    let said = |measure: Measure, count| (cell(measure), many(0, count));
    let mut cells = vec![
        said(score(Style::Nps, 9), 40),
        said(score(Style::Nps, 7), 10),
        said(score(Style::Nps, 3), 10),
        (cell(Measure::Feeling), Sums::of(-50).plus(Sums::of(100))),
        said(Measure::Emotion("angry".to_owned()), 2),
        said(Measure::Emotion("calm".to_owned()), 3),
        said(Measure::Friction(Friction::Error), 3),
        said(Measure::Opened, 3),
        (cell(Measure::Closed), Sums::of(60).plus(Sums::of(90))),
    ];
    for (place, measure) in [("page", score(Style::Csat, 4)), ("till", score(Style::Csat, 1))] {
        cells.push((at(place, measure), Sums::ONE));
    }
    let segment = "quiet".to_owned();
    let silent = cell(Measure::Silent);
    cells.push((Cell { segment, ..silent }, many(0, 2)));
    let table = table(cells);
    let nps = json!({
        "style": "nps", "n": 60, "value": 50.0, "low": 30.6741, "high": 69.3259, "enough": true,
        "promoters": 40, "passives": 10, "detractors": 10,
    });
    let report = told(&cx::answer(DAYS, By::Channel, &table, &known()));
    assert_eq!(report["scores"], json!([nps]));
    assert_eq!(report["groups"], json!([{"name": "store", "scores": [nps]}]));
    assert_eq!(report["days"], json!([{"day": "2026-11-20", "scores": [nps]}]));
    assert_eq!(
        report["feelings"],
        json!({"n": 2, "mean": 0.25, "low": -1.0, "high": 1.0, "emotions": [{"name": "calm", "count": 3}, {"name": "angry", "count": 2}]})
    );
    assert_eq!(report["frictions"], json!([{"kind": "error", "count": 3}]));
    assert_eq!(
        report["follow_ups"],
        json!({"opened": 3, "closed": 2, "open": 1, "close_mean_s": 75.0})
    );
    assert_eq!(
        report["silent"],
        json!([{"segment": "quiet", "members": 4, "entered": 2}])
    );
    assert_eq!(
        (&report["from"], &report["until"], &report["by"]),
        (&json!("2026-11-11"), &json!("2026-11-20"), &json!("channel"))
    );
    let by_stage = told(&cx::answer(DAYS, By::Stage, &table, &known()));
    let names: Vec<&Value> = by_stage["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, ["purchase/discover", "purchase/buy"]);
    for (by, groups) in [(By::Team, 1), (By::Segment, 0), (By::Day, 1)] {
        let report = told(&cx::answer(DAYS, by, &table, &known()));
        assert_eq!(report["groups"].as_array().unwrap().len(), groups, "{by:?}");
    }
}

#[test]
fn how_people_were_served_is_told_with_what_moves_with_it() {
    let mut cells = Vec::new();
    for day in 0..6_i64 {
        let on = |measure| Cell {
            day: DAYS.first + u32::try_from(day).unwrap(),
            ..cell(measure)
        };
        cells.push((on(Measure::Contact), many(0, 3)));
        cells.push((on(Measure::Queue), many(60 * day, 2)));
        cells.push((on(Measure::Repeated), Sums::ONE));
        cells.push((on(score(Style::Ces, 7 - u8::try_from(day).unwrap())), Sums::ONE));
    }
    for (measure, sums) in [
        (Measure::Cause("late, parcel".to_owned()), many(0, 9)),
        (Measure::RepeatedCause("late, parcel".to_owned()), many(0, 4)),
        (Measure::RepeatedCause("size".to_owned()), many(0, 2)),
        (Measure::Employee, Sums::of(8)),
    ] {
        cells.push((cell(measure), sums));
    }
    // Where no team is said, none can learn.
    let nobodys = cell(Measure::RepeatedCause("size".to_owned()));
    let team = String::new();
    cells.push((Cell { team, ..nobodys }, many(0, 9)));
    let report = told(&cx::answer(DAYS, By::Channel, &table(cells), &known()));
    let operations = &report["operations"];
    assert_eq!(
        operations["total"],
        json!({
            "contacts": 18, "queue_mean_s": 150.0, "handling_mean_s": null, "abandoned": 0, "abandonment_rate": 0.0,
            "repeated": 6, "repeat_rate": 0.3333, "resolved_first": 0, "first_contact_resolution": 0.0,
        })
    );
    assert_eq!(
        (
            &operations["teams"][0]["name"],
            &operations["channels"][0]["contacts"]
        ),
        (&json!("care"), &json!(18))
    );
    assert_eq!(
        operations["days"].as_array().unwrap().len(),
        6,
        "on the last day nobody was served"
    );
    let moves = report["moves"].as_array().unwrap();
    let queue = json!({"figure": "queue_mean_s", "style": "ces", "days": 6, "rank_correlation": -1.0});
    assert_eq!(
        (&moves[0], moves.len()),
        (&queue, 4),
        "nobody said how long it took"
    );
    assert_eq!(
        moves[2]["rank_correlation"],
        Value::Null,
        "it is the same on all days"
    );
    assert_eq!(
        report["employees"],
        json!([{"team": "care", "n": 1, "mean": 8.0, "low": 0.0, "high": 10.0}])
    );
    let training = json!([{"team": "care", "cause": "late, parcel", "contacts": 9, "repeated": 4}]);
    assert_eq!(report["training"], training);
}

#[test]
fn what_a_flow_did_is_told_beside_what_came_without_it() {
    let trial = |treated| Trial {
        flow: "recover".to_owned(),
        treated,
    };
    let counted = [
        (Measure::Trial(trial(true)), 900),
        (Measure::TrialOrder(trial(true)), 270),
        (Measure::Trial(trial(false)), 100),
        (Measure::TrialOrder(trial(false)), 20),
    ];
    let each = |measure: &Measure| i64::from(matches!(measure, Measure::TrialOrder(_)));
    let cells = counted.map(|(measure, count)| (cell(measure.clone()), many(each(&measure), count)));
    let report = told(&cx::answer(DAYS, By::Channel, &table(cells), &known()));
    let recover = &report["trials"][0];
    assert_eq!(
        (&recover["flow"], &recover["orders_per_person_difference"]),
        (&json!("recover"), &json!(0.1))
    );
    assert_eq!(
        (&recover["difference_low"], &recover["difference_high"]),
        (&json!(0.0157), &json!(0.1843))
    );
    let arm = json!({"people": 900, "orders": 270, "orders_per_person": 0.3, "scores": []});
    assert_eq!(recover["treated"], arm);
}
