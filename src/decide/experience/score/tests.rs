//! What answers come to, against figures that were worked out by hand.

use proptest::prelude::*;

use super::*;

fn score(style: Style, answers: &[(u8, i64)]) -> Option<Score> {
    let mut levels = Levels::new(style);
    answers
        .iter()
        .for_each(|(answer, count)| levels.add(*answer, *count));
    levels.score()
}

fn assert_near(score: &Score, value: f64, low: f64, high: f64) {
    let all = [(score.value, value), (score.low, low), (score.high, high)];
    let is_near = all.iter().all(|(is, expected)| (is - expected).abs() < 5e-4);
    assert!(is_near, "{score:?}");
}

#[test]
fn promoters_less_detractors_are_the_net_promoter_score() {
    let nps = score(
        Style::Nps,
        &[(10, 30), (9, 20), (8, 20), (7, 10), (6, 15), (0, 5), (11, 9)],
    )
    .unwrap();
    assert_near(&nps, 30.0, 14.6919, 45.3081);
    let parts = Parts::Nps {
        promoters: 50,
        passives: 30,
        detractors: 20,
    };
    assert_eq!((nps.n, nps.parts), (100, parts), "11 is no answer");
    assert_near(
        &score(Style::Nps, &[(0, 1), (3, 1), (9, 1)]).unwrap(),
        -33.3333,
        -100.0,
        73.3556,
    );
}

#[test]
fn the_satisfied_are_a_share_that_wilson_bounds() {
    let csat = score(Style::Csat, &[(5, 6), (4, 2), (3, 1), (1, 1)]).unwrap();
    assert_near(&csat, 80.0, 49.0157, 94.3320);
    let parts = Parts::Csat {
        satisfied: 8,
        mean: 4.2,
    };
    assert_eq!((csat.n, csat.parts), (10, parts));
    assert_near(&score(Style::Csat, &[(5, 10)]).unwrap(), 100.0, 72.2460, 100.0);
}

#[test]
fn effort_is_told_by_its_mean_and_by_two_other_figures() {
    let ces = score(Style::Ces, &[(7, 2), (6, 1), (5, 1), (2, 1)]).unwrap();
    assert_near(&ces, 5.4, 3.5824, 7.0);
    let Parts::Ces {
        easy,
        easy_percent,
        net_percent,
    } = ces.parts
    else {
        panic!("{ces:?}")
    };
    assert_eq!(easy, 4);
    assert!(
        (easy_percent - 80.0).abs() < 1e-9 && (net_percent - 40.0).abs() < 1e-9,
        "{ces:?}"
    );
    // One alone tells of no spread.
    assert_near(&score(Style::Ces, &[(4, 1)]).unwrap(), 4.0, 1.0, 7.0);
    assert_eq!(score(Style::Ces, &[(8, 3), (0, 3)]), None);
}

proptest! {
    #[test]
    fn a_score_lies_between_its_bounds(style in 0_usize..3, answers in prop::collection::vec((0_u8..11, -3_i64..50), 0..12)) {
        if let Some(score) = score(Style::ALL[style], &answers) {
            let (low, high) = (score.low, score.high);
            prop_assert!(low <= score.value + 1e-9 && score.value <= high + 1e-9, "{:?}", score);
            prop_assert!((-100.0..=100.0).contains(&low) && (-100.0..=100.0).contains(&high));
        }
    }
}
