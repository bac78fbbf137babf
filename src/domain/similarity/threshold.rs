//! From how much evidence on two claims are one person.
//!
//! Owns the rule that the threshold follows the number of people: among more people more pairs agree by chance.

use crate::domain::similarity::bits::{Bits, log2_nano};

/// The two thresholds of a population.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Thresholds {
    /// From here on a pair is a link.
    pub auto: Bits,
    /// From here on it is a possible match, to be looked at.
    pub review: Bits,
}

/// Evidence beyond the odds that one of so many people is meant.
const MARGIN: Bits = Bits::whole(1);
/// How far below lies what is looked at.
const REVIEW: Bits = Bits::whole(4);

/// The thresholds among `expected_people`: the logarithm of their number, and a margin.
#[must_use]
pub fn thresholds(expected_people: u64) -> Thresholds {
    let auto = Bits::from_nano(log2_nano(expected_people.max(2))) + MARGIN;
    Thresholds {
        auto,
        review: auto - REVIEW,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::thresholds;

    proptest! {
        #[test]
        fn more_people_ask_for_more_evidence(people in 2u64..u64::MAX / 2) {
            let (few, many) = (thresholds(people), thresholds(people * 2));
            prop_assert!(few.auto < many.auto);
            prop_assert!(few.review < few.auto);
            // Twice the people are one bit.
            prop_assert!((many.auto.0 - few.auto.0 - 1_000_000).abs() <= 1);
        }
    }
}
