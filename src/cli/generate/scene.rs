//! What one visit is played with: its own time, chance, fresh numbers, and the events it leaves behind.

use crate::cli::generate::{SECOND, dice::Dice, draft::Draft};

/// Ids that were not given out before.
#[derive(Debug)]
pub(crate) struct Numbers {
    seed: u64,
    last: u64,
}

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, last: 0 }
    }

    /// A new id that begins with `prefix` and the seed.
    pub(crate) fn fresh(&mut self, prefix: &str) -> String {
        self.last = self.last.saturating_add(1);
        format!("{prefix}{}-{}", self.seed, self.last)
    }

    /// The seed, for ids that are the same in every visit.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }
}

/// One visit.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) dice: &'a mut Dice,
    pub(crate) numbers: &'a mut Numbers,
    /// Microseconds since the epoch.
    pub(crate) now: i64,
    pub(crate) drafts: Vec<Draft>,
}

impl Scene<'_> {
    /// Lets between `low` and `high` seconds go by; now and then none at all, as two clicks of one instant do.
    pub(crate) fn pass(&mut self, low: u32, high: u32) {
        if !self.dice.per_mille(30) {
            self.now = self.in_seconds(low, high);
        }
    }

    /// The point between `low` and `high` seconds from now.
    pub(crate) fn in_seconds(&mut self, low: u32, high: u32) -> i64 {
        let seconds = i64::from(self.dice.within(low, high)) * SECOND;
        let thousandths = i64::from(self.dice.below(1_000)) * (SECOND / 1_000);
        self.now.saturating_add(seconds).saturating_add(thousandths)
    }

    pub(crate) fn add(&mut self, draft: Draft) {
        self.drafts.push(draft);
    }
}
