//! Times as rules write them: `90s`, `30m`, `12h`, `7d`, `2w`. Knows no calendar: a day has 24 hours.

use std::fmt;

const SECOND_MICROS: u64 = 1_000_000;

/// The longest time that a rule may name: ten years. Nothing is kept for longer.
const LONGEST_MICROS: u64 = 3_660 * 86_400 * SECOND_MICROS;

/// What such a time looks like.
pub const EXPECTED: &str = "expected a time such as 90s, 30m, 12h, 7d or 2w, of ten years at most";

/// A text is no such time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoTime;

impl fmt::Display for NoTime {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(EXPECTED)
    }
}

impl std::error::Error for NoTime {}

/// The microseconds of a time such as `7d`.
///
/// # Errors
/// [`NoTime`]: it is none, or one of more than ten years.
pub fn micros(text: &str) -> Result<u64, NoTime> {
    let (number, seconds) = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400), ('w', 604_800)]
        .into_iter()
        .find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)))
        .ok_or(NoTime)?;
    let is_plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = is_plain.then(|| number.parse().ok()).flatten().ok_or(NoTime)?;
    let micros = number.saturating_mul(seconds).saturating_mul(SECOND_MICROS);
    (micros <= LONGEST_MICROS).then_some(micros).ok_or(NoTime)
}

#[cfg(test)]
mod tests {
    use super::{NoTime, micros};

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        for (text, seconds) in [
            ("0s", 0),
            ("90s", 90),
            ("30m", 1_800),
            ("12h", 43_200),
            ("7d", 604_800),
            ("2w", 1_209_600),
        ] {
            assert_eq!(micros(text), Ok(seconds * 1_000_000), "{text}");
        }
        for text in [
            "",
            "d",
            "7",
            "7 d",
            "-7d",
            "+7d",
            "7D",
            "1.5h",
            "7days",
            "۷d",
            "3661d",
            "99999999999999999999d",
        ] {
            assert_eq!(micros(text), Err(NoTime), "{text}");
        }
    }
}
