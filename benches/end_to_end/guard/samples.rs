//! Whether two samples may be of one distribution: the test of Kolmogorov and Smirnov.

use std::time::Duration;

/// Terms of the series beyond which nothing is added that could be printed.
const TERMS: i32 = 100;

/// The statistic D: how far the distributions of two samples are apart where they are furthest.
pub fn compared(one: &[Duration], other: &[Duration]) -> f64 {
    let [one, other] = [one, other].map(|sample| {
        let mut sample = sample.to_vec();
        sample.sort_unstable();
        sample
    });
    let share = |of: &[Duration], up_to: Duration| {
        number(of.partition_point(|taken| *taken <= up_to)) / number(of.len())
    };
    one.iter()
        .chain(&other)
        .map(|at| (share(&one, *at) - share(&other, *at)).abs())
        .fold(0.0, f64::max)
}

/// The probability of a D as large or larger, where both samples are of one distribution; for large samples.
pub fn p_value(d: f64, one: usize, other: usize) -> f64 {
    let (one, other) = (number(one), number(other));
    let root = (one * other / (one + other)).sqrt();
    let lambda = (root + 0.12 + 0.11 / root) * d;
    // The series says nothing of such small ones, of which the probability is 1.
    if lambda < 0.2 {
        return 1.0;
    }
    let term = |k: i32| {
        let sign = if k % 2 == 0 { -1.0 } else { 1.0 };
        sign * (-2.0 * (f64::from(k) * lambda).powi(2)).exp()
    };
    (2.0 * (1..=TERMS).map(term).sum::<f64>()).clamp(0.0, 1.0)
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}
