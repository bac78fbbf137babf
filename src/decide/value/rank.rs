//! The order among customers: each in a fifth of all by each of three measures, and in a tier by money.

use std::{cmp::Reverse, collections::BTreeMap};

use crate::{
    decide::value::{Name, Policy, Purchases, Standing, Tier, Tiers},
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

/// What the ranking came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked<I> {
    /// The currency whose money counted; `None` where nobody paid.
    pub currency: Option<String>,
    /// Who stands where, in the order in which they were added.
    pub customers: Vec<(I, Rank)>,
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

    /// Ranks them.
    ///
    /// By a measure they stand in its order, and where it is the same for two in that of the other two measures: many buy
    /// once, and a fifth is to be a fifth of all. Who is the same in all three shares the lowest of their places, so that
    /// equals stand alike. No id decides: it depends on the store's key.
    pub fn rank(self, policy: &Policy) -> Ranked<I> {
        let currency = policy.currency.clone().or_else(|| self.commonest());
        let mut money = vec![Amount::ZERO; self.bought.len()];
        let sums = currency.as_ref().and_then(|currency| self.paid.get(currency));
        for (place, amount) in sums.into_iter().flatten() {
            if let Some(sum) = money.get_mut(*place) {
                *sum = *amount;
            }
        }
        let all = self.bought.len();
        let measured = || {
            let bought = self.bought.iter().zip(&money);
            bought.map(|((_, last, orders), money)| (*last, *orders, *money))
        };
        let recency = places(measured());
        let frequency = places(measured().map(|(last, orders, money)| (orders, money, last)));
        let monetary = places(measured().map(|(last, orders, money)| (money, orders, last)));
        let ranks =
            recency
                .into_iter()
                .zip(frequency)
                .zip(monetary)
                .map(|((recency, frequency), monetary)| Rank {
                    recency: fifth(recency, all),
                    frequency: fifth(frequency, all),
                    monetary: fifth(monetary, all),
                    tier: tier(policy.tiers, monetary, all),
                });
        let ids = self.bought.into_iter().map(|(id, ..)| id);
        Ranked {
            currency,
            customers: ids.zip(ranks).collect(),
        }
    }

    /// The currency that most customers paid in; of several the first by the alphabet.
    fn commonest(&self) -> Option<String> {
        let counted = self.paid.iter().map(|(name, sums)| (sums.len(), Reverse(name)));
        counted.max().map(|(_, Reverse(name))| name.clone())
    }
}

/// Where each of these stands in their order, from 0: equals share the lowest of their places.
fn places<K: Ord>(measures: impl Iterator<Item = K>) -> Vec<usize> {
    let mut ordered: Vec<(K, usize)> = measures.enumerate().map(|(index, key)| (key, index)).collect();
    ordered.sort_unstable();
    let mut places = vec![0; ordered.len()];
    let (mut before, mut shared) = (None, 0);
    for (place, (key, index)) in ordered.iter().enumerate() {
        if before != Some(key) {
            (before, shared) = (Some(key), place);
        }
        if let Some(one) = places.get_mut(*index) {
            *one = shared;
        }
    }
    places
}

/// In which fifth of `all` a place is, 1 to 5.
fn fifth(place: usize, all: usize) -> u8 {
    let below = place.saturating_mul(5).checked_div(all).unwrap_or(0);
    u8::try_from(below).map_or(5, |below| below.saturating_add(1).min(5))
}

/// In which tier of `all` a place is.
fn tier(tiers: Tiers, place: usize, all: usize) -> Tier {
    let above = all.saturating_sub(1).saturating_sub(place).saturating_mul(100);
    let mut share = 0_usize;
    for (tier, percent) in [
        (Tier::Top, tiers.top),
        (Tier::High, tiers.high),
        (Tier::Middle, tiers.middle),
    ] {
        share = share.saturating_add(usize::from(percent));
        if above < share.saturating_mul(all) {
            return tier;
        }
    }
    Tier::Low
}
