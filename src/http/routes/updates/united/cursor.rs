//! Where a subscriber of a tenant with partitions is in their journals, as its
//! [`Cursor`](crate::http::routes::updates::cursor::Cursor) says it: `p` and a position of each with dots between, the resolver's first.

use std::fmt;

use crate::engine::Position;

/// How far a subscriber was told of each journal: of the resolver's, and of those of the partitions, by their numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::http::routes::updates) struct Positions(pub(super) Vec<Position>);

impl Positions {
    /// What it is read from, of so many journals. `0` is before all that is kept. A partition that was not there yet is told from its
    /// beginning.
    pub(in crate::http::routes::updates) fn parse(text: &str, journals: usize) -> Option<Self> {
        let begin = Position(0);
        if text == "0" {
            return Some(Self(vec![begin; journals]));
        }
        let positions = text.strip_prefix('p')?.split('.');
        let positions: Option<Vec<Position>> = positions
            .map(|position| Some(Position(position.parse().ok()?)))
            .collect();
        let mut positions = positions.filter(|positions| positions.len() <= journals)?;
        positions.resize(journals, begin);
        Some(Self(positions))
    }
}

impl fmt::Display for Positions {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before = 'p';
        for position in &self.0 {
            write!(out, "{before}{position}")?;
            before = '.';
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_a_client_repeats_is_read_as_it_was_meant(
            positions in prop::collection::vec(any::<u64>(), 2..9),
            more in 0_usize..3,
        ) {
            let mut positions = Positions(positions.into_iter().map(Position).collect());
            let (text, journals) = (positions.to_string(), positions.0.len() + more);
            positions.0.resize(journals, Position(0));
            prop_assert_eq!(Positions::parse(&text, journals), Some(positions));
        }
    }

    #[test]
    fn anything_else_is_none() {
        assert_eq!(Positions::parse("0", 3), Some(Positions(vec![Position(0); 3])));
        for text in ["", "7", "p", "p7.", "p7.x.9", "p1.2.3.4", "p-1.2.3", "p1/2"] {
            assert_eq!(Positions::parse(text, 3), None, "{text}");
        }
    }
}
