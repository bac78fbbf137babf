//! Which part of a tenant's customers an engine has, and what a move is called.

use std::{fmt, num::NonZeroU32};

/// Which part of a tenant's customers an engine has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// All of them.
    #[default]
    Whole,
    /// None: it says which of so many partitions has whom.
    Resolver {
        /// How many partitions there are.
        partitions: NonZeroU32,
    },
    /// Those whom the resolver sends there.
    Partition {
        /// Which partition, from 0.
        index: u32,
    },
}

impl Part {
    /// Whether it has no customers and says who has.
    pub const fn is_resolver(self) -> bool {
        matches!(self, Self::Resolver { .. })
    }

    /// Whether others of its kind have the tenant's other customers.
    pub const fn is_partition(self) -> bool {
        matches!(self, Self::Partition { .. })
    }

    /// Whether what is about no customer is counted and told here: all partitions have it, and one speaks for them.
    pub const fn speaks_for_the_tenant(self) -> bool {
        matches!(self, Self::Whole | Self::Partition { index: 0 })
    }
}

/// A move of customers from one partition to another: the resolver's commit that began it, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MoveId {
    /// The number of the commit.
    pub batch: u64,
    /// Its number among the moves of the commit, from 0.
    pub index: u32,
}

impl MoveId {
    /// Reads what `Display` writes; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (batch, index) = text.split_once('-')?;
        let parsed = Self {
            batch: batch.parse().ok()?,
            index: index.parse().ok()?,
        };
        // `parse` reads a sign and zeros before the number as well.
        (parsed.to_string() == text).then_some(parsed)
    }
}

impl fmt::Display for MoveId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", self.batch, self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_all_partitions_speaks_for_the_tenant() {
        let of = |index| Part::Partition { index };
        assert!(Part::Whole.speaks_for_the_tenant());
        let speak: Vec<bool> = (0..3).map(|index| of(index).speaks_for_the_tenant()).collect();
        assert_eq!(speak, [true, false, false]);
    }

    #[test]
    fn a_move_is_read_as_it_was_written_and_nothing_else_is_one() {
        let id = MoveId { batch: 70, index: 3 };
        assert_eq!(MoveId::parse(&id.to_string()), Some(id));
        for other in ["", "70", "70-", "-3", "+70-3", "070-3", "70-3-1", "70-x"] {
            assert_eq!(MoveId::parse(other), None, "{other}");
        }
    }
}
