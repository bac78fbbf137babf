//! Exact money: owns [`Amount`], its reading from decimal text and its sum.
//!
//! Never goes through a float and never knows a currency. `domain` sums it into totals, `wire` writes it.

use crate::domain::identifier::text::fold_digits;
use std::fmt;
use std::iter::Sum;
use std::ops::Add;

/// Decimals that are kept: one unit is 10^-8.
const DECIMALS: i64 = 8;
const UNITS_PER_ONE: u128 = 100_000_000;
/// Digits of the largest amount in units: 15 before the point and 8 behind it.
const DIGITS_MAX: i64 = 15 + DECIMALS;
/// Where an exponent stops growing: far outside of every amount, far inside of the type.
const EXPONENT_LIMIT: i64 = 1_000_000_000_000;

/// An exact amount in units of 10^-8.
///
/// What is read is below 10^15, that is 10^23 units, so a sum of 10^15 of them still fits (10^38 < 1.7 * 10^38):
/// [`Add`] saturates, but no history that fits a disk reaches that, and so sums do not depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i128);

/// Why a text is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// The text has another shape.
    #[error("read an amount: expected a decimal number such as 12.50 or 1e3")]
    NotANumber,
    /// The absolute value is 10^15 or more.
    #[error("read an amount: expected less than 10^15 in absolute value")]
    TooLarge,
    /// A digit behind the eighth decimal is not zero.
    #[error("read an amount: expected at most 8 decimals")]
    TooPrecise,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One of whatever it is.
    pub const ONE: Self = Self(100_000_000);

    /// The amount of `units` times 10^-8, as a store kept it.
    #[must_use]
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// The amount in units of 10^-8.
    #[must_use]
    pub const fn as_units(self) -> i128 {
        self.0
    }

    /// Reads a JSON number or a plain decimal (`1e3`, `1.50`, `+2`, `007`, `۱۲٫۵`); digits may be ASCII, Persian or
    /// Arabic. Thousands separators are refused: `1,500` means two things.
    ///
    /// # Errors
    /// [`AmountError::NotANumber`], [`AmountError::TooLarge`] (10^15 and more) or [`AmountError::TooPrecise`] (a
    /// ninth decimal that is not zero).
    pub fn from_decimal(text: &str) -> Result<Self, AmountError> {
        let folded = fold_digits(text.trim()).replace('٫', ".");
        let (negative, unsigned) = match folded.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, folded.strip_prefix('+').unwrap_or(&folded)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, read_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) => (digits(whole)?, digits(fraction)?),
            None => (digits(mantissa)?, ""),
        };
        let units = scale(whole, fraction, exponent)?;
        Ok(Self(if negative { -units } else { units }))
    }

    /// The sum, or `None` when it leaves the type.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(units) => Some(Self(units)),
            None => None,
        }
    }
}

/// `whole.fraction` times 10^`exponent`, in units.
fn scale(whole: &str, fraction: &str, exponent: i64) -> Result<i128, AmountError> {
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Ok(0);
    }
    let trailing_zeros = all.len() - all.trim_end_matches('0').len();
    let zeros = exponent + DECIMALS + length(trailing_zeros) - length(fraction.len());
    if zeros < 0 {
        return Err(AmountError::TooPrecise);
    }
    if length(significant.len()) + zeros > DIGITS_MAX {
        return Err(AmountError::TooLarge);
    }
    let power = u32::try_from(zeros)
        .ok()
        .and_then(|zeros| 10_i128.checked_pow(zeros));
    let number = significant.parse::<i128>().ok();
    number
        .zip(power)
        .and_then(|(number, power)| number.checked_mul(power))
        .ok_or(AmountError::TooLarge)
}

fn digits(text: &str) -> Result<&str, AmountError> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then_some(text).ok_or(AmountError::NotANumber)
}

fn read_exponent(text: &str) -> Result<i64, AmountError> {
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let size = digits(unsigned)?.bytes().fold(0_i64, |size, byte| {
        (size * 10 + i64::from(byte - b'0')).min(EXPONENT_LIMIT)
    });
    Ok(if negative { -size } else { size })
}

fn length(len: usize) -> i64 {
    i64::try_from(len).unwrap_or(i64::MAX / 4)
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// Canonical: no exponent, no leading or trailing zeros, no negative zero (`1250000`, `12.5`, `-0.01`).
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let units = self.0.unsigned_abs();
        let (whole, rest) = (units / UNITS_PER_ONE, units % UNITS_PER_ONE);
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{rest:08}");
        write!(f, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::{Amount, AmountError};
    use proptest::prelude::*;

    fn check(text: &str, expected: Result<&str, AmountError>) {
        let read = Amount::from_decimal(text).map(|amount| amount.to_string());
        assert_eq!(read.as_deref().map_err(|error| *error), expected, "{text}");
    }

    #[test]
    fn decimals_are_read_exactly() {
        for (text, shown) in [
            ("1250000", "1250000"),
            ("1e3", "1000"),
            ("1.50", "1.5"),
            ("-2", "-2"),
            ("+7", "7"),
            ("007", "7"),
            ("-0.01", "-0.01"),
            ("-0.00", "0"),
            ("0.1", "0.1"),
            ("12.5E-1", "1.25"),
            ("0e999999999999999999999", "0"),
            ("1.000000000000", "1"),
            ("100000000000e-10", "10"),
            ("0.00000001", "0.00000001"),
            ("999999999999999.99999999", "999999999999999.99999999"),
            ("۱۲۵۰۰۰۰", "1250000"),
            ("٣٫٥", "3.5"),
        ] {
            check(text, Ok(shown));
        }
    }

    #[test]
    fn what_is_no_amount_says_why() {
        for text in [
            "", "-", "abc", "1,500", ".5", "1.", "1e", "--1", "NaN", "1 000", "1.2.3",
        ] {
            check(text, Err(AmountError::NotANumber));
        }
        for text in ["1e15", "-1000000000000000", "1e99999999999999999999"] {
            check(text, Err(AmountError::TooLarge));
        }
        for text in ["0.000000001", "1e-9", "1e-99999999999999999999"] {
            check(text, Err(AmountError::TooPrecise));
        }
    }

    const LIMIT: i128 = 10_i128.pow(23);

    proptest! {
        #[test]
        fn display_reads_back(units in -LIMIT + 1..LIMIT) {
            let amount = Amount::from_units(units);
            prop_assert_eq!(Amount::from_decimal(&amount.to_string()), Ok(amount));
        }

        #[test]
        fn sums_do_not_depend_on_order(a in -LIMIT..LIMIT, b in -LIMIT..LIMIT, c in -LIMIT..LIMIT) {
            let [a, b, c] = [a, b, c].map(Amount::from_units);
            prop_assert_eq!(a + b, b + a);
            prop_assert_eq!((a + b) + c, a + (b + c));
            prop_assert_eq!([a, b, c].into_iter().sum::<Amount>(), c + b + a);
            prop_assert_eq!(a.checked_add(b), Some(a + b));
        }

        #[test]
        fn any_text_is_an_amount_or_an_error(text in any::<String>()) {
            if let Ok(amount) = Amount::from_decimal(&text) {
                prop_assert_eq!(Amount::from_decimal(&amount.to_string()), Ok(amount));
            }
        }
    }
}
