//! The facts that a decision rests on, as they are told and kept with it.

use crate::domain::{event::Stamp, time::Timestamp};

/// A fact that a decision rests on. Holds no value that a person is known by.
#[derive(Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What kind of fact: `consent`, `ticket`, `order`, `event`, `feeling`, `message`, `cap`, `zone`; of where a call goes
    /// also `matter`, `state`, `promise`, `tier`, `skill`.
    pub what: String,
    /// Its id or name.
    pub name: String,
    /// Since when, or when.
    pub at: Option<Timestamp>,
}

/// What it is, never which: names are of tickets and orders.
impl std::fmt::Debug for Evidence {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Evidence({} at {:?})", self.what, self.at)
    }
}

impl Evidence {
    pub(in crate::decide) fn of(what: &str, name: impl Into<String>, at: Option<Timestamp>) -> Self {
        Self {
            what: what.to_owned(),
            name: name.into(),
            at,
        }
    }

    /// An event, by its id.
    pub(crate) fn event(stamp: &Stamp) -> Self {
        Self::of("event", stamp.id.clone(), Some(stamp.time))
    }
}
