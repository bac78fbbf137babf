//! The days that a report is about: how they are asked for, and how they are written.

use crate::{api::Failure, domain::time::Timestamp, wire::time};

/// Days that are told of where the request does not say.
const DAYS: u32 = 30;

/// The days that are asked for, by their numbers since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    /// The first.
    pub(super) first: u32,
    /// The last; no earlier.
    pub(super) last: u32,
}

/// The days from one to another, at most so many; until today, and thirty of them, where the request does not say.
///
/// # Errors
/// `bad_report` where a day is none, the last is before the first, or there are too many.
pub(super) fn days(
    from: Option<&str>,
    until: Option<&str>,
    most: u32,
    now: Timestamp,
) -> Result<Days, Failure> {
    let day = |text: &str| {
        day(text).ok_or_else(|| refused("expected from and until as days, such as 2026-11-22".to_owned()))
    };
    let last = match until {
        Some(until) => day(until)?,
        None => u32::try_from(now.day()).unwrap_or_default(),
    };
    let first = match from {
        Some(from) => day(from)?,
        None => last.saturating_sub(DAYS.saturating_sub(1)),
    };
    let many = last.checked_sub(first);
    let many = many.ok_or_else(|| refused("expected from to be no later than until".to_owned()))?;
    match many < most {
        true => Ok(Days { first, last }),
        false => Err(refused(format!("expected at most {most} days"))),
    }
}

/// A report cannot be made of this.
pub(super) fn refused(detail: String) -> Failure {
    Failure::bad_request("bad_report", detail)
}

/// The number of a day that is written as `2026-11-22`.
fn day(text: &str) -> Option<u32> {
    let is_day = text.len() == "2026-11-22".len() && !text.contains('T');
    let midnight = is_day
        .then(|| time::parse(&format!("{text}T00:00:00Z")))
        .flatten()?;
    u32::try_from(midnight.day()).ok()
}

/// The same, written.
pub(super) fn date(day: u32) -> String {
    let text = time::format(Timestamp::of_day(day));
    text.split_once('T')
        .map_or(String::new(), |(date, _)| date.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(from: Option<&str>, until: Option<&str>, most: u32) -> Option<(String, String)> {
        let now = time::parse("2026-11-22T12:00:00Z").unwrap();
        let days = days(from, until, most, now).ok()?;
        Some((date(days.first), date(days.last)))
    }

    #[test]
    fn days_are_those_that_are_said_or_the_last_thirty() {
        let told = |first: &str, last: &str| Some((first.to_owned(), last.to_owned()));
        for (from, until, expected) in [
            (None, None, told("2026-10-24", "2026-11-22")),
            (Some("2026-11-22"), None, told("2026-11-22", "2026-11-22")),
            (None, Some("2026-03-01"), told("2026-01-31", "2026-03-01")),
            (Some("2026-08-23"), None, told("2026-08-23", "2026-11-22")),
            (Some("2026-08-22"), None, None),
            (Some("2026-11-23"), None, None),
            (Some("2026-02-30"), Some("2026-03-01"), None),
            (Some("2026-11-22T12"), None, None),
            (Some("1969-12-31"), Some("1970-01-01"), None),
            (Some(""), None, None),
        ] {
            assert_eq!(asked(from, until, 92), expected, "{from:?} {until:?}");
        }
    }

    #[test]
    fn there_are_no_more_days_than_a_report_may_have() {
        let year = |first| asked(Some(first), Some("2026-11-22"), 366).is_some();
        assert_eq!([year("2025-11-22"), year("2025-11-21")], [true, false]);
        assert_eq!(asked(None, None, 29), None);
    }
}
