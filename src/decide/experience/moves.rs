//! Whether two figures move together from day to day: a rank correlation, which asks for no straight line and is not carried
//! away by one bad day. It says that they do, not that one is the cause.

use std::cmp::Ordering;

/// Of fewer days than that, nothing is told.
pub const DAYS_MIN: usize = 5;

/// Spearman's rank correlation of two figures, of which each pair is of one day: from -1, where the one falls as the other
/// rises, to 1. `None` of too few days, or where one of the figures is always the same.
pub fn rank_correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    if pairs.len() < DAYS_MIN {
        return None;
    }
    let a = ranks(pairs.iter().map(|pair| pair.0));
    let b = ranks(pairs.iter().map(|pair| pair.1));
    let (varies_a, varies_b) = (covariance(&a, &a), covariance(&b, &b));
    // Of whole numbers: it is exactly none where nothing varies.
    let is_told = varies_a > 0 && varies_b > 0;
    let correlation = covariance(&a, &b) as f64 / ((varies_a as f64).sqrt() * (varies_b as f64).sqrt());
    is_told.then_some(correlation.clamp(-1.0, 1.0))
}

/// Twice the rank of each: those that are the same share the mean of their ranks, which may be a half.
fn ranks(values: impl Iterator<Item = f64>) -> Vec<i128> {
    let values: Vec<f64> = values.collect();
    let rank = |value: &f64| {
        let sides = values.iter().filter_map(|other| other.partial_cmp(value));
        let steps = sides.map(|side| match side {
            Ordering::Less => 2,
            Ordering::Equal => 1,
            Ordering::Greater => 0,
        });
        steps.sum::<i128>() + 1
    };
    values.iter().map(rank).collect()
}

/// How two series vary together, times the square of how many there are.
fn covariance(a: &[i128], b: &[i128]) -> i128 {
    let n = i128::try_from(a.len()).unwrap_or_default();
    let products: i128 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    n * products - a.iter().sum::<i128>() * b.iter().sum::<i128>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(a: &[f64], b: &[f64]) -> Option<f64> {
        let pairs: Vec<(f64, f64)> = a.iter().copied().zip(b.iter().copied()).collect();
        rank_correlation(&pairs)
    }

    fn assert_is(is: Option<f64>, expected: f64) {
        assert!(
            is.is_some_and(|is| (is - expected).abs() < 1e-6),
            "{is:?} is not {expected}"
        );
    }

    #[test]
    fn figures_move_together_by_their_ranks() {
        let days = [1.0, 2.0, 3.0, 4.0, 5.0];
        assert_is(of(&days, &[1.0, 4.0, 9.0, 16.0, 900.0]), 1.0);
        assert_is(of(&days, &[5.0, 4.0, 3.0, 2.0, -7.0]), -1.0);
        // Ranks 2 1 4 3 5: 1 - 6 * 4 / (5 * 24).
        assert_is(of(&days, &[20.0, 10.0, 40.0, 30.0, 50.0]), 0.8);
        // Ranks 1 2.5 2.5 4.5 4.5: 9 of the square root of 10 * 9.
        assert_is(of(&days, &[0.0, 7.0, 7.0, 8.0, 8.0]), 0.948_683);
    }

    #[test]
    fn few_days_or_a_figure_that_stays_tell_nothing() {
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 3.0, 4.0]), None);
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0, 5.0], &[0.3; 5]), None);
        assert_eq!(of(&[0.0, -0.0, 0.0, 0.0, 0.0], &[1.0, 2.0, 3.0, 4.0, 5.0]), None);
    }

    proptest! {
        #[test]
        fn only_the_order_counts(pairs in prop::collection::vec((-9_i32..9, -9_i32..9), 5..30)) {
            let a: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.0)).collect();
            let b: Vec<f64> = pairs.iter().map(|pair| f64::from(pair.1)).collect();
            let cubes: Vec<f64> = a.iter().map(|a| a.powi(3)).collect();
            let turned: Vec<f64> = b.iter().map(|b| -b).collect();
            prop_assert_eq!(of(&a, &b), of(&cubes, &b));
            prop_assert_eq!(of(&a, &b), of(&b, &a));
            prop_assert_eq!(of(&a, &b).map(|is| is + 0.0), of(&a, &turned).map(|is| 0.0 - is));
        }
    }
}
