//! Moves: who goes to another partition with a batch, gathered until all of it is taken.
//!
//! Whatever connects whom in a batch, all who leave one partition for another do so together, and before any of its events comes:
//! first all depart, then all arrive. So a partition waits once for a batch, and for nobody who waits. Whoever began with the
//! batch is nowhere yet, and does not move.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    engine::resolver::components::{Leaving, United, partition_of},
    store::{Error, KeyHash, Read},
};

/// Who may have to move.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// In which partition these values were before the batch.
    before: BTreeMap<KeyHash, u32>,
    /// Values that nobody named before the batch.
    new: BTreeSet<KeyHash>,
}

impl Moves {
    /// Notes what an event united.
    pub(super) fn unite(&mut self, united: United) {
        self.new.extend(&united.new);
        self.leave_all(united);
    }

    /// Notes what was united by word of a partition, which may have something of a value that nobody named before: of a code that
    /// it minted.
    pub(super) fn connect(&mut self, united: United) {
        for key in &united.new {
            self.before.insert(*key, united.partition);
        }
        self.leave_all(united);
    }

    fn leave_all(&mut self, united: United) {
        for leaving in united.leaving {
            self.leave(leaving);
        }
    }

    /// Notes that somebody leaves. Where they came with this batch is no matter: they were never there.
    pub(super) fn leave(&mut self, leaving: Leaving) {
        for key in leaving.keys {
            if !self.new.contains(&key) {
                self.before.entry(key).or_insert(leaving.from);
            }
        }
    }

    /// All who move, by where they leave and where they go.
    ///
    /// # Errors
    /// When it cannot be read where they are.
    pub(super) fn settled(self, view: &impl Read) -> Result<Vec<Leaving>, Error> {
        let mut together: BTreeMap<(u32, u32), Vec<KeyHash>> = BTreeMap::new();
        for (key, from) in self.before {
            if let Some(to) = partition_of(view, key)?.filter(|to| *to != from) {
                together.entry((from, to)).or_default().push(key);
            }
        }
        let leaving = together.into_iter();
        Ok(leaving
            .map(|((from, to), keys)| Leaving { from, to, keys })
            .collect())
    }
}
