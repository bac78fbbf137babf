//! What a customer is worth among all, as a profile document tells it.

use serde::Serialize;

use crate::{domain::time::Timestamp, wire::out::scalar::Time};

/// Where a customer stands among all who bought something.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// Recency, 1 to 5: who bought last has 5.
    pub recency: u8,
    /// Frequency, 1 to 5.
    pub frequency: u8,
    /// Money, 1 to 5.
    pub monetary: u8,
    /// What such customers are called.
    pub name: &'a str,
    /// The tier by money.
    pub tier: &'a str,
    /// The ranking since which they stand there.
    pub at: Timestamp,
}

/// The same as JSON.
#[derive(Debug, Serialize)]
pub(super) struct Value<'a> {
    recency: u8,
    frequency: u8,
    monetary: u8,
    name: &'a str,
    tier: &'a str,
    at: Time,
}

impl<'a> From<Standing<'a>> for Value<'a> {
    fn from(standing: Standing<'a>) -> Self {
        Self {
            recency: standing.recency,
            frequency: standing.frequency,
            monetary: standing.monetary,
            name: standing.name,
            tier: standing.tier,
            at: Time(standing.at),
        }
    }
}
