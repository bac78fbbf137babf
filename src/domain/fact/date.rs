//! Birth dates: one form for the many in which they are written.
//!
//! Owns [`Date`] and how it is read: `1978-12-11`, `19781211`, `12/11/1978`, `11.12.1978`, `24-May-11`, `۱۳۵۷/۹/۲۰`.
//! Where day and month could be either, slashes mean month first and all else day first; a comparison should take the
//! swap as a level of its own. Never reads a clock: two digits of a year up to 25 are of this century. A date that no
//! calendar has (31 September) is kept, for it still compares.

use std::fmt;

use crate::domain::{fact::letters, identifier::text};

/// A day, or as much of it as is known; what is not known is 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// The year, Gregorian.
    pub year: u16,
    /// The month. May be more than 12 where somebody wrote so.
    pub month: u8,
    /// The day. May be more than the month has.
    pub day: u8,
}

/// Nothing of it: it is a person's.
impl fmt::Debug for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Date(…)")
    }
}

impl fmt::Display for Date {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.month, self.day) {
            (0, _) => write!(out, "{:04}", self.year),
            (month, 0) => write!(out, "{:04}-{month:02}", self.year),
            (month, day) => write!(out, "{:04}-{month:02}-{day:02}", self.year),
        }
    }
}

const YEARS: std::ops::RangeInclusive<u16> = 1500..=2199;
const PERSIAN_YEARS: std::ops::RangeInclusive<u16> = 1200..=1499;
/// The last year that two digits mean in this century.
const PIVOT: u16 = 25;

impl Date {
    /// The date that `raw` tells, or `None` if it tells none or is what forms fill in.
    #[must_use]
    pub fn read(raw: &str) -> Option<Self> {
        let folded = text::fold(raw).to_lowercase();
        let parts = parts(&folded);
        let slashes = folded.contains('/');
        let date = match *parts.as_slice() {
            [Part::Digits(digits)] => run(digits),
            [Part::Digits(year), Part::Digits(month)] if year.len() == 4 => {
                Self::checked(number(year)?, number(month)?, 0)
            }
            // What is behind a date that begins with its year is a time of day.
            [Part::Digits(a), Part::Digits(b), Part::Digits(c), ..] if a.len() == 4 => year_first(a, b, c),
            [Part::Digits(a), Part::Digits(b), Part::Digits(c)] => year_last(a, b, c, slashes),
            [Part::Digits(day), Part::Month(month), Part::Digits(year)]
            | [Part::Month(month), Part::Digits(day), Part::Digits(year)] => {
                Self::checked(full_year(year)?, month, number(day)?)
            }
            _ => None,
        };
        date.and_then(Self::gregorian).filter(|date| !date.is_filler())
    }

    fn checked(year: u16, month: u16, day: u16) -> Option<Self> {
        let two_digits = |number| u8::try_from(number).ok().filter(|number| *number < 100);
        Some(Self {
            year,
            month: two_digits(month)?,
            day: two_digits(day)?,
        })
    }

    fn gregorian(self) -> Option<Self> {
        if PERSIAN_YEARS.contains(&self.year) {
            return self.persian_to_gregorian();
        }
        YEARS.contains(&self.year).then_some(self)
    }

    const fn is_filler(self) -> bool {
        matches!(
            (self.year, self.month, self.day),
            (1900, 1, 1) | (1800 | 1600 | 1753, 1, 1) | (1899, 12, 30 | 31)
        )
    }

    /// The Gregorian day of a Persian date.
    ///
    /// The calendar's leap years follow a cycle of 33 years from 1178 to 1633.
    fn persian_to_gregorian(self) -> Option<Self> {
        let (year, month, day) = (i64::from(self.year), i64::from(self.month), i64::from(self.day));
        if month == 0 {
            // Nine months of a Persian year lie in the first of its two Gregorian years.
            return Self::checked(self.year.checked_add(621)?, 0, 0);
        }
        if !(1..=12).contains(&month) || !(1..=31).contains(&day.max(1)) {
            return None;
        }
        let months = if month <= 7 {
            (month - 1) * 31
        } else {
            186 + (month - 7) * 30
        };
        // 21 March 2021, the first day of 1400, is day 18,707 of the Unix era.
        let days = 18_707 + persian_years(year) - persian_years(1400) + months + day.max(1) - 1;
        let date = from_days(days)?;
        Some(if day == 0 { Self { day: 0, ..date } } else { date })
    }
}

/// Days of the Persian years before `year`, from a fixed one on.
const fn persian_years(year: i64) -> i64 {
    const LEAPS: [i64; 8] = [1, 5, 9, 13, 17, 22, 26, 30];
    let (before, mut leaps, mut at) = (year - 1, 0, 0);
    while at < LEAPS.len() {
        #[allow(clippy::indexing_slicing, reason = "the loop's bound is the array's")]
        let leap = LEAPS[at];
        leaps += (before - leap).div_euclid(33) + 1;
        at += 1;
    }
    before * 365 + leaps
}

/// The Gregorian date of a day of the Unix era (Howard Hinnant's `civil_from_days`).
fn from_days(days: i64) -> Option<Date> {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    Some(Date {
        year: u16::try_from(year).ok()?,
        month: u8::try_from(month).ok()?,
        day: u8::try_from(day).ok()?,
    })
}

#[derive(Clone, Copy)]
enum Part<'a> {
    Digits(&'a str),
    Month(u16),
    Other,
}

fn parts(folded: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = folded;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let same = |letter: char| letter.is_alphanumeric() && letter.is_ascii_digit() == digits;
        let end = rest.find(|letter| !same(letter)).unwrap_or(rest.len());
        let (part, behind) = rest
            .split_at_checked(end.max(first.len_utf8()))
            .unwrap_or((rest, ""));
        if digits {
            parts.push(Part::Digits(part));
        } else if first.is_alphanumeric() {
            parts.push(month(part).map_or(Part::Other, Part::Month));
        }
        rest = behind;
    }
    // Ordinals and weekdays say nothing more: `1st of May 1970`.
    if parts.iter().any(|part| matches!(part, Part::Month(_))) {
        parts.retain(|part| !matches!(part, Part::Other));
    }
    parts
}

fn month(word: &str) -> Option<u16> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let word = letters::plain(word);
    let at = MONTHS.iter().position(|month| word.starts_with(month))?;
    u16::try_from(at + 1).ok()
}

fn number(digits: &str) -> Option<u16> {
    digits.parse().ok()
}

fn full_year(digits: &str) -> Option<u16> {
    let year = number(digits)?;
    match digits.len() {
        4 => Some(year),
        2 if year <= PIVOT => Some(2000 + year),
        2 => Some(1900 + year),
        _ => None,
    }
}

fn run(digits: &str) -> Option<Date> {
    match digits.len() {
        4 => Date::checked(number(digits)?, 0, 0),
        8 => {
            let (head, tail) = digits.split_at_checked(4)?;
            let (a, b) = head.split_at_checked(2)?;
            let (c, d) = tail.split_at_checked(2)?;
            let years = *PERSIAN_YEARS.start()..=*YEARS.end();
            if years.contains(&number(head)?) {
                year_first(head, c, d)
            } else {
                year_last(a, b, tail, false)
            }
        }
        _ => None,
    }
}

fn year_first(year: &str, a: &str, b: &str) -> Option<Date> {
    let (year, a, b) = (number(year)?, number(a)?, number(b)?);
    if a > 12 && b <= 12 && b > 0 {
        Date::checked(year, b, a)
    } else {
        Date::checked(year, a, b)
    }
}

fn year_last(a: &str, b: &str, year: &str, slashes: bool) -> Option<Date> {
    let (year, a, b) = (full_year(year)?, number(a)?, number(b)?);
    let month_first = if a > 12 { false } else { b > 12 || slashes };
    if month_first {
        Date::checked(year, a, b)
    } else {
        Date::checked(year, b, a)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Date;

    fn read(raw: &str) -> Option<String> {
        Date::read(raw).map(|date| date.to_string())
    }

    #[test]
    fn forms_of_one_day_become_one() {
        for (raw, expected) in [
            ("1978-12-11", "1978-12-11"),
            ("1978-12-11T00:00:00Z", "1978-12-11"),
            ("1978/12/11", "1978-12-11"),
            ("19781211", "1978-12-11"),
            ("12/11/1978", "1978-12-11"),
            ("11.12.1978", "1978-12-11"),
            ("20/8/1991", "1991-08-20"),
            ("8/20/91", "1991-08-20"),
            ("Mar 1 1970", "1970-03-01"),
            ("24-May-11", "2011-05-24"),
            ("1st of May 1970", "1970-05-01"),
            ("1978", "1978"),
            ("1978-12", "1978-12"),
            ("19450931", "1945-09-31"),
            ("1945-13-40", "1945-13-40"),
            ("۱۳۵۷/۰۹/۲۰", "1978-12-11"),
            ("1400/01/01", "2021-03-21"),
            ("1403/12/30", "2025-03-20"),
            ("1357-11-22", "1979-02-11"),
            ("1399-12-30", "2021-03-20"),
        ] {
            assert_eq!(read(raw).as_deref(), Some(expected), "{raw}");
        }
        for raw in [
            "",
            "unknown",
            "1900-01-01",
            "0000-00-00",
            "12",
            "9999-12-31",
            "1970-123-01",
            "-1",
        ] {
            assert_eq!(read(raw), None, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn a_read_date_reads_as_itself(raw in "[0-9]{1,4}[-/. ]?[0-9]{1,2}[-/. ]?[0-9]{1,4}|\\PC{0,12}") {
            if let Some(date) = read(&raw) {
                prop_assert_eq!(read(&date), Some(date.clone()));
            }
        }

        #[test]
        fn days_of_the_persian_calendar_follow_each_other(year in 1300u16..1450, month in 1u8..=12, day in 1u8..29) {
            let of = |day| Date::read(&format!("{year:04}-{month:02}-{day:02}")).unwrap();
            prop_assert!(of(day) < of(day + 1));
        }
    }
}
