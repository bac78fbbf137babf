//! What all customers come to together, in a few numbers: from where on somebody stands how high.
//!
//! Whoever knows the scale and what one customer bought knows where that one stands, and needs to know nothing of the others: so
//! customers who live apart are ranked as if they were in one place. Each number of a scale is what one customer bought, of whom it says
//! nothing else.

use crate::{
    decide::value::{Purchases, Rank, Tier, Tiers},
    domain::{amount::Amount, time::Timestamp},
};

/// What counts of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bought {
    /// When they bought last.
    pub last: Timestamp,
    /// How often.
    pub orders: u32,
    /// For how much, in the currency that counts.
    pub paid: Amount,
}

/// From where on customers stand how high. Each list has the least that reaches the second level, the third and so on; a level that
/// nobody reached has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scale {
    /// The currency whose money counts; `None` where nobody paid.
    pub currency: Option<String>,
    /// The fifths by who bought last.
    pub recency: Vec<Bought>,
    /// The fifths by who bought most often.
    pub frequency: Vec<Bought>,
    /// The fifths by who paid most.
    pub monetary: Vec<Bought>,
    /// The tiers by who paid most.
    pub tiers: Vec<Bought>,
}

impl Bought {
    /// By a measure customers stand in its order, and where it is the same for two in that of the other two: many buy once, and a
    /// fifth is to be a fifth of all. No id decides: it depends on the store's key.
    fn by_recency(&self) -> (Timestamp, u32, Amount) {
        (self.last, self.orders, self.paid)
    }

    fn by_frequency(&self) -> (u32, Amount, Timestamp) {
        (self.orders, self.paid, self.last)
    }

    fn by_money(&self) -> (Amount, u32, Timestamp) {
        (self.paid, self.orders, self.last)
    }
}

impl Scale {
    /// What these come to, whose money is in this currency.
    pub(super) fn of(mut all: Vec<Bought>, currency: Option<String>, tiers: Tiers) -> Self {
        let count = all.len();
        let in_fifth = |place| fifth(place, count);
        all.sort_unstable_by_key(Bought::by_recency);
        let recency = steps(&all, Bought::by_recency, in_fifth);
        all.sort_unstable_by_key(Bought::by_frequency);
        let frequency = steps(&all, Bought::by_frequency, in_fifth);
        all.sort_unstable_by_key(Bought::by_money);
        Self {
            currency,
            recency,
            frequency,
            monetary: steps(&all, Bought::by_money, in_fifth),
            tiers: steps(&all, Bought::by_money, |place| tier(tiers, place, count)),
        }
    }

    /// What counts of what a customer bought.
    pub fn counted(&self, purchases: &Purchases) -> Bought {
        let paid = self
            .currency
            .as_ref()
            .and_then(|currency| purchases.paid.get(currency));
        Bought {
            last: purchases.last,
            orders: purchases.orders,
            paid: paid.copied().unwrap_or_default(),
        }
    }

    /// Where whoever bought this stands.
    pub fn rank(&self, bought: &Bought) -> Rank {
        let fifth = |level: usize| u8::try_from(level.saturating_add(1)).unwrap_or(u8::MAX);
        Rank {
            recency: fifth(level(&self.recency, bought, Bought::by_recency)),
            frequency: fifth(level(&self.frequency, bought, Bought::by_frequency)),
            monetary: fifth(level(&self.monetary, bought, Bought::by_money)),
            tier: match level(&self.tiers, bought, Bought::by_money) {
                0 => Tier::Low,
                1 => Tier::Middle,
                2 => Tier::High,
                _ => Tier::Top,
            },
        }
    }
}

/// The least of each level but the lowest of these, which are in order, where `of` says which a place is in, from 0: equals share the
/// lowest of their places, so that they stand alike.
fn steps<K: Ord>(all: &[Bought], by: fn(&Bought) -> K, of: impl Fn(usize) -> usize) -> Vec<Bought> {
    let (mut steps, mut before) = (Vec::new(), None);
    for (place, one) in all.iter().enumerate() {
        let key = by(one);
        if before.as_ref() != Some(&key) {
            let level = of(place);
            steps.resize(steps.len().max(level), *one);
            before = Some(key);
        }
    }
    steps
}

/// On which level somebody is, from 0.
fn level<K: Ord>(steps: &[Bought], one: &Bought, by: fn(&Bought) -> K) -> usize {
    let key = by(one);
    steps.partition_point(|step| by(step) <= key)
}

/// In which fifth of `all` a place is, from 0.
fn fifth(place: usize, all: usize) -> usize {
    place.saturating_mul(5).checked_div(all).unwrap_or(0).min(4)
}

/// In which tier of `all` a place is, from 0, which is the lowest.
fn tier(tiers: Tiers, place: usize, all: usize) -> usize {
    let above = all.saturating_sub(1).saturating_sub(place).saturating_mul(100);
    let mut share = 0_usize;
    for (tier, percent) in [(3, tiers.top), (2, tiers.high), (1, tiers.middle)] {
        share = share.saturating_add(usize::from(percent));
        if above < share.saturating_mul(all) {
            return tier;
        }
    }
    0
}
