//! Days on which nobody is contacted: a day of each week, a day of one year, or the same day of every year.

use jiff::civil::{Date, Weekday};

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// A year that has every day there is.
const LEAP_YEAR: i16 = 2000;

/// A day on which nobody is contacted, by the calendar of where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayOff {
    /// A day of each week.
    Weekly(Weekday),
    /// A day of one year.
    Once(Date),
    /// The same day of every year: a month, and a day of it.
    Yearly(i8, i8),
}

impl DayOff {
    /// The day of each week that has this name, such as `sunday`.
    pub fn weekday(name: &str) -> Option<Self> {
        let (_, day) = WEEKDAYS.into_iter().find(|(one, _)| *one == name)?;
        Some(Self::Weekly(day))
    }

    /// The holiday that a text says: `2026-12-25`, or `--05-01` for the same day of every year.
    pub fn holiday(text: &str) -> Option<Self> {
        let pair = |text: &str| {
            let is_pair = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            is_pair.then(|| text.parse::<i8>().ok()).flatten()
        };
        let (year, rest) = match text.strip_prefix("--") {
            Some(rest) => (None, rest),
            None => {
                let (year, rest) = text.split_once('-')?;
                let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
                (Some(is_year.then(|| year.parse::<i16>().ok()).flatten()?), rest)
            }
        };
        let (month, day) = rest.split_once('-')?;
        let date = Date::new(year.unwrap_or(LEAP_YEAR), pair(month)?, pair(day)?).ok()?;
        Some(match year {
            Some(_) => Self::Once(date),
            None => Self::Yearly(date.month(), date.day()),
        })
    }

    /// Whether `date` is such a day.
    pub(super) fn is(&self, date: Date) -> bool {
        match *self {
            Self::Weekly(day) => date.weekday() == day,
            Self::Once(day) => date == day,
            Self::Yearly(month, day) => (date.month(), date.day()) == (month, day),
        }
    }

    /// As it is written in the configuration.
    pub fn name(&self) -> String {
        match *self {
            Self::Weekly(day) => WEEKDAYS
                .into_iter()
                .find(|(_, one)| *one == day)
                .map_or_else(String::new, |(name, _)| name.to_owned()),
            Self::Once(date) => date.to_string(),
            Self::Yearly(month, day) => format!("--{month:02}-{day:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holiday_is_a_day_that_there_is_and_is_named_as_it_was_said() {
        for text in ["2026-12-25", "--05-01", "--02-29", "2028-02-29"] {
            assert_eq!(DayOff::holiday(text).unwrap().name(), text);
        }
        for text in [
            "2026-02-29",
            "--13-01",
            "--5-1",
            "26-12-25",
            "2026-12",
            "",
            "--",
            "+026-01-01",
            "25.12.2026",
        ] {
            assert_eq!(DayOff::holiday(text), None, "{text}");
        }
        assert_eq!(DayOff::weekday("sunday").unwrap().name(), "sunday");
        assert_eq!(DayOff::weekday("Sunday"), None);
    }

    #[test]
    fn a_day_is_off_where_the_calendar_says_so() {
        let is = |day: DayOff, [year, month, date]: [i16; 3]| {
            let [month, date] = [month, date].map(|number| i8::try_from(number).unwrap());
            day.is(Date::new(year, month, date).unwrap())
        };
        let sunday = DayOff::weekday("sunday").unwrap();
        assert!(is(sunday, [2026, 11, 22]) && !is(sunday, [2026, 11, 23]));
        let once = DayOff::holiday("2026-12-25").unwrap();
        assert!(is(once, [2026, 12, 25]) && !is(once, [2027, 12, 25]));
        let yearly = DayOff::holiday("--12-25").unwrap();
        assert!(is(yearly, [2026, 12, 25]) && is(yearly, [2027, 12, 25]) && !is(yearly, [2026, 12, 26]));
    }
}
