//! When the customer answers: what was answered and what was missed in each hour of the week.
//!
//! Sums over events that are each folded once, so the order of arrival does not matter, and there are no more hours than a
//! week has. Never knows a time zone: that of a customer may turn out to be another later.

use std::collections::BTreeMap;

use crate::domain::time::Timestamp;

const HOUR_US: i64 = 3_600 * 1_000_000;
const HOURS_OF_DAY: u8 = 24;
const HOURS_OF_WEEK: i64 = 7 * 24;
/// The first hour that is counted from, 1970-01-01T00:00Z, was on a Thursday.
const HOURS_TO_THURSDAY: i64 = 3 * 24;

/// How often contacts were answered, by the hour of the week (UTC; 0 is the first of Monday) in which that happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answering {
    /// By hour of the week, 0 to 167.
    pub by_hour: BTreeMap<u8, Tally>,
}

/// How many contacts were answered, and how many were not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Answered.
    pub answered: u64,
    /// Missed.
    pub missed: u64,
}

impl Tally {
    /// With those of another.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            answered: self.answered.saturating_add(other.answered),
            missed: self.missed.saturating_add(other.missed),
        }
    }
}

/// The hour of the week (UTC) of an instant: 0 is the first of Monday, 167 the last of Sunday.
pub fn hour_of_week(at: Timestamp) -> u8 {
    let hours = at.as_micros().div_euclid(HOUR_US);
    let hour = hours.saturating_add(HOURS_TO_THURSDAY).rem_euclid(HOURS_OF_WEEK);
    u8::try_from(hour).unwrap_or_default()
}

impl Answering {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.by_hour.is_empty()
    }

    /// What is known of the hour of the week of `at`.
    pub fn in_week(&self, at: Timestamp) -> Tally {
        self.by_hour.get(&hour_of_week(at)).copied().unwrap_or_default()
    }

    /// What is known of its hour of the day, on all days of the week together.
    pub fn in_day(&self, at: Timestamp) -> Tally {
        let hour = hour_of_week(at) % HOURS_OF_DAY;
        let same = self.by_hour.iter().filter(|(of, _)| **of % HOURS_OF_DAY == hour);
        same.fold(Tally::default(), |sum, (_, tally)| sum.and(*tally))
    }

    pub(crate) fn add(&mut self, at: Timestamp, is_answered: bool) {
        let one = Tally {
            answered: u64::from(is_answered),
            missed: u64::from(!is_answered),
        };
        self.sum(hour_of_week(at), one);
    }

    /// Takes in another part.
    pub(crate) fn merge(&mut self, other: &Self) {
        other
            .by_hour
            .iter()
            .for_each(|(hour, tally)| self.sum(*hour, *tally));
    }

    fn sum(&mut self, hour: u8, tally: Tally) {
        let there = self.by_hour.entry(hour).or_default();
        *there = there.and(tally);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_week_begins_on_monday() {
        let hour = |hours: i64| hour_of_week(Timestamp::from_micros(hours * HOUR_US));
        // 1970-01-05 was a Monday.
        assert_eq!(
            [hour(4 * 24), hour(4 * 24 - 1), hour(0), hour(-73)],
            [0, 167, 72, 167]
        );
        assert_eq!(hour_of_week(Timestamp::MIN), hour_of_week(Timestamp::MIN));
    }
}
