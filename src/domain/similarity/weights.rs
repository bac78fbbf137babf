//! The numbers a comparison is made with, as plain data.
//!
//! Owns [`Weights`]. Never learns: a table is made elsewhere, has a version and is frozen while it is used.

use crate::domain::similarity::{
    bits::Bits,
    field::{Field, Level},
    frequency::{Frequencies, adjustment_nano},
    standard,
};

/// Weights per field and level, and the frequencies of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Which table it is. Two tables that differ have two versions.
    pub version: u32,
    /// For each field the weight of each of its levels; what is not there weighs nothing.
    pub levels: Vec<(Field, Level, Bits)>,
    /// For each field whose values are told apart by frequency: the chance in parts per billion that two people agree
    /// on it, which the weight of [`Level::Equal`] stands for.
    pub chances: Vec<(Field, u32)>,
    /// The most that a frequency may add, and the most it may take.
    pub adjustment_max: (Bits, Bits),
    /// How often values are found.
    pub frequencies: Frequencies,
}

impl Weights {
    /// The table that is built in: learned without labels over several populations and rounded.
    #[must_use]
    pub fn standard() -> Self {
        standard::weights()
    }

    /// The weight of a level of a field.
    #[must_use]
    pub fn of(&self, field: Field, level: Level) -> Bits {
        let found = self.levels.iter().find(|row| (row.0, row.1) == (field, level));
        found.map_or(Bits::ZERO, |row| row.2)
    }

    /// Gives a level of a field this weight.
    pub fn set(&mut self, field: Field, level: Level, weight: Bits) {
        self.levels.retain(|row| (row.0, row.1) != (field, level));
        self.levels.push((field, level, weight));
        self.levels.sort_unstable();
    }

    /// The weight of agreeing on `value`.
    #[must_use]
    pub fn of_value(&self, field: Field, value: &str) -> Bits {
        self.of(field, Level::Equal) + self.adjustment(field, value)
    }

    fn adjustment(&self, field: Field, value: &str) -> Bits {
        let chance = self.chances.iter().find(|row| row.0 == field);
        let Some((chance, frequency)) = chance.zip(self.frequencies.of(field, value)) else {
            return Bits::ZERO;
        };
        let adjusted = Bits::from_nano(adjustment_nano(u64::from(chance.1), u64::from(frequency)));
        adjusted.clamp(-self.adjustment_max.1, self.adjustment_max.0)
    }
}
