//! Between dates in text and [`Timestamp`].

use jiff::{civil::Date, fmt::temporal::DateTimePrinter, tz::TimeZone};

use crate::domain::{amount::Amount, time::Timestamp, value::Value};

/// Below this an epoch number counts seconds: as milliseconds it would lie before March 1973.
const SECONDS_BELOW: i128 = 100_000_000_000;
const UNITS_PER_ONE: i128 = 100_000_000;
/// The first moment of the year 0: RFC 3339 has none before it.
const FIRST: Timestamp = Timestamp::from_micros(-62_167_219_200_000_000);
const MICROS_PER_DAY: u64 = 24 * 60 * 60 * 1_000_000;

/// The point that an RFC 3339 text tells; it must say its offset. What is finer than a microsecond is cut.
#[must_use]
pub fn parse(text: &str) -> Option<Timestamp> {
    let point = text.trim().parse::<jiff::Timestamp>().ok()?;
    known(Timestamp::from_micros(point.as_microsecond()))
}

/// The point, if it can be told: none of a year before 0.
#[must_use]
pub(crate) fn known(time: Timestamp) -> Option<Timestamp> {
    (time >= FIRST).then_some(time)
}

/// RFC 3339 in UTC with `Z`, in the coarsest of seconds, milliseconds and microseconds that loses nothing.
///
/// What lies outside of the years 0 to 9999 is written as the nearest point inside.
#[must_use]
pub fn format(time: Timestamp) -> String {
    let micros = time.max(FIRST).as_micros();
    let point = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::MAX);
    let precision = match micros {
        _ if micros % 1_000_000 == 0 => 0,
        _ if micros % 1_000 == 0 => 3,
        _ => 6,
    };
    DateTimePrinter::new()
        .precision(Some(precision))
        .timestamp_to_string(&point)
}

/// The point that a member tells: RFC 3339, or a number of milliseconds (seconds, where it is below 10^11) since the
/// epoch.
#[must_use]
pub(crate) fn read(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Text(text) => parse(text),
        Value::Number(number) => epoch(number.as_str()),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// As [`read`]; a date alone holds until the end of its day in UTC.
#[must_use]
pub(crate) fn read_end(value: &Value) -> Option<Timestamp> {
    read(value).or_else(|| {
        let date = value.as_text()?.trim().parse::<Date>().ok()?;
        let midnight = date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond();
        Some(Timestamp::from_micros(midnight).saturating_add(MICROS_PER_DAY))
    })
}

fn epoch(number: &str) -> Option<Timestamp> {
    let units = Amount::from_decimal(number).ok()?.as_units();
    let per_one = if units.abs() < SECONDS_BELOW * UNITS_PER_ONE {
        1_000_000
    } else {
        1_000
    };
    let micros = i64::try_from(units * per_one / UNITS_PER_ONE).ok()?;
    jiff::Timestamp::from_microsecond(micros)
        .ok()
        .and_then(|_| known(Timestamp::from_micros(micros)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::value::Number;
    use proptest::prelude::*;

    #[test]
    fn texts_are_read_with_their_offset_and_written_in_utc() {
        for (text, written) in [
            ("2026-11-22T10:15:00Z", Some("2026-11-22T10:15:00Z")),
            ("2026-11-22T13:45:00+03:30", Some("2026-11-22T10:15:00Z")),
            (" 2026-11-22 10:15:00.25z ", Some("2026-11-22T10:15:00.250Z")),
            (
                "2026-11-22T10:15:00.1234567+00:00",
                Some("2026-11-22T10:15:00.123456Z"),
            ),
            ("1969-12-31T23:59:59.5Z", Some("1969-12-31T23:59:59.500Z")),
            ("2026-11-22T10:15:00", None),
            ("2026-11-22", None),
            ("", None),
            ("yesterday", None),
            ("2026-13-01T00:00:00Z", None),
            ("0000-01-01T00:00:00Z", Some("0000-01-01T00:00:00Z")),
            ("-000001-12-31T23:59:59Z", None),
        ] {
            assert_eq!(parse(text).map(format).as_deref(), written, "{text}");
        }
    }

    fn number(text: &str) -> Value {
        Value::Number(Number::from_text(text).unwrap())
    }

    #[test]
    fn numbers_count_from_the_epoch_in_milliseconds_or_seconds() {
        for (text, written) in [
            ("1795342500000", Some("2026-11-22T10:15:00Z")),
            ("1795342500000.5", Some("2026-11-22T10:15:00.000500Z")),
            ("1795342500", Some("2026-11-22T10:15:00Z")),
            ("1795342500.25", Some("2026-11-22T10:15:00.250Z")),
            ("1e30", None),
            ("999999999999999", None),
            ("-99999999999999", None),
        ] {
            assert_eq!(read(&number(text)).map(format).as_deref(), written, "{text}");
        }
        assert_eq!(read(&Value::Bool(true)), None);
    }

    #[test]
    fn a_date_holds_until_its_day_is_over() {
        let end = |text: &str| read_end(&Value::Text(text.to_owned())).map(format);
        assert_eq!(end("2026-11-22").as_deref(), Some("2026-11-23T00:00:00Z"));
        assert_eq!(
            end("2026-11-22T10:15:00Z").as_deref(),
            Some("2026-11-22T10:15:00Z")
        );
        assert_eq!(end("soon"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(micros in FIRST.as_micros()..253_402_207_200_000_000) {
            let time = Timestamp::from_micros(micros);
            prop_assert_eq!(parse(&format(time)), Some(time));
        }

        #[test]
        fn any_time_can_be_written(micros in any::<i64>()) {
            prop_assert!(format(Timestamp::from_micros(micros)).len() >= "0000-01-01T00:00:00Z".len());
            prop_assert!(!format(Timestamp::from_micros(micros)).starts_with('-'));
        }
    }
}
