//! How alike two birth dates are.
//!
//! Owns the levels. Two dates are incompatible only where no slip explains both: neither two digits, nor day and month
//! exchanged, nor a year alone, nor a day alone. The first of January is what is put down where nothing but the year is
//! known, so it says no more than that.

use crate::domain::{
    fact::date::Date,
    similarity::{edits, field::Level},
};

/// A date and its digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Birth {
    pub(super) date: Date,
    digits: String,
}

impl Birth {
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut date = Date::read(text)?;
        if date.month == 1 && date.day == 1 {
            (date.month, date.day) = (0, 0);
        }
        let Date { year, month, day } = date;
        Some(Self {
            date,
            digits: format!("{year:04}{month:02}{day:02}"),
        })
    }

    pub(super) fn level(&self, other: &Self) -> Level {
        let (a, b) = (self.date, other.date);
        if !self.is_whole() || !other.is_whole() {
            return self.of_parts(other);
        }
        if a == b {
            return Level::Equal;
        }
        if a.year == b.year && a.month == b.day && a.day == b.month {
            return Level::Swapped;
        }
        let edits = edits(&self.digits, &other.digits);
        if edits <= 1 {
            Level::OneEdit
        } else if a.year == b.year {
            Level::SameYear
        } else if (a.month == b.month && a.day == b.day) || edits <= 2 || self.is_near(other) {
            Level::Different
        } else {
            Level::Incompatible
        }
    }

    /// Whether it is a day, and not a year or a month.
    pub(super) fn is_whole(&self) -> bool {
        self.date.month != 0 && self.date.day != 0
    }

    /// Whether they lie within about a year of each other.
    fn is_near(&self, other: &Self) -> bool {
        let months = |date: Date| i32::from(date.year) * 12 + i32::from(date.month);
        months(self.date).abs_diff(months(other.date)) <= 13
    }

    /// One of the two is a year, or a year and a month.
    fn of_parts(&self, other: &Self) -> Level {
        let (a, b) = (self.date, other.date);
        let months_differ = a.month != b.month && a.month != 0 && b.month != 0;
        match a.year.abs_diff(b.year) {
            0 if !months_differ => Level::Partial,
            0..=1 => Level::Different,
            _ if edits(&format!("{:04}", a.year), &format!("{:04}", b.year)) <= 1 => Level::Different,
            _ => Level::Incompatible,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Birth, Level};

    fn level(a: &str, b: &str) -> Level {
        Birth::new(a).unwrap().level(&Birth::new(b).unwrap())
    }

    #[test]
    fn slips_are_told_from_other_people() {
        for (a, b, expected) in [
            ("1978-12-11", "1978-12-11", Level::Equal),
            ("1978-12-11", "1978-11-12", Level::Swapped),
            ("1978-12-11", "1979-12-11", Level::OneEdit),
            ("1978-12-11", "1987-12-11", Level::OneEdit),
            ("1978-12-11", "1978-03-25", Level::SameYear),
            ("1978-12-11", "1969-12-11", Level::Different),
            ("1978-12-11", "1954-03-31", Level::Incompatible),
            ("1978", "1978-12-11", Level::Partial),
            ("1978-12", "1978-12-11", Level::Partial),
            ("1978-01-01", "1978-12-11", Level::Partial),
            ("1978-01-01", "1978-01-01", Level::Partial),
            ("1895-01-01", "1921-01-01", Level::Incompatible),
            ("1978", "1954-12-11", Level::Incompatible),
            ("1978", "1979-12-11", Level::Different),
        ] {
            assert_eq!(level(a, b), expected, "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn either_way_it_is_the_same(a in "19[0-9]{2}-[01][1-2]-[12][0-9]", b in "19[0-9]{2}(-[01][1-2](-[12][0-9])?)?") {
            prop_assert_eq!(level(&a, &b), level(&b, &a));
        }
    }
}
