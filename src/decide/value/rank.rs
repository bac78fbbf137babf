//! The order among customers: each in a fifth of all by each of three measures, and in a tier by money.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::{
    decide::value::{Bought, Name, Policy, Purchases, Scale, Standing, Tier},
    domain::{amount::Amount, time::Timestamp},
};

/// All who bought something, to be ranked. About 64 bytes each where they paid in one currency.
#[derive(Clone, Debug)]
pub struct Customers<I> {
    bought: Vec<(I, Timestamp, u32)>,
    /// Who paid how much, by currency: by their places among those who bought.
    paid: BTreeMap<String, Vec<(usize, Amount)>>,
}

impl<I> Default for Customers<I> {
    fn default() -> Self {
        Self {
            bought: Vec::new(),
            paid: BTreeMap::new(),
        }
    }
}

/// Where a customer stands, each fifth 1 to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank {
    /// Who bought last has 5.
    pub recency: u8,
    /// Who bought most often has 5.
    pub frequency: u8,
    /// Who paid most has 5.
    pub monetary: u8,
    /// By what they paid.
    pub tier: Tier,
}

impl Rank {
    /// The same with its names.
    pub fn standing(self) -> Standing {
        Standing {
            recency: self.recency,
            frequency: self.frequency,
            monetary: self.monetary,
            name: Name::of(self.recency, self.frequency, self.monetary)
                .as_str()
                .to_owned(),
            tier: self.tier.as_str().to_owned(),
        }
    }
}

impl<I> Customers<I> {
    /// Takes in a customer, each once.
    pub fn add(&mut self, id: I, purchases: Purchases) {
        let place = self.bought.len();
        self.bought.push((id, purchases.last, purchases.orders));
        for (currency, amount) in purchases.paid {
            self.paid.entry(currency).or_default().push((place, amount));
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.bought.len()
    }

    /// What they come to together.
    pub fn scale(&self, policy: &Policy) -> Scale {
        let currency = policy.currency.clone().or_else(|| self.commonest());
        Scale::of(self.counted(currency.as_deref()), currency, policy.tiers)
    }

    /// Where each of them stands by a scale, in the order in which they were added.
    pub fn ranked(self, scale: &Scale) -> Vec<(I, Rank)> {
        let counted = self.counted(scale.currency.as_deref());
        let ids = self.bought.into_iter().map(|(id, ..)| id);
        let ranks = counted.iter().map(|bought| scale.rank(bought));
        ids.zip(ranks).collect()
    }

    /// What counts of each, with money in this currency.
    fn counted(&self, currency: Option<&str>) -> Vec<Bought> {
        let bought = self.bought.iter().map(|(_, last, orders)| Bought {
            last: *last,
            orders: *orders,
            paid: Amount::ZERO,
        });
        let mut bought: Vec<Bought> = bought.collect();
        let paid = currency.and_then(|currency| self.paid.get(currency));
        for (place, amount) in paid.into_iter().flatten() {
            if let Some(one) = bought.get_mut(*place) {
                one.paid = *amount;
            }
        }
        bought
    }

    /// The currency that most customers paid in; of several the first by the alphabet.
    fn commonest(&self) -> Option<String> {
        let counted = self.paid.iter().map(|(name, sums)| (sums.len(), Reverse(name)));
        counted.max().map(|(_, Reverse(name))| name.clone())
    }
}
