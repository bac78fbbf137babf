//! Times as cases write them: so long before or behind the beginning of the case (`+1d12h`, `-3d`), or a point.

use serde::{Deserialize, Deserializer, de::Error as _};

use crate::{domain::time::Timestamp, wire::time};

const SECOND: i64 = 1_000_000;
/// The units, the longest first.
const UNITS: [(char, i64); 5] = [
    ('w', 604_800 * SECOND),
    ('d', 86_400 * SECOND),
    ('h', 3_600 * SECOND),
    ('m', 60 * SECOND),
    ('s', SECOND),
];
/// The longest time: ten years.
const LONGEST: i64 = 3_660 * 86_400 * SECOND;

/// A time that is written relative to another or as a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// So many microseconds later; earlier where it is negative.
    Behind(i64),
    /// A point.
    At(Timestamp),
}

impl Span {
    /// The point, counted from `start`.
    pub const fn from(self, start: Timestamp) -> Timestamp {
        match self {
            Self::Behind(micros) if micros < 0 => start.saturating_sub(micros.unsigned_abs()),
            Self::Behind(micros) => start.saturating_add(micros.unsigned_abs()),
            Self::At(at) => at,
        }
    }

    /// What a text says.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        match length(rest) {
            Some(micros) => Some(Self::Behind(micros.saturating_mul(sign))),
            None => time::parse(text).map(Self::At),
        }
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(
                "expected a time such as +90s, +1d12h or -2w, or a point such as 2026-05-01T12:00:00Z",
            )
        })
    }
}

/// The microseconds of a length such as `1d12h`.
fn length(text: &str) -> Option<i64> {
    let (mut sum, mut digits) = (0_i64, String::new());
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let (_, micros) = UNITS.iter().find(|(unit, _)| *unit == letter)?;
        let number: i64 = digits.parse().ok()?;
        sum = sum.checked_add(number.checked_mul(*micros)?)?;
        digits.clear();
    }
    (digits.is_empty() && !text.is_empty() && sum <= LONGEST).then_some(sum)
}

/// A point as it is told relative to another: `+1d2h`.
pub fn relative(at: Timestamp, start: Timestamp) -> String {
    let micros = at.micros_since(start);
    let mut text = if micros < 0 { "-" } else { "+" }.to_owned();
    let mut left = micros.saturating_abs();
    // Weeks are told as days.
    for (unit, length) in UNITS.into_iter().skip(1) {
        let number = left / length;
        left %= length;
        if number > 0 {
            text.push_str(&format!("{number}{unit}"));
        }
    }
    if text.len() == 1 {
        text.push_str("0s");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_relative_or_a_point() {
        let start = Timestamp::from_micros(1_000_000_000);
        for (text, seconds) in [
            ("+0s", 0),
            ("2h", 7_200),
            ("+1d12h", 129_600),
            ("-1m30s", -90),
            ("2w", 1_209_600),
        ] {
            let at = Span::parse(text).unwrap().from(start);
            assert_eq!(at.micros_since(start), seconds * SECOND, "{text}");
        }
        let point = Span::parse("1970-01-01T01:00:00+01:00").unwrap();
        assert_eq!(point.from(start), Timestamp::from_micros(0));
        for text in [
            "",
            "+",
            "d",
            "7",
            "+7x",
            "1d-2h",
            "99999999999999d",
            "4000d",
            "soon",
        ] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_point_is_told_relative_to_the_start() {
        let start = Timestamp::from_micros(5);
        for text in ["+0s", "+1d2h", "+8d", "-1m30s", "+59s"] {
            assert_eq!(relative(Span::parse(text).unwrap().from(start), start), text);
        }
    }
}
