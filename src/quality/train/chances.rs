//! How likely each level of each field is: owns [`Counts`] and [`Chances`].
//!
//! Counts may be parts of pairs, where it is not certain which pairs are one person.

use std::collections::BTreeMap;

use crate::{
    domain::similarity::{Bits, Field, Level, Weights, order},
    quality::train::pairs::Pattern,
};

/// What each level begins with, so that one which was never seen is unlikely and not impossible.
const BEFORE: f64 = 0.5;

/// Pairs by level.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Counts(BTreeMap<(Field, Level), f64>);

impl Counts {
    /// Counts `pairs` of a pattern.
    pub(super) fn add(&mut self, pattern: &Pattern, pairs: f64) {
        for row in pattern {
            *self.0.entry(*row).or_default() += pairs;
        }
    }

    /// Adds what others counted.
    pub(super) fn take(&mut self, other: &Self) {
        for (row, pairs) in &other.0 {
            *self.0.entry(*row).or_default() += pairs;
        }
    }

    /// What was counted of one field.
    pub(super) fn only(&self, field: Field) -> Self {
        let rows = self.0.iter().filter(|(row, _)| row.0 == field);
        Self(rows.map(|(row, pairs)| (*row, *pairs)).collect())
    }

    /// Pairs of a level.
    pub(super) fn of(&self, field: Field, level: Level) -> f64 {
        self.0.get(&(field, level)).copied().unwrap_or_default()
    }

    /// Pairs in which a field could be compared.
    pub(super) fn of_field(&self, field: Field) -> f64 {
        let rows = self.0.iter().filter(|(row, _)| row.0 == field);
        rows.map(|(_, pairs)| pairs).sum()
    }
}

/// For each field the chances of its levels, which add up to 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Chances(BTreeMap<(Field, Level), f64>);

impl Chances {
    /// The shares of what was counted.
    pub(super) fn of_counts(counts: &Counts, fields: impl Iterator<Item = Field>) -> Self {
        Self::shares(fields, |field, level| counts.of(field, level) + BEFORE)
    }

    /// Those that weigh as `weights` against `others`: where a search for them begins.
    pub(super) fn weighing(weights: &Weights, others: &Self, fields: impl Iterator<Item = Field>) -> Self {
        Self::shares(fields, |field, level| {
            others.of(field, level) * bits(weights.of(field, level)).exp2()
        })
    }

    fn shares(fields: impl Iterator<Item = Field>, part: impl Fn(Field, Level) -> f64) -> Self {
        let mut chances = Self::default();
        for field in fields {
            chances.set_shares(field, |level| part(field, level));
        }
        chances
    }

    /// Gives the levels of a field chances in these proportions.
    pub(super) fn set_shares(&mut self, field: Field, part: impl Fn(Level) -> f64) {
        let levels = order::levels(field);
        let whole: f64 = levels.iter().map(|level| part(*level)).sum();
        for level in levels {
            let share = part(level) / whole.max(f64::MIN_POSITIVE);
            self.0.insert((field, level), share);
        }
    }

    /// The chance of a level; 1 of a field that nothing is known of, so that it decides nothing.
    pub(super) fn of(&self, field: Field, level: Level) -> f64 {
        self.0.get(&(field, level)).copied().unwrap_or(1.0)
    }

    /// The natural logarithm of the chance of a pattern.
    pub(super) fn ln(&self, pattern: &Pattern) -> f64 {
        let rows = pattern.iter();
        rows.map(|(field, level)| self.of(*field, *level).max(f64::MIN_POSITIVE).ln())
            .sum()
    }
}

/// Bits as a number.
pub(super) fn bits(bits: Bits) -> f64 {
    bits.0 as f64 / 1e6
}
