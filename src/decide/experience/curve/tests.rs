//! What stands out from a curve, and what of it is remembered.

use proptest::prelude::*;

use super::*;

fn told(effects: &[f64]) -> String {
    let effects: Vec<Option<f64>> = effects.iter().copied().map(Some).collect();
    letters(&effects)
}

fn letters(effects: &[Option<f64>]) -> String {
    let letter = |kind: &Option<Extreme>| match kind {
        Some(Extreme::High) => 'H',
        Some(Extreme::Low) => 'L',
        None => '.',
    };
    extremes(effects).iter().map(letter).collect()
}

#[test]
fn what_lies_beyond_its_neighbours_and_the_usual_stands_out() {
    // Median 0.2, deviations 0.1 0.6 0 0 0.7 0.1 0.1, their median 0.1: beyond 0.05 to 0.35.
    assert_eq!(told(&[0.3, -0.4, 0.2, 0.2, 0.9, 0.1, 0.3]), ".L..H..");
    // Beyond the usual, and yet on a slope. Median 0.5, deviations 0.4 0.3 0 0.3 0.4, reach 0.44.
    assert_eq!(told(&[0.1, 0.2, 0.5, 0.8, 0.9]), ".....");
    assert_eq!(told(&[0.0, 0.1, 0.5, 0.8, 0.9, 0.5, 0.5, 0.5]), "L...H...");
    // A plateau is one point; a step on the way up is none.
    assert_eq!(told(&[0.0, 0.0, 0.8, 0.8, 0.0, 0.0, 0.0]), "..HH...");
    assert_eq!(told(&[0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 0.8]), "......H");
    assert_eq!(told(&[0.4, 0.4, 0.4]), "...");
    // 0.1 and 0.2 are not quite 0.3: that is no difference.
    assert_eq!(told(&[0.1 + 0.2, 0.3, 0.3]), "...");
    assert_eq!(told(&[0.0, 0.0, 0.3, 0.1 + 0.2, 0.0, 0.0]), "..HH..");
    assert_eq!((told(&[0.4]), told(&[])), (".".to_owned(), String::new()));
}

#[test]
fn touchpoints_of_which_nothing_is_known_are_passed_over() {
    let effects = [
        None,
        Some(0.2),
        None,
        Some(-0.9),
        None,
        Some(0.2),
        Some(0.2),
        None,
    ];
    assert_eq!(letters(&effects), "...L....");
    let is = PeakEnd::of(&effects).unwrap();
    assert_eq!((is.peak_at, is.end_at), (3, 6));
    assert!(
        (is.mean - -0.075).abs() < 1e-9 && (is.remembered() - -0.35).abs() < 1e-9,
        "{is:?}"
    );
    assert_eq!(PeakEnd::of(&[None, None]), None);
    let low = lows(&[("a", 0.2), ("b", -0.9), ("c", 0.2), ("d", 0.7), ("e", 0.2)]);
    assert_eq!(low.first().map(|(name, _)| *name), Some("b"));
    assert_eq!(low.len(), 1);
}

#[test]
fn of_peaks_as_strong_the_first_is_told() {
    let is = PeakEnd::of(&[Some(0.1), Some(-0.5), Some(0.5), Some(0.2)]).unwrap();
    assert_eq!((is.peak_at, is.end_at), (1, 3));
}

proptest! {
    #[test]
    fn turned_over_highs_are_lows(steps in prop::collection::vec(prop::option::of(-20_i32..=20), 0..20)) {
        let of = |sign: f64| -> Vec<Option<f64>> {
            steps.iter().map(|step| step.map(|step| sign * f64::from(step) / 20.0)).collect()
        };
        let turned = letters(&of(-1.0)).replace('H', "h").replace('L', "H").replace('h', "L");
        prop_assert_eq!(letters(&of(1.0)), turned);
    }
}
