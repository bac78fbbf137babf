//! Shared devices: a device belongs to a customer in intervals between log-ins, by event time.

use crate::domain::{identity::claim::Key, time::Timestamp};

/// An event on a device that names its customer: a log-in, or the log-out that closes one.
///
/// Marks order by time, at one instant a log-out after a log-in, then by customer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// When.
    pub time: Timestamp,
    /// Whether it closes the log-in.
    pub signs_out: bool,
    /// Who.
    pub user: Key,
}

/// The owner of a device at an instant, from the latest mark at or before it and the earliest mark after it.
///
/// A log-in owns what follows until the next mark. Where none does (before the first, after a log-out), the device
/// belongs to whoever is seen on it next: somebody who browses and then signs in is one person.
pub fn owner<'a>(before: Option<&'a Mark>, after: Option<&'a Mark>) -> Option<&'a Key> {
    match before {
        Some(mark) if !mark.signs_out => Some(&mark.user),
        _ => after.map(|mark| &mark.user),
    }
}
