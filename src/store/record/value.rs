//! The records of what customers are worth among all.

use crate::{
    domain::{amount::Amount, time::Timestamp},
    store::ids::ProfileId,
};

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

/// By what the customers of a tenant with partitions are ranked in each of them: what all of them come to together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScaleRecord {
    /// The time by which it ranks.
    pub at: Timestamp,
    /// The currency whose money counts.
    pub currency: Option<String>,
    /// The least that is in the second fifth by who bought last, in the third and so on.
    pub recency: Vec<StepRecord>,
    /// The same by who bought most often.
    pub frequency: Vec<StepRecord>,
    /// The same by who paid most.
    pub monetary: Vec<StepRecord>,
    /// The least that is in the second tier from below, in the third and so on.
    pub tiers: Vec<StepRecord>,
}

/// From which purchases on somebody is on a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRecord {
    /// When they bought last.
    pub last: Timestamp,
    /// How often.
    pub orders: u32,
    /// For how much.
    pub paid: Amount,
}
