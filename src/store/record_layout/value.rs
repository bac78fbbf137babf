//! The layout on disk of what customers are worth among all. As frozen as all of it.

use crate::store::{
    codec::Record,
    layout,
    record::{RankingRecord, ScaleRecord, StandingRecord},
};

record!(StandingRecord, 1, "standing");
record!(RankingRecord, 1, "ranking");
record!(ScaleRecord, 1, "scale of what customers are worth");

layout! {
    struct crate::store::record::StandingRecord { recency, frequency, monetary, name, tier, at }
    struct crate::store::record::RankingRecord { asked, asked_at, done, at, customers, currency, erased }
    struct crate::store::record::ScaleRecord { at, currency, recency, frequency, monetary, tiers }
    struct crate::store::record::StepRecord { last, orders, paid }
}
