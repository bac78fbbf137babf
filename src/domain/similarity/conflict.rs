//! What forbids that two are one person, however much else speaks for it.
//!
//! Owns [`Conflict`] and the pairwise rules on suffixes and national ids. [`super::compare()`] finds one between two
//! claims, [`super::summary`] between two clusters.

use crate::domain::similarity::{edits, field::Level};

/// Why two are not one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conflict {
    /// Their given names are clearly two: a household, where the rest agrees.
    GivenNames,
    /// Their birth dates are clearly two.
    BirthDates,
    /// Father and son.
    Suffix,
    /// Their national ids are clearly two.
    NationalIds,
}

impl Conflict {
    /// The name in an explanation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GivenNames => "given_names",
            Self::BirthDates => "birth_dates",
            Self::Suffix => "suffix",
            Self::NationalIds => "national_ids",
        }
    }
}

/// Two suffixes: a second is often called junior, and the other way round.
pub(super) fn suffix(a: &str, b: &str) -> Option<Level> {
    match (a, b) {
        _ if a == b => Some(Level::Equal),
        ("jr", "ii") | ("ii", "jr") | ("i", "sr") | ("sr", "i") => None,
        _ => Some(Level::Different),
    }
}

/// Two national ids.
pub(super) fn national(a: &str, b: &str) -> Level {
    if a == b {
        return Level::Equal;
    }
    match edits(a, b) {
        0 | 1 => Level::OneEdit,
        2 => Level::Different,
        // Two kinds of number, most likely.
        _ if a.len() != b.len() => Level::Different,
        _ => Level::Incompatible,
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, national, suffix};

    #[test]
    fn slips_and_other_numbers_differ() {
        assert_eq!(national("6988048", "6988048"), Level::Equal);
        assert_eq!(national("6988048", "6988084"), Level::OneEdit);
        assert_eq!(national("6988048", "6988149"), Level::Different);
        assert_eq!(national("6988048", "1231231"), Level::Incompatible);
        // Two kinds of number.
        assert_eq!(national("832721", "1231345345"), Level::Different);
        assert_eq!(suffix("jr", "sr"), Some(Level::Different));
        assert_eq!(suffix("jr", "ii"), None);
    }
}
