//! What is left to be decided: what is due next, whether all profiles are looked at again, whether a flow is being started.

use std::sync::{Arc, mpsc::Sender};

use crate::{
    decide::rule::Rulebook,
    domain::time::Timestamp,
    engine::deciding::{start::has_starts, sweep::is_left, timers::next_due},
    engine::writer::upkeep::Left,
    store::{Error, Keyring, Read},
};

/// What a step leaves to be decided. `None`: what it was before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Leaves {
    /// When something is due next.
    pub(crate) due: Option<Timestamp>,
    /// Whether profiles are still to be looked at by the segments there are.
    pub(crate) sweeps: Option<bool>,
    /// Whether flows are still to be started.
    pub(crate) starts: Option<bool>,
}

/// What the writer knows of it.
#[derive(Debug)]
pub(crate) struct ToDecide {
    due: Option<Timestamp>,
    sweeps: bool,
    starts: bool,
    /// The rules that this is known by.
    book: Arc<Rulebook>,
    /// Is told when something is due next.
    alarm: Sender<Option<Timestamp>>,
}

impl ToDecide {
    /// What a store leaves.
    pub(crate) fn of(
        store: &impl Read,
        book: Arc<Rulebook>,
        keyring: &Keyring,
        alarm: Sender<Option<Timestamp>>,
    ) -> Result<Self, Error> {
        let mut left = Self {
            due: None,
            sweeps: is_left(store, &book, keyring)?,
            starts: has_starts(store)?,
            book,
            alarm,
        };
        left.follow(Leaves {
            due: next_due(store)?,
            ..Leaves::default()
        });
        Ok(left)
    }

    /// Takes what a step leaves.
    pub(crate) fn follow(&mut self, leaves: Leaves) {
        if self.due != leaves.due {
            self.due = leaves.due;
            // Where nobody wakes the writer any more, the service stops.
            self.alarm.send(leaves.due).ok();
        }
        self.sweeps = leaves.sweeps.unwrap_or(self.sweeps);
        self.starts = leaves.starts.unwrap_or(self.starts);
    }

    /// Takes other rules, where there are: a sweep finds out whether anybody is to be looked at again by them.
    pub(crate) fn go_by(&mut self, book: Arc<Rulebook>) {
        if !Arc::ptr_eq(&self.book, &book) {
            self.sweeps = true;
            self.book = book;
        }
    }

    /// What is to be done next of it.
    pub(crate) fn left(&self, now: Timestamp) -> Option<Left> {
        if self.due.is_some_and(|due| due <= now) {
            return Some(Left::Due);
        }
        match (self.starts, self.sweeps) {
            (true, _) => Some(Left::Starts),
            (false, true) => Some(Left::Sweep),
            (false, false) => None,
        }
    }
}
