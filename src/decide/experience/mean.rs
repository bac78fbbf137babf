//! Means of what was added up, and between which bounds they are known; and how content customers are, as one such mean.
//!
//! Contentment is counted in whole steps, 600 from one end to the other, as the answers to every survey fall on whole ones:
//! so neither the order of adding nor a fraction makes a touchpoint miss what is expected of it.

use crate::{decide::experience::cell::Sums, domain::profile::experience::Style};

/// So many standard errors to both sides hold 95 %.
pub(super) const Z: f64 = 1.96;

/// Steps of contentment, from one end to the other and to the middle.
const STEPS: i64 = 600;
const MIDDLE: i64 = 300;

/// Steps that make one of a hundred.
const STEPS_PER_POINT: f64 = 6.0;

/// Steps of one hundredth of a feeling, which goes from -100 to 100.
const STEPS_PER_HUNDREDTH: i64 = 3;

/// A mean of what is measured, and between which bounds it lies with 95 % confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mean {
    /// Of how many.
    pub n: u64,
    /// The mean.
    pub mean: f64,
    /// Its lower bound.
    pub low: f64,
    /// Its upper bound.
    pub high: f64,
}

impl Mean {
    /// The mean of what was added up in units of which `per_one` make one, and which can only lie between `least` and `most`.
    /// `None` of nothing. One alone tells of no spread: its bounds are these.
    pub fn of(sums: Sums, per_one: f64, (least, most): (f64, f64)) -> Option<Self> {
        let n = u64::try_from(sums.count).ok().filter(|n| *n > 0)?;
        let mean = sums.sum as f64 / n as f64 / per_one;
        let error = match n {
            1 => most - least,
            n => Z * (variance(sums) / n as f64).sqrt() / per_one,
        };
        Some(Self {
            n,
            mean,
            low: (mean - error).max(least),
            high: (mean + error).min(most),
        })
    }

    /// How content customers are, 0 to 100, of [`answers`] and [`feelings`] that were added up.
    pub fn content(sums: Sums) -> Option<Self> {
        Self::of(sums, STEPS_PER_POINT, (0.0, 100.0))
    }
}

/// The variance of at least two, as of a sample.
fn variance(sums: Sums) -> f64 {
    // In whole numbers up to the division: the difference of two large squares would lose its digits.
    let [count, sum, squares] = [sums.count, sums.sum, sums.squares].map(i128::from);
    let spread = count
        .saturating_mul(squares)
        .saturating_sub(sum.saturating_mul(sum));
    let pairs = count.saturating_mul(count.saturating_sub(1));
    spread.max(0) as f64 / pairs as f64
}

/// So many times the same measure.
pub const fn many(measured: i64, count: i64) -> Sums {
    let one = Sums::of(measured);
    Sums {
        count,
        sum: one.sum.saturating_mul(count),
        squares: one.squares.saturating_mul(count),
    }
}

/// So many answers, as contentment.
pub fn answers(style: Style, answer: u8, count: i64) -> Sums {
    let (least, most) = style.scale();
    let above = answer.clamp(least, most).saturating_sub(least);
    let span = i64::from(most.saturating_sub(least).max(1));
    many(i64::from(above) * STEPS / span, count)
}

/// Feelings that were added up in hundredths, as contentment.
pub const fn feelings(hundredths: Sums) -> Sums {
    let Sums { count, sum, squares } = hundredths;
    // Each becomes 3 x + 300, and its square 9 x² + 1,800 x + 90,000.
    let middle = many(MIDDLE, count);
    let across = sum.saturating_mul(2 * STEPS_PER_HUNDREDTH * MIDDLE);
    Sums {
        count,
        sum: sum.saturating_mul(STEPS_PER_HUNDREDTH).saturating_add(middle.sum),
        squares: squares
            .saturating_mul(STEPS_PER_HUNDREDTH * STEPS_PER_HUNDREDTH)
            .saturating_add(across)
            .saturating_add(middle.squares),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::decide::experience::effect::normalised;

    fn sums(of: impl IntoIterator<Item = i64>) -> Sums {
        of.into_iter().map(Sums::of).fold(Sums::default(), Sums::plus)
    }

    fn assert_near(is: Option<Mean>, expected: [f64; 3]) {
        let told = is.map(|is| [is.mean, is.low, is.high]).unwrap();
        let is_near = told.iter().zip(expected).all(|(is, one)| (is - one).abs() < 1e-6);
        assert!(is_near, "{told:?} is not {expected:?}");
    }

    #[test]
    fn a_mean_is_known_as_well_as_its_spread_allows() {
        let any = (-100.0, 100.0);
        // Its variance is 20/3, its standard error 1.290994.
        assert_near(
            Mean::of(sums([2, 4, 6, 8]), 1.0, any),
            [5.0, 2.469_651, 7.530_349],
        );
        assert_near(Mean::of(sums([2, 4, 6, 8]), 10.0, (0.25, 0.7)), [0.5, 0.25, 0.7]);
        assert_near(Mean::of(sums([7, 7]), 1.0, any), [7.0, 7.0, 7.0]);
        assert_near(Mean::of(sums([7]), 1.0, (0.0, 10.0)), [7.0, 0.0, 10.0]);
        assert_eq!(Mean::of(Sums::default(), 1.0, any), None);
    }

    #[test]
    fn answers_to_all_surveys_and_feelings_are_told_on_one_scale() {
        for style in Style::ALL {
            let (least, most) = style.scale();
            for answer in least..=most {
                let is = Mean::content(answers(style, answer, 3))
                    .map(|is| is.mean)
                    .unwrap();
                assert!(
                    (is - normalised(style, answer)).abs() < 1e-9,
                    "{style:?} {answer}: {is}"
                );
            }
        }
        assert_near(Mean::content(feelings(sums([-100]))), [0.0, 0.0, 100.0]);
        assert_near(Mean::content(feelings(sums([50, 50]))), [75.0, 75.0, 75.0]);
        // 75 and 25: the variance is 1,250, the standard error 25.
        let both = answers(Style::Csat, 4, 1).plus(feelings(sums([-50])));
        assert_near(Mean::content(both), [50.0, 1.0, 99.0]);
    }

    proptest! {
        #[test]
        fn feelings_that_were_added_up_are_as_each_on_its_own(all in prop::collection::vec(-100_i64..=100, 0..40)) {
            let each = sums(all.iter().map(|hundredths| 3 * hundredths + 300));
            prop_assert_eq!(feelings(sums(all)), each);
        }

        #[test]
        fn a_mean_lies_between_its_bounds_and_these_among_what_can_be(
            all in prop::collection::vec(-1_000_i64..1_000, 1..40),
        ) {
            let mean = Mean::of(sums(all), 10.0, (-100.0, 100.0)).unwrap();
            prop_assert!(-100.0 <= mean.low && mean.low <= mean.mean, "{:?}", mean);
            prop_assert!(mean.mean <= mean.high && mean.high <= 100.0, "{:?}", mean);
        }
    }
}
