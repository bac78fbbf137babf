//! What it takes to rank all customers by what they are worth, and how soon events are visible meanwhile.
//!
//! `cargo bench --bench end_to_end -- --parts values --profiles 20000`

use std::time::Instant;

use serde_json::{Value, json};
use yekta::engine::api::{Command, Valuing};

use crate::beside::{RATE, UNDISTURBED, hand_over, until};
use crate::figures::{per_second, quantiles, row};
use crate::town::Town;

/// Customers of one submission while the store is filled.
const FILLED: u32 = 256;

/// Measures it with so many customers, each of two orders.
pub fn measure(count: u32) {
    let town = Town::new();
    for round in 0..2 {
        for first in (0..count).step_by(usize::try_from(FILLED).unwrap()) {
            let numbers = first..count.min(first + FILLED);
            let orders: Vec<Value> = numbers.map(|number| order(number, round)).collect();
            town.submit(town.submissions(&orders));
        }
    }
    let mut events = (0..).map(viewed);
    let undisturbed = town
        .runtime
        .block_on(hand_over(&town, &mut events, until(UNDISTURBED)));
    row(
        &format!("freshness at {RATE} events/s, undisturbed"),
        &quantiles(undisturbed),
    );
    for what in ["first", "again"] {
        let (took, meanwhile) = town.runtime.block_on(async {
            let begun = Instant::now();
            let asked = Command::Rank(Valuing::Ask);
            town.engine.handle.command(None, asked).await.unwrap();
            let query = town.engine.handle.query();
            let is_done = || !query.ranking().unwrap().unwrap().is_pending;
            let meanwhile = hand_over(&town, &mut events, is_done).await;
            (begun.elapsed(), meanwhile)
        });
        let customers = per_second(usize::try_from(count).unwrap(), took);
        row(
            &format!("{count} customers ranked, {what}"),
            &format!("{:.2} s, {customers:.0}/s", took.as_secs_f64()),
        );
        row(
            &format!("freshness at {RATE} events/s, customers ranked"),
            &quantiles(meanwhile),
        );
    }
    town.stop();
}

fn order(number: u32, round: u32) -> Value {
    json!({"id": format!("o-{number}-{round}"), "source": "bench", "channel": "store", "type": "Order Completed",
        "time": format!("2026-{:02}-{:02}T10:00:00Z", 1 + (number + round) % 10, 1 + number % 28),
        "identifiers": [{"kind": "user_id", "value": format!("u-{number}"), "trust": "verified"}],
        "properties": {"order_id": format!("{number}-{round}"), "total": number % 997, "currency": "IRR"}})
}

fn viewed(number: u32) -> Value {
    json!({"id": format!("v-{number}"), "source": "bench", "channel": "web", "type": "Page Viewed",
        "time": "2026-11-01T10:00:00Z", "properties": {"path": "/shoes"},
        "identifiers": [{"kind": "user_id", "value": format!("u-{}", number % 5_000), "trust": "verified"}]})
}
