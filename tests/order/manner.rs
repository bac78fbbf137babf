//! How a tenant between several engines is played, and what is counted of it.

/// What is wrong on purpose: each has to be noticed, or the tests would prove nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// Whoever arrives has no row under this letter.
    Lacks(u8),
    /// Who is to depart stays.
    Stays,
    /// Who is to arrive never does.
    NeverArrives,
    /// A partition goes on behind what it has not consumed.
    Skips,
}

/// How one goes about it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Manner {
    /// Whether journals fail, and stores are lost while nothing runs on them.
    pub(crate) is_faulty: bool,
    /// Whether next to no move fits into one commit.
    pub(crate) is_narrow: bool,
    pub(crate) wrong: Option<Wrong>,
}

/// How often somebody moved, and what more there was of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moves {
    /// Moves of somebody who was there.
    pub(crate) all: usize,
    /// Those of somebody who had moved before.
    pub(crate) again: usize,
    /// Parcels of several pieces.
    pub(crate) in_pieces: usize,
    /// How often a partition had to wait for a parcel.
    pub(crate) waited: usize,
}
