//! Reports of counts that were made up, against figures that were worked out by hand.

use serde::Serialize;
use serde_json::Value;

mod cx_told;
mod journeys;

use super::*;
use crate::{
    api::days::{Days, days},
    decide::experience::{Cell, Importance, Measure, Stage, Sums, Touchpoint, table::Table},
    domain::{profile::experience::Style, time::Timestamp},
};

/// 2026-11-20 and the nine days before.
const DAYS: Days = Days {
    first: 20_768,
    last: 20_777,
};

fn cell(measure: Measure) -> Cell {
    Cell {
        day: DAYS.last,
        measure,
        spot: Spot::default(),
        segment: String::new(),
        channel: "store".to_owned(),
        team: "care".to_owned(),
    }
}

fn at(touchpoint: &str, measure: Measure) -> Cell {
    let stage = match touchpoint {
        "page" => "discover",
        "till" => "buy",
        _ => "enjoy",
    };
    Cell {
        spot: spot("purchase", stage, touchpoint),
        ..cell(measure)
    }
}

fn score(style: Style, answer: u8) -> Measure {
    Measure::Score(style, answer)
}

fn touchpoint(name: &str, expected: Option<u8>, importance: (u8, u8)) -> Touchpoint {
    Touchpoint {
        name: name.to_owned(),
        on: Vec::new(),
        channels: Vec::new(),
        expected,
        acceptable: expected.map(|expected| expected - 20),
        importance: Importance {
            customer: importance.0,
            company: importance.1,
        },
        benchmarks: expected.map(|_| ("rival".to_owned(), 72)).into_iter().collect(),
    }
}

fn known() -> Known {
    let stage = |name: &str, touchpoints: Vec<Touchpoint>| Stage {
        name: name.to_owned(),
        needs: vec![format!("{name} it")],
        touchpoints,
    };
    Known {
        journeys: vec![Journey {
            name: "purchase".to_owned(),
            segment: None,
            within_us: 36 * 3_600 * 1_000_000,
            stages: vec![
                stage("discover", vec![touchpoint("page", Some(80), (70, 40))]),
                stage("buy", vec![touchpoint("till", Some(40), (20, 50))]),
                stage("enjoy", vec![touchpoint("parcel", None, (50, 50))]),
            ],
        }],
        segments: vec![("champions".to_owned(), 7), ("quiet".to_owned(), 4)],
        silent: BTreeSet::from(["quiet".to_owned()]),
    }
}

fn table(cells: impl IntoIterator<Item = (Cell, Sums)>) -> Table {
    let mut table = Table::default();
    for (cell, sums) in cells {
        table.add(&cell, sums);
    }
    table.bounded()
}

fn told(answer: &impl Serialize) -> Value {
    serde_json::to_value(answer).unwrap()
}

#[test]
fn a_journey_is_chosen_by_its_name() {
    let journeys = |name| known().only(name).map(|known| known.journeys.len());
    assert_eq!(
        [journeys(None), journeys(Some("purchase")), journeys(Some("pur"))],
        [Some(1), Some(1), None]
    );
    let now = Timestamp::of_day(DAYS.last);
    assert_eq!(days(Some("2026-11-11"), None, DAYS_MAX, now).ok(), Some(DAYS));
}

#[test]
fn a_figure_has_four_places_and_nothing_no_sign() {
    assert_eq!(rounded(-0.000_04).to_string(), "0");
    assert_eq!(
        (rounded(2.0 / 3.0), share(1, 3), share(0, 0)),
        (0.6667, Some(0.3333), None)
    );
}
