//! What something did to customers, on one scale from -1 (as bad as can be) to 1: answers, feelings and what stood in the
//! way.

use crate::{
    decide::experience::cell::{Measure, Sums},
    domain::profile::experience::Style,
};

/// What stands in the way does so much, whatever it is.
const FRICTION: f64 = -0.5;

/// Effects of one kind, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Effect {
    /// How many.
    pub n: u64,
    sum: f64,
}

impl Effect {
    /// Adds what such a count did; another measure does nothing.
    pub fn add(&mut self, measure: &Measure, sums: Sums) {
        let Ok(n) = u64::try_from(sums.count) else { return };
        let sum = match measure {
            Measure::Score(style, score) => of_score(*style, *score) * float(sums.count),
            Measure::Feeling => float(sums.sum) / 100.0,
            Measure::Friction(_) => FRICTION * float(sums.count),
            _ => return,
        };
        self.n = self.n.saturating_add(n);
        self.sum += sum;
    }

    /// The mean; 0 of none.
    pub fn mean(&self) -> f64 {
        match i64::try_from(self.n) {
            Ok(n) if n > 0 => self.sum / float(n),
            _ => 0.0,
        }
    }
}

/// An answer between 0, the worst of its scale, and 100, the best.
pub fn normalised(style: Style, score: u8) -> f64 {
    let (least, most) = style.scale();
    let span = f64::from(most.saturating_sub(least).max(1));
    f64::from(score.saturating_sub(least)) * 100.0 / span
}

/// What an answer did.
pub fn of_score(style: Style, score: u8) -> f64 {
    (normalised(style, score) - 50.0) / 50.0
}

/// A count as a number that can be divided.
pub(super) fn float(count: i64) -> f64 {
    // Counts of customers are far below 2^52.
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::profile::experience::Friction;

    #[test]
    fn the_ends_of_every_scale_are_the_ends_of_the_effect() {
        for style in Style::ALL {
            let (least, most) = style.scale();
            let is = |score, effect: f64| (of_score(style, score) - effect).abs() < 1e-12;
            assert!(is(least, -1.0) && is(most, 1.0), "{style:?}");
        }
        assert!((of_score(Style::Csat, 3)).abs() < 1e-12);
        assert!((normalised(Style::Ces, 2) - 100.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn effects_of_all_kinds_have_one_mean() {
        let mut effect = Effect::default();
        effect.add(
            &Measure::Score(Style::Nps, 10),
            Sums {
                count: 2,
                ..Sums::default()
            },
        );
        effect.add(&Measure::Feeling, Sums::of(-100));
        effect.add(&Measure::Friction(Friction::Error), Sums::ONE);
        effect.add(&Measure::Entered, Sums::ONE);
        assert_eq!(effect.n, 4);
        // (1 + 1 - 1 - 0.5) / 4
        assert!((effect.mean() - 0.125).abs() < 1e-12);
    }
}
