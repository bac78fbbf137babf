//! Evidence in fixed point: [`Bits`] and the logarithm it is made with.
//!
//! Owns the integer logarithm. Never touches a floating point number: sums are exact, so their order does not matter.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, AddAssign, Neg, Sub},
};

/// Evidence in millionths of a bit: one bit doubles the odds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bits(pub i64);

impl Bits {
    /// No evidence.
    pub const ZERO: Self = Self(0);

    /// Whole bits.
    #[must_use]
    pub const fn whole(bits: i64) -> Self {
        Self(bits.saturating_mul(1_000_000))
    }

    /// Thousandths of a bit.
    #[must_use]
    pub const fn milli(bits: i64) -> Self {
        Self(bits.saturating_mul(1000))
    }

    /// Billionths of a bit, rounded to the nearest millionth.
    #[must_use]
    pub const fn from_nano(nano: i64) -> Self {
        Self(nano.saturating_add(500).div_euclid(1000))
    }
}

impl Add for Bits {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Bits {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Bits {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Bits {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl Sum for Bits {
    fn sum<I: Iterator<Item = Self>>(bits: I) -> Self {
        bits.fold(Self::ZERO, Self::add)
    }
}

/// Bits with three decimals: `-1.250`.
impl fmt::Display for Bits {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milli = self.0.unsigned_abs().saturating_add(500) / 1000;
        let sign = if self.0 < 0 && milli > 0 { "-" } else { "" };
        write!(out, "{sign}{}.{:03}", milli / 1000, milli % 1000)
    }
}

/// The logarithm of `number` to the base 2 in billionths, exact to one of them; 0 for 0.
#[must_use]
pub fn log2_nano(number: u64) -> i64 {
    let Some(whole) = number.checked_ilog2() else {
        return 0;
    };
    // The number as 1.xxx with 63 bits behind the point; each squaring brings out one bit of the logarithm.
    let mut mantissa = u128::from(number) << (63 - whole);
    let mut fraction: u64 = 0;
    for _ in 0..FRACTION_BITS {
        mantissa = (mantissa * mantissa) >> 63;
        fraction <<= 1;
        if mantissa >> 64 != 0 {
            mantissa >>= 1;
            fraction |= 1;
        }
    }
    let nano = (u128::from(fraction) * 1_000_000_000 + (1 << (FRACTION_BITS - 1))) >> FRACTION_BITS;
    i64::from(whole) * 1_000_000_000 + i64::try_from(nano).unwrap_or(0)
}

const FRACTION_BITS: u32 = 36;

/// The logarithm of `over / under` to the base 2 in billionths. Both in one unit; 0 counts as 1.
#[must_use]
pub fn log2_ratio_nano(over: u64, under: u64) -> i64 {
    log2_nano(over) - log2_nano(under)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Bits, log2_nano, log2_ratio_nano};

    #[test]
    fn the_logarithm_is_that_of_the_table() {
        assert_eq!(log2_nano(0), 0);
        assert_eq!(log2_nano(1), 0);
        assert_eq!(log2_nano(2), 1_000_000_000);
        assert_eq!(log2_nano(3), 1_584_962_501);
        assert_eq!(log2_nano(1_000_000), 19_931_568_569);
        assert_eq!(log2_nano(1 << 63), 63_000_000_000);
        assert_eq!(log2_ratio_nano(1, 8), -3_000_000_000);
        assert_eq!(Bits::from_nano(1_584_962_501), Bits(1_584_963));
        assert_eq!(Bits::from_nano(-1_499), Bits(-1));
    }

    #[test]
    fn bits_read_as_decimals() {
        for (bits, shown) in [
            (0, "0.000"),
            (1_250_000, "1.250"),
            (-1_250_400, "-1.250"),
            (-300, "0.000"),
        ] {
            assert_eq!(Bits(bits).to_string(), shown);
        }
    }

    proptest! {
        #[test]
        fn products_add(a in 1u64..1 << 31, b in 1u64..1 << 31) {
            prop_assert!((log2_nano(a * b) - log2_nano(a) - log2_nano(b)).abs() <= 2);
        }

        #[test]
        fn more_is_never_less(a in any::<u64>(), b in any::<u64>()) {
            prop_assert!((a <= b) == (log2_nano(a) <= log2_nano(b)) || log2_nano(a) == log2_nano(b));
        }
    }
}
