//! What somebody ordered, counted by hand: one order once, with the last word on what it was worth and where it stands.

use std::collections::BTreeMap;

use yekta::domain::{
    amount::Amount,
    event::{Event, token},
};

/// Orders that count, and their worth by currency.
pub(crate) type Totals = (u64, BTreeMap<String, Amount>);

/// The totals of one person's `events`.
pub(crate) fn totals<'a>(events: impl Iterator<Item = &'a Event>) -> Totals {
    let mut worth: BTreeMap<String, (Option<Amount>, String)> = BTreeMap::new();
    let mut counts: BTreeMap<String, bool> = BTreeMap::new();
    let mut events: Vec<&Event> = events.collect();
    events.sort_by_key(|event| event.stamp());
    for event in events {
        let Some(order) = event.property_text("order_id") else {
            continue;
        };
        let state = match token(&event.name).as_str() {
            "order_completed" => {
                let amount = event
                    .property_text("total")
                    .or_else(|| event.property_text("revenue"));
                let amount = amount.and_then(|text| Amount::from_decimal(&text).ok());
                let currency = event
                    .property_text("currency")
                    .unwrap_or_else(|| "XXX".to_owned());
                worth.insert(order.clone(), (amount, currency));
                true
            }
            "order_updated" | "order_ready" | "order_shipped" | "order_delivered" => true,
            "order_cancelled" | "order_canceled" | "order_refunded" => false,
            _ => continue,
        };
        counts.insert(order, state);
    }
    let mut totals = Totals::default();
    for (order, (amount, currency)) in worth {
        if counts.get(&order) == Some(&true) {
            totals.0 += 1;
            if let Some(amount) = amount {
                let sum = totals.1.entry(currency).or_default();
                *sum = *sum + amount;
            }
        }
    }
    totals
}
