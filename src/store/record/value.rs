//! The records of what customers are worth among all.

use crate::{domain::time::Timestamp, store::ids::ProfileId};

/// Where a customer stands among all who bought something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingRecord {
    /// Recency, 1 to 5: who bought last has 5.
    pub recency: u8,
    /// Frequency, 1 to 5.
    pub frequency: u8,
    /// Money, 1 to 5.
    pub monetary: u8,
    /// What such customers are called.
    pub name: String,
    /// The tier by money.
    pub tier: String,
    /// The time of the ranking since which they stand there.
    pub at: Timestamp,
}

/// How far ranking is: that it was asked for, and how the last ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RankingRecord {
    /// How often it was asked for.
    pub asked: u64,
    /// When it was asked for last: the time by which that ranks.
    pub asked_at: Option<Timestamp>,
    /// How often it had been when the last that is done began.
    pub done: u64,
    /// The time by which that ranked; `None` before the first.
    pub at: Option<Timestamp>,
    /// How many customers stand since.
    pub customers: u64,
    /// The currency whose money counted.
    pub currency: Option<String>,
    /// Who was erased since it was asked for: what was read of them before counts no longer.
    pub erased: Vec<ProfileId>,
}
