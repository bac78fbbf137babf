//! Points in time as a number: owns [`Timestamp`] and its arithmetic.
//!
//! Never reads a clock and knows no calendar; `wire` reads and writes dates, every layer above compares them.

const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// A point in time: microseconds since the Unix epoch (UTC), negative before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest point that can be told.
    pub const MIN: Self = Self(i64::MIN);
    /// The latest point that can be told.
    pub const MAX: Self = Self(i64::MAX);

    /// The point `micros` microseconds after the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The number of its day in UTC, counted from 1970.
    #[must_use]
    pub const fn day(self) -> i64 {
        self.0.div_euclid(DAY_MICROS)
    }

    /// The beginning of a day in UTC, by its number from 1970.
    #[must_use]
    pub fn of_day(day: u32) -> Self {
        Self(i64::from(day).saturating_mul(DAY_MICROS))
    }

    /// The point `micros` microseconds later, at most [`Timestamp::MAX`].
    #[must_use]
    pub const fn saturating_add(self, micros: u64) -> Self {
        Self(self.0.saturating_add_unsigned(micros))
    }

    /// The point `micros` microseconds earlier, at least [`Timestamp::MIN`].
    #[must_use]
    pub const fn saturating_sub(self, micros: u64) -> Self {
        Self(self.0.saturating_sub_unsigned(micros))
    }

    /// Microseconds from `earlier` to this point; negative when `earlier` is the later one, clamped to the type.
    #[must_use]
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn a_day_is_counted_from_its_beginning() {
        let days = [-1, 0, 86_399_999_999, 86_400_000_000].map(|micros| Timestamp::from_micros(micros).day());
        assert_eq!(days, [-1, 0, 0, 1]);
        assert_eq!(Timestamp::of_day(20_000).day(), 20_000);
    }

    #[test]
    fn arithmetic_stops_at_the_ends_of_time() {
        let noon = Timestamp::from_micros(43_200_000_000);
        assert_eq!(noon.saturating_add(5).as_micros(), 43_200_000_005);
        assert_eq!(noon.saturating_sub(43_200_000_001).as_micros(), -1);
        assert_eq!(noon.saturating_add(u64::MAX), Timestamp::MAX);
        assert_eq!(noon.saturating_sub(u64::MAX), Timestamp::MIN);
        assert_eq!(noon.micros_since(noon.saturating_add(7)), -7);
        assert_eq!(Timestamp::MAX.micros_since(Timestamp::MIN), i64::MAX);
    }
}
