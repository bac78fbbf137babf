//! How much a customer is worth among all: when they bought last (recency), how often (frequency) and for how much (money),
//! each as a fifth of all who bought; a name for that; and a tier by money.
//!
//! Owns what counts as bought ([`Purchases`]), the order among customers ([`Customers`], [`Scale`]) and the names ([`Name`], [`Tier`]). A
//! function of the set of customers and of a time that is given: never of the order in which they come, nor of an id, which
//! a key makes. `engine::value` calls it and keeps what it says.

mod name;
mod purchases;
mod rank;
mod scale;

pub use self::{
    name::{Name, Tier},
    purchases::Purchases,
    rank::{Customers, Rank},
    scale::{Bought, Scale},
};

const HOUR_MICROS: u64 = 3_600 * 1_000_000;

/// By what customers are ranked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What was bought within so many microseconds counts.
    pub window_us: u64,
    /// Microseconds from one ranking to the next; 0 ranks only when it is asked for.
    pub every_us: u64,
    /// The currency whose money counts, as the orders name it; `None` for the one that most customers paid in.
    pub currency: Option<String>,
    /// How many customers are in which tier.
    pub tiers: Tiers,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            window_us: HOUR_MICROS.saturating_mul(24 * 365),
            every_us: HOUR_MICROS.saturating_mul(24),
            currency: None,
            tiers: Tiers::default(),
        }
    }
}

/// How many of a hundred customers are in each tier, from above; the rest is in the lowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiers {
    /// In the highest.
    pub top: u8,
    /// In the next.
    pub high: u8,
    /// In the one below.
    pub middle: u8,
}

impl Default for Tiers {
    fn default() -> Self {
        Self {
            top: 5,
            high: 15,
            middle: 30,
        }
    }
}

/// How much a customer is worth among all, as it was last found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Recency, 1 to 5: who bought last has 5.
    pub recency: u8,
    /// Frequency, 1 to 5: who bought most often has 5.
    pub frequency: u8,
    /// Money, 1 to 5: who paid most has 5.
    pub monetary: u8,
    /// What such customers are called, as `champions`.
    pub name: String,
    /// The tier by what they paid: `top`, `high`, `middle`, `low`.
    pub tier: String,
}

#[cfg(test)]
mod tests;
