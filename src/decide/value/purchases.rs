//! What a customer bought within the window, read off their profile.

use std::collections::BTreeMap;

use crate::domain::{amount::Amount, profile::Profile, time::Timestamp};

/// What a customer bought within the window: at least one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchases {
    /// When the latest order was.
    pub last: Timestamp,
    /// How many orders, in whatever currency.
    pub orders: u32,
    /// What was paid, by currency. An order whose amount nobody could read is in none.
    pub paid: BTreeMap<String, Amount>,
}

impl Purchases {
    /// What was bought within `window_us` before `now`, and not called off or paid back since; `None` where that is nothing.
    ///
    /// What is dated later than `now` is yet to come.
    pub fn of(profile: &Profile, window_us: u64, now: Timestamp) -> Option<Self> {
        let since = now.saturating_sub(window_us);
        let mut bought: Option<Self> = None;
        for sale in profile.sales() {
            let at = sale.stamp.time;
            if at <= since || at > now {
                continue;
            }
            let bought = bought.get_or_insert(Self {
                last: at,
                orders: 0,
                paid: BTreeMap::new(),
            });
            bought.last = bought.last.max(at);
            bought.orders = bought.orders.saturating_add(1);
            if let Some(amount) = sale.value.amount {
                let sum = bought.paid.entry(sale.value.currency.clone()).or_default();
                *sum = *sum + amount;
            }
        }
        bought
    }
}
