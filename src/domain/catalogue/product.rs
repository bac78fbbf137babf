//! What is published of a product: what it costs and whether it is there, of which the latest word holds.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    catalogue::{PriceChange, StockChange},
    event::Stamp,
    profile::bounded::{Latest, keep_latest},
    time::Timestamp,
};

/// Prices of one product that are remembered: the last ones, by when they begin.
const PRICES_MAX: usize = 8;
/// Stores of which is remembered whether they have a product: those that were last spoken of.
pub const STORES_MAX: usize = 256;

/// A product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// What it is called.
    pub name: Option<Latest<String>>,
    /// Where it is shown.
    pub url: Option<Latest<String>>,
    /// What kind of product it is.
    pub category: Option<Latest<String>>,
    /// What it costs, and from when on; the last that began holds, and behind its end the one before.
    pub prices: BTreeSet<Price>,
    /// Whether it is there, wherever that is.
    pub stock: Option<Latest<Stock>>,
    /// Whether it is in a store.
    pub stores: BTreeMap<String, Latest<Stock>>,
}

/// A price from an instant on. Ordered by that.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Price {
    /// From when on. Compared first.
    pub from: Timestamp,
    /// By which event. Of two from one instant on the later holds.
    pub stamp: Stamp,
    /// The price of one, as written.
    pub price: String,
    /// ISO 4217 code of the price.
    pub currency: String,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// Whether something is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stock {
    /// Whether there is any.
    pub available: bool,
    /// How much, as written.
    pub quantity: Option<String>,
}

impl Product {
    /// Takes in what it costs; whether that changes anything.
    pub fn take_price(&mut self, change: &PriceChange, stamp: &Stamp) -> bool {
        let mut changes = false;
        for (register, said) in [
            (&mut self.name, &change.name),
            (&mut self.url, &change.url),
            (&mut self.category, &change.category),
        ] {
            if let Some(said) = said {
                changes |= set(register, stamp, said.clone());
            }
        }
        let price = Price {
            from: change.from.unwrap_or(stamp.time),
            stamp: stamp.clone(),
            price: change.price.clone(),
            currency: change.currency.clone(),
            until: change.until,
        };
        let is_new = self.prices.insert(price.clone());
        while self.prices.len() > PRICES_MAX {
            self.prices.pop_first();
        }
        changes | (is_new && self.prices.contains(&price))
    }

    /// Takes in whether it is there; whether that changes anything.
    pub fn take_stock(&mut self, change: &StockChange, stamp: &Stamp) -> bool {
        let Some(store) = &change.store else {
            return set(&mut self.stock, stamp, change.stock.clone());
        };
        let entry = Latest {
            stamp: stamp.clone(),
            value: change.stock.clone(),
        };
        if self.stores.get(store).is_some_and(|there| *there >= entry) {
            return false;
        }
        self.stores.insert(store.clone(), entry);
        keep_latest(&mut self.stores, STORES_MAX);
        self.stores.contains_key(store)
    }

    /// What it costs at `now`.
    pub fn price_at(&self, now: Timestamp) -> Option<&Price> {
        let holds = |price: &&Price| price.from <= now && price.until.is_none_or(|until| now < until);
        self.prices.iter().rev().find(holds)
    }

    /// Whether there is any, wherever that is; `None` where nobody said.
    pub fn is_in_stock(&self) -> Option<bool> {
        let everywhere = self.stock.as_ref();
        if everywhere.is_none() && self.stores.is_empty() {
            return None;
        }
        // What was said of all of them before is no longer known of any.
        let later = |one: &Latest<Stock>| everywhere.is_none_or(|all| all.stamp < one.stamp);
        let anywhere = self.stores.values().any(|one| later(one) && one.value.available);
        Some(anywhere || everywhere.is_some_and(|all| all.value.available))
    }

    /// Whether there is any in `store`; `None` where nobody said.
    pub fn is_in_store(&self, store: &str) -> Option<bool> {
        let there = self.stores.get(store);
        let latest = there
            .into_iter()
            .chain(&self.stock)
            .max_by(|a, b| a.stamp.cmp(&b.stamp));
        latest.map(|latest| latest.value.available)
    }

    /// Since when it is as [`Product::is_in_stock`] says.
    pub fn stock_since(&self) -> Option<Timestamp> {
        let all = self.stores.values().chain(&self.stock);
        all.map(|one| one.stamp.time).max()
    }

    /// The last word on it.
    pub fn last(&self) -> Option<Timestamp> {
        let named = [&self.name, &self.url, &self.category].into_iter().flatten();
        let named = named.map(|one| one.stamp.time);
        let prices = self.prices.iter().map(|price| price.stamp.time);
        named.chain(prices).chain(self.stock_since()).max()
    }
}

/// Sets a register if the entry is later than what is there; whether it is.
pub(super) fn set<T: Ord>(register: &mut Option<Latest<T>>, stamp: &Stamp, value: T) -> bool {
    let entry = Latest {
        stamp: stamp.clone(),
        value,
    };
    let is_later = register.as_ref().is_none_or(|there| *there < entry);
    if is_later {
        *register = Some(entry);
    }
    is_later
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stamp(time: i64, id: &str) -> Stamp {
        Stamp {
            time: Timestamp::from_micros(time),
            id: id.to_owned(),
            source: "erp".to_owned(),
        }
    }

    fn price(price: &str, [from, until]: [Option<i64>; 2]) -> PriceChange {
        PriceChange {
            product: "p".to_owned(),
            price: price.to_owned(),
            currency: "EUR".to_owned(),
            from: from.map(Timestamp::from_micros),
            until: until.map(Timestamp::from_micros),
            name: Some(format!("at {price}")),
            url: None,
            category: None,
        }
    }

    fn stock(store: Option<&str>, available: bool) -> StockChange {
        StockChange {
            product: "p".to_owned(),
            store: store.map(str::to_owned),
            stock: Stock {
                available,
                quantity: None,
            },
        }
    }

    fn at(product: &Product, time: i64) -> Option<&str> {
        product
            .price_at(Timestamp::from_micros(time))
            .map(|price| price.price.as_str())
    }

    #[test]
    fn a_price_holds_from_its_beginning_and_the_one_before_behind_its_end() {
        let mut product = Product::default();
        assert!(product.take_price(&price("10", [None; 2]), &stamp(100, "a")));
        assert!(product.take_price(&price("8", [Some(200), Some(300)]), &stamp(110, "b")));
        assert!(product.take_price(&price("9", [None; 2]), &stamp(90, "c")));
        let told: Vec<_> = [80, 95, 150, 200, 299, 300]
            .map(|time| at(&product, time))
            .to_vec();
        assert_eq!(
            told,
            [None, Some("9"), Some("10"), Some("8"), Some("8"), Some("10")]
        );
        assert_eq!(product.name.as_ref().unwrap().value, "at 8");
        assert!(!product.take_price(&price("9", [None; 2]), &stamp(90, "c")));
    }

    #[test]
    fn a_word_on_all_stores_is_later_or_earlier_than_one_on_one() {
        let mut product = Product::default();
        assert_eq!(product.is_in_stock(), None);
        assert!(product.take_stock(&stock(Some("north"), true), &stamp(1, "a")));
        assert_eq!(
            (product.is_in_stock(), product.is_in_store("south")),
            (Some(true), None)
        );
        assert!(product.take_stock(&stock(None, false), &stamp(2, "b")));
        assert_eq!(product.is_in_stock(), Some(false));
        assert_eq!(product.is_in_store("north"), Some(false));
        assert!(product.take_stock(&stock(Some("north"), true), &stamp(3, "c")));
        assert_eq!(product.is_in_stock(), Some(true));
        assert_eq!(product.is_in_store("south"), Some(false));
        assert!(!product.take_stock(&stock(Some("north"), false), &stamp(2, "d")));
    }

    proptest! {
        #[test]
        fn what_is_published_does_not_depend_on_the_order(
            words in prop::collection::vec((0i64..40, 0u8..4, 0i64..40, any::<bool>()), 0..40),
            seed in any::<u64>(),
        ) {
            let told = |order: &[usize]| {
                let mut product = Product::default();
                for index in order {
                    let (time, what, from, yes) = words[*index];
                    let stamp = stamp(time, &index.to_string());
                    match what {
                        0 => product.take_stock(&stock(None, yes), &stamp),
                        1 => product.take_stock(&stock(Some(&format!("s{}", from % 5)), yes), &stamp),
                        _ => product.take_price(&price(&index.to_string(), [yes.then_some(from), None]), &stamp),
                    };
                }
                product
            };
            let ordered: Vec<usize> = (0..words.len()).collect();
            let mut shuffled = ordered.clone();
            shuffled.sort_by_key(|index| (*index as u64).wrapping_add(1).wrapping_mul(seed | 1) % 1_009);
            prop_assert_eq!(told(&ordered), told(&shuffled));
        }
    }
}
