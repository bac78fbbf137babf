//! What became of matters that somebody sees to, and who leaves without a complaint.

use serde::Serialize;

use crate::{
    api::experience::{Known, rounded},
    decide::experience::{
        Measure,
        table::Table,
        totals::{Totals, mean_of},
    },
};

#[derive(Clone, Debug, Serialize)]
pub(super) struct FollowUps {
    /// Opened on these days.
    opened: u64,
    /// Closed on these days, whenever they were opened.
    closed: u64,
    /// By how many more were opened than closed.
    open: u64,
    close_mean_s: Option<f64>,
}

impl FollowUps {
    pub(super) fn of(total: &Totals) -> Self {
        let (opened, closed) = (total.count(&Measure::Opened), total.count(&Measure::Closed));
        Self {
            opened,
            closed,
            open: opened.saturating_sub(closed),
            close_mean_s: mean_of(total.of(&Measure::Closed)).map(rounded),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct SilentTold {
    segment: String,
    /// How many are in it now.
    members: u64,
    /// How many of them came into it on these days.
    entered: u64,
}

impl SilentTold {
    pub(super) fn all(table: &Table, known: &Known) -> Vec<Self> {
        let each = known.silent.iter().map(|segment| {
            let size = known.segments.iter().find(|(name, _)| name == segment);
            let counts = table.segments.get(segment);
            Self {
                segment: segment.clone(),
                members: size.map_or(0, |(_, members)| *members),
                entered: counts.map_or(0, |counts| counts.count(&Measure::Silent)),
            }
        });
        each.collect()
    }
}
