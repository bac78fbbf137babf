//! Scores of surveys: what many answers come to, and between which bounds that is known.
//!
//! The bounds hold the figure of all customers with 95 % confidence, if those who answered are as the others are. What one
//! answered is kept as it was; which figure is made of it is said here alone.

use std::{collections::BTreeMap, ops::RangeInclusive};

use crate::{
    decide::experience::{
        cell::Sums,
        mean::{Mean, Z, many},
    },
    domain::profile::experience::Style,
};

/// Of fewer answers than that, a score says little.
pub const ENOUGH: u64 = 30;

const PERCENT: f64 = 100.0;

/// From such an answer on, an effort is counted as little by the net index, which asks for more than to be easy.
const EASIER: u8 = 6;

/// How often each answer was given to one kind of survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels {
    style: Style,
    counts: BTreeMap<u8, i64>,
}

/// What answers to one kind of survey come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Which kind.
    pub style: Style,
    /// How many answered.
    pub n: u64,
    /// The figure.
    pub value: f64,
    /// Its lower bound.
    pub low: f64,
    /// Its upper bound.
    pub high: f64,
    /// What it is made of.
    pub parts: Parts,
}

/// What a score is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Parts {
    /// The figure is promoters less detractors, in percent.
    Nps {
        /// Who answered 9 or 10.
        promoters: u64,
        /// Who answered 7 or 8.
        passives: u64,
        /// Who answered less.
        detractors: u64,
    },
    /// The figure is the satisfied, in percent.
    Csat {
        /// Who answered 4 or 5.
        satisfied: u64,
        /// The mean of all answers.
        mean: f64,
    },
    /// The figure is the mean.
    Ces {
        /// Who found it easy: 5 to 7.
        easy: u64,
        /// The same, in percent.
        easy_percent: f64,
        /// Who answered 6 or 7, less who answered 1 to 3, in percent.
        net_percent: f64,
    },
}

impl Levels {
    /// No answers yet.
    pub const fn new(style: Style) -> Self {
        let counts = BTreeMap::new();
        Self { style, counts }
    }

    /// Of which kind of survey.
    pub const fn style(&self) -> Style {
        self.style
    }

    /// Adds that this was answered so often. What is not on the scale is no answer.
    pub fn add(&mut self, answer: u8, count: i64) {
        let (least, most) = self.style.scale();
        if (least..=most).contains(&answer) && count > 0 {
            let there = self.counts.entry(answer).or_default();
            *there = there.saturating_add(count);
        }
    }

    /// What they come to; `None` of no answers.
    pub fn score(&self) -> Option<Score> {
        let (least, most) = self.style.scale();
        let mean = Mean::of(self.sums(), 1.0, (f64::from(least), f64::from(most)))?;
        let n = mean.n;
        let percent = |part: u64| part as f64 / n as f64 * PERCENT;
        let (discontent, content) = self.style.moods();
        let (pleased, displeased) = (self.among(content..=most), self.among(least..=discontent));
        let (value, (low, high), parts) = match self.style {
            Style::Nps => {
                let parts = Parts::Nps {
                    promoters: pleased,
                    passives: n.saturating_sub(pleased).saturating_sub(displeased),
                    detractors: displeased,
                };
                let net = percent(pleased) - percent(displeased);
                (net, net_bounds(pleased, displeased, n), parts)
            }
            Style::Csat => {
                let parts = Parts::Csat {
                    satisfied: pleased,
                    mean: mean.mean,
                };
                (percent(pleased), wilson(pleased, n), parts)
            }
            Style::Ces => {
                let parts = Parts::Ces {
                    easy: pleased,
                    easy_percent: percent(pleased),
                    net_percent: percent(self.among(EASIER..=most)) - percent(displeased),
                };
                (mean.mean, (mean.low, mean.high), parts)
            }
        };
        Some(Score {
            style: self.style,
            n,
            value,
            low,
            high,
            parts,
        })
    }

    fn among(&self, answers: RangeInclusive<u8>) -> u64 {
        let counts = self.counts.range(answers).map(|(_, count)| *count);
        u64::try_from(counts.fold(0, i64::saturating_add)).unwrap_or_default()
    }

    fn sums(&self) -> Sums {
        let each = self.counts.iter();
        let each = each.map(|(answer, count)| many(i64::from(*answer), *count));
        each.fold(Sums::default(), Sums::plus)
    }
}

/// Between what the Net Promoter Score of all may lie, in percent.
fn net_bounds(promoters: u64, detractors: u64, n: u64) -> (f64, f64) {
    let n = n as f64;
    let (p, d) = (promoters as f64 / n, detractors as f64 / n);
    let net = p - d;
    let variance = (p + d - net * net).max(0.0);
    let error = Z * (variance / n).sqrt();
    let bound = |at: f64| (at * PERCENT).clamp(-PERCENT, PERCENT);
    (bound(net - error), bound(net + error))
}

/// Wilson's bounds of a share, in percent: they hold for few answers too, and where all answered the same.
fn wilson(part: u64, n: u64) -> (f64, f64) {
    let n = n as f64;
    let share = part as f64 / n;
    let z2 = Z * Z;
    let middle = share + z2 / (2.0 * n);
    let error = Z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt();
    let bound = |at: f64| (at / (1.0 + z2 / n) * PERCENT).clamp(0.0, PERCENT);
    (bound(middle - error), bound(middle + error))
}

#[cfg(test)]
mod tests;
