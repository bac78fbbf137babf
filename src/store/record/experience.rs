//! The records of what is counted of the experience.

use std::collections::BTreeMap;

use crate::{
    domain::{time::Timestamp, value::Value},
    store::ids::TallyHash,
};

/// What is added up in a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SumsRecord {
    /// How many.
    pub count: i64,
    /// The sum of what is measured.
    pub sum: i64,
    /// The sum of its squares.
    pub squares: i64,
}

/// A cell: what it counts, by its names, and what is added up. The day is in its key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CellRecord {
    /// What is measured.
    pub name: String,
    /// Of what.
    pub of: String,
    /// The same of a second.
    pub also: String,
    /// A number on a scale.
    pub number: u32,
    /// The journey, its stage and its touchpoint.
    pub spot: [String; 3],
    /// The segment.
    pub segment: String,
    /// The channel.
    pub channel: String,
    /// The team.
    pub team: String,
    /// What is added up.
    pub sums: SumsRecord,
}

/// How many cells a day has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellsRecord {
    /// So many.
    pub cells: u32,
}

/// What one customer adds to cells. It names none of them in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShareRecord {
    /// A digest of all that it follows from: while that is the same, it is.
    pub digest: [u8; 16],
    /// By the day and the cell.
    pub parts: BTreeMap<(u32, TallyHash), SumsRecord>,
}

/// Something that was found out about many customers, while it lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InsightRecord {
    /// Of what kind.
    pub kind: String,
    /// About what.
    pub about: String,
    /// Since when.
    pub since: Timestamp,
    /// What shows it, by name, as it was told.
    pub evidence: BTreeMap<String, Value>,
}
