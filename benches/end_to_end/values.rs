//! What it takes to rank all customers by what they are worth, and how soon events are visible meanwhile.
//!
//! `cargo bench --bench end_to_end -- --parts values --profiles 20000`

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use yekta::engine::Handle;
use yekta::engine::api::{Command, Submission, SubmitError, Valuing};

use crate::figures::{per_second, quantiles, row};
use crate::town::Town;

/// Customers of one submission while the store is filled.
const FILLED: u32 = 256;
/// Events per second that come all the while.
const RATE: u32 = 500;
/// Events of one submission.
const BATCH: u32 = 10;
/// How long it is measured undisturbed.
const UNDISTURBED: Duration = Duration::from_secs(10);

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
    let mut number = 0;
    let begun = Instant::now();
    let undisturbed = town
        .runtime
        .block_on(hand_over(&town, &mut number, || begun.elapsed() >= UNDISTURBED));
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
            let meanwhile = hand_over(&town, &mut number, is_done).await;
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

/// Hands events over on a fixed schedule until it `ends`; how long each submission took from when it was due.
async fn hand_over(town: &Town, number: &mut u32, ends: impl Fn() -> bool) -> Vec<Duration> {
    let every = Duration::from_secs(1) * BATCH / RATE;
    let (mut due, mut sent) = (Instant::now() + every, Vec::new());
    while !ends() {
        let made: Vec<Value> = (*number..*number + BATCH).map(viewed).collect();
        *number += BATCH;
        let items = town.submissions(&made);
        // The schedule stands whatever the answers do: a slow answer delays no later event.
        tokio::time::sleep_until(due.into()).await;
        sent.push(tokio::spawn(visible(town.engine.handle.clone(), items, due)));
        due += every;
    }
    let mut taken = Vec::with_capacity(sent.len());
    for one in sent {
        taken.push(one.await.unwrap());
    }
    taken
}

/// Waits until events are visible. Whoever finds the queue full tries again, and waits for longer.
async fn visible(engine: Handle, items: Vec<Submission>, due: Instant) -> Duration {
    while let Err(error) = engine.submit(items.clone()).await {
        assert_eq!(error, SubmitError::Busy);
    }
    due.elapsed()
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
