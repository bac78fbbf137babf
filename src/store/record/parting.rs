//! What is kept and sent where several engines have the customers of one tenant between them.

use std::fmt;

use crate::{
    domain::event::{Event, StreamPlace},
    store::ids::KeyHash,
};

/// What is still to be told of a profile that moved between partitions, beside the commit of the move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UntoldRecord {
    /// That it left, in this version, for that partition.
    Departed {
        /// The version it had, and has there.
        version: u64,
        /// The partition that it went to.
        to: u32,
    },
    /// That it came, and how it stands.
    Arrived {
        /// Whether it is shown otherwise here than it was there, and has its next version when that is told.
        otherwise: bool,
    },
}

/// Customers who are connected: where they live, and how much there is of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ComponentRecord {
    /// The partition that has all of their events, from 0.
    pub partition: u32,
    /// How many events were routed for them: what a move of them costs.
    pub events: u64,
    /// How many values connect them.
    pub keys: u64,
}

/// What a value is connected with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkedRecord {
    /// The component that it is in, by the value with which that began; or one that another took in, which this value of it
    /// leads to.
    pub component: KeyHash,
}

/// Over how many partitions customers are spread, and how far that is. `Debug` shows numbers and no row.
#[derive(Clone, PartialEq, Eq)]
pub struct SpreadRecord {
    /// Whoever begins does so in one of these.
    pub partitions: u32,
    /// So many of them, the first, have all that the tenant said of itself.
    pub told: u32,
    /// Up to which row of that the others have it; empty where they have none.
    pub up_to: Vec<u8>,
    /// Behind which component some may be where fewer partitions had them; `None` where none is.
    pub after: Option<KeyHash>,
}

impl fmt::Debug for SpreadRecord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            partitions,
            told,
            after,
            ..
        } = self;
        write!(
            out,
            "SpreadRecord(over {partitions}, {told} are told, behind {after:?})"
        )
    }
}

/// An event on its way to a partition. `Debug` shows nothing that it holds.
#[derive(Clone, PartialEq, Eq)]
pub struct RoutedRecord {
    /// The event as the edge made it.
    pub event: Event,
    /// Where it stands in the tenant's input stream.
    pub place: Option<StreamPlace>,
}

impl fmt::Debug for RoutedRecord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("RoutedRecord(…)")
    }
}

/// Who is to leave a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepartureRecord {
    /// The partition they go to.
    pub to: u32,
    /// All values that connect them, but for those that were told before. Nobody else has one of these.
    pub keys: Vec<KeyHash>,
}

/// Who is to come into a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArrivalRecord {
    /// The partition they come from.
    pub from: u32,
}

/// All that a partition has of customers who leave it: the rows of its store, by their keys, as they lie there. `Debug` shows how
/// many.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ParcelRecord {
    /// The rows, in the order in which they leave.
    pub rows: Vec<(Vec<u8>, Vec<u8>)>,
}

impl fmt::Debug for ParcelRecord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ParcelRecord({} rows)", self.rows.len())
    }
}

/// A move that takes several commits, by the resolver's commit that began it and its number there: how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StagedRecord {
    /// Somebody leaves.
    Departing {
        /// The resolver's commit.
        batch: u64,
        /// Its number there.
        index: u32,
        /// So many rows have left, in their order.
        rows: u64,
        /// As so many pieces of the parcel.
        pieces: u64,
    },
    /// Somebody comes.
    Arriving {
        /// The resolver's commit.
        batch: u64,
        /// Its number there.
        index: u32,
        /// So much of it is done, in its order.
        done: u64,
        /// Whether other rules made it than hold here, or did when it began.
        is_of_others: bool,
    },
}

/// Rows that leave with a move, in their order. `Debug` shows how many.
#[derive(Clone, PartialEq, Eq)]
pub struct PlannedRecord {
    /// Their keys.
    pub keys: Vec<Vec<u8>>,
}

impl fmt::Debug for PlannedRecord {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PlannedRecord({} rows)", self.keys.len())
    }
}
