//! What is found, and what is not: each by numbers just beyond the bound and just within it.

use super::*;
use crate::{
    decide::experience::{
        cell::{Data, Spot},
        journey::{Importance, Stage, Touchpoint},
    },
    domain::profile::experience::Friction,
};

const TODAY: u32 = 20_000;

fn cell(ago: u32, measure: Measure) -> Cell {
    Cell {
        day: TODAY - ago,
        measure,
        spot: Spot::default(),
        segment: String::new(),
        channel: "web".to_owned(),
        team: String::new(),
    }
}

fn many(count: i64) -> Sums {
    Sums {
        count,
        ..Sums::default()
    }
}

fn found(cells: &[(Cell, Sums)]) -> Vec<(FindingKind, String)> {
    let journeys = [journey()];
    let kept: Vec<(Cell, Sums)> = cells.iter().filter(|(cell, _)| looks_at(cell)).cloned().collect();
    let found = findings(&kept, journeys.iter(), TODAY);
    found.into_iter().map(|one| (one.kind, one.about)).collect()
}

fn journey() -> Journey {
    let touchpoint = |name: &str| Touchpoint {
        name: name.to_owned(),
        on: vec![name.to_owned()],
        channels: Vec::new(),
        expected: None,
        acceptable: None,
        importance: Importance::default(),
        benchmarks: BTreeMap::new(),
    };
    let touchpoints = ["search", "page", "cart", "order", "parcel"].map(touchpoint);
    Journey {
        name: "purchase".to_owned(),
        segment: None,
        within_us: 1,
        stages: vec![Stage {
            name: "all".to_owned(),
            needs: Vec::new(),
            touchpoints: touchpoints.to_vec(),
        }],
    }
}

/// Answers to a survey: so many promoters and detractors.
fn answers(ago: u32, promoters: i64, detractors: i64) -> [(Cell, Sums); 2] {
    [(10, promoters), (0, detractors)]
        .map(|(score, count)| (cell(ago, Measure::Score(Style::Nps, score)), many(count)))
}

#[test]
fn a_score_falls_where_it_is_less_by_more_than_chance() {
    let told = |before: (i64, i64), recent: (i64, i64)| {
        found(&[answers(20, before.0, before.1), answers(3, recent.0, recent.1)].concat())
    };
    let falling = |about: &str| (FindingKind::FallingScore, about.to_owned());
    // 80 of 100 and then 40 of 100 promoters: 60 ± 15.7 and -20 ± 19.2.
    assert_eq!(told((80, 20), (40, 60)), [falling("nps"), falling("nps on web")]);
    // 60 ± 15.7 and 44 ± 17.6 overlap.
    assert_eq!(told((80, 20), (72, 28)), []);
    assert_eq!(told((40, 60), (80, 20)), [], "it rose");
    assert_eq!(told((80, 20), (0, 29)), [], "too few answered");
}

#[test]
fn silence_rises_where_more_came_into_it_than_weeks_before_make_likely() {
    let told = |before: i64, recent: i64| {
        let of = |ago, count| {
            let cell = cell(ago, Measure::Silent);
            (
                Cell {
                    segment: "falling".to_owned(),
                    ..cell
                },
                many(count),
            )
        };
        !found(&[of(20, before), of(2, recent)]).is_empty()
    };
    // Sixteen in four weeks are four a week: beyond 4 + 3 * 2.
    assert_eq!([told(16, 10), told(16, 11)], [false, true]);
    assert_eq!([told(0, 4), told(0, 5)], [false, true]);
}

fn at(ago: u32, touchpoint: &str, measure: Measure, count: i64) -> (Cell, Sums) {
    let spot = Spot {
        journey: "purchase".to_owned(),
        stage: "all".to_owned(),
        touchpoint: touchpoint.to_owned(),
    };
    (
        Cell {
            spot,
            ..cell(ago, measure)
        },
        many(count),
    )
}

#[test]
fn a_low_is_told_of_where_there_was_none() {
    let well = |ago, touchpoint, count| at(ago, touchpoint, Measure::Score(Style::Csat, 5), count);
    let badly =
        |ago, touchpoint, count| at(ago, touchpoint, Measure::Friction(Friction::LateDelivery), count);
    let all = |ago, low: &str| -> Vec<(Cell, Sums)> {
        let touchpoints = ["search", "page", "cart", "order", "parcel"].iter();
        touchpoints
            .map(|one| {
                if *one == low {
                    badly(ago, one, 10)
                } else {
                    well(ago, one, 10)
                }
            })
            .collect()
    };
    let told = |before: &str, recent: &str| found(&[all(20, before), all(2, recent)].concat());
    let low = |touchpoint: &str| (FindingKind::NewLow, format!("purchase/{touchpoint}"));
    assert_eq!(told("", "cart"), [low("cart")]);
    assert_eq!(told("cart", "cart"), [], "it was one before");
    assert_eq!(told("page", "cart"), [low("cart")]);
    assert_eq!(told("cart", ""), []);
}

#[test]
fn where_many_come_and_nobody_is_asked_nothing_is_known() {
    let touched = |count| at(9, "cart", Measure::Data(Data::Behaviour), count);
    let unmeasured = [(FindingKind::Unmeasured, "purchase/cart".to_owned())];
    assert_eq!(found(&[touched(100)]), unmeasured);
    assert_eq!(found(&[touched(99)]), []);
    assert_eq!(
        found(&[touched(100), at(1, "cart", Measure::Data(Data::Attitude), 1)]),
        []
    );
    assert_eq!(
        found(&[touched(100), at(1, "page", Measure::Data(Data::Attitude), 1)]),
        unmeasured
    );
}
