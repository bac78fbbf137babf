//! What many timers take that wait: bytes, and time where they are put up, where the engine starts, and where they come due.
//!
//! `cargo bench --bench end_to_end -- --parts timers --timers 1000000`

use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use serde_json::{Value, json};
use tempfile::TempDir;
use yekta::domain::time::Timestamp;

use crate::beside::{RATE, UNDISTURBED, hand_over, until};
use crate::engine::{bodies, drain};
use crate::figures::{megabytes, per_second, quantiles, row, writer_time};
use crate::start;
use crate::town::{Town, submissions};
use crate::traffic::START;

/// Customers have so many timers each.
const EACH: u32 = 10;
/// Customers who come meanwhile.
const OTHERS: u32 = 5_000;
/// What waits for a day unless it is bought, once for each product.
const RULES: &str = r#"
[flows.remind]
on = "Product Added"
matter = 'string(event.properties.product_id)'
steps = [
  { for = "Order Completed", within = "1d", unless = true },
  { ask = { channel = "web", name = "remind", with = { product_id = 'event.properties.product_id' } } },
]
"#;
const DAY: i64 = 86_400_000_000;

/// The time it is for the engines.
static NOW: AtomicI64 = AtomicI64::new(START);

fn now() -> Timestamp {
    Timestamp::from_micros(NOW.load(Ordering::Relaxed))
}

/// Measures it with so many.
pub fn measure(count: u32) {
    let rules = tempfile::tempdir().unwrap();
    std::fs::write(rules.path().join("rules.toml"), RULES).unwrap();
    let events: Vec<Value> = (0..count).map(|number| added(number, count)).collect();
    let without = town(tempfile::tempdir().unwrap(), None);
    let bare_time = filled(&without, &events);
    let bare = live_bytes(&without.stop());
    let waiting = town(tempfile::tempdir().unwrap(), Some(rules.path()));
    let time = filled(&waiting, &events);
    let told = waiting.engine.handle.query().rules_told().unwrap();
    assert_eq!(told.timers.waiting, u64::from(count), "each event sets one going");
    drop(events);
    row(
        &format!("{count} events that put up a timer each"),
        &format!("writer {time:.1} us per event; {bare_time:.1} us without"),
    );
    let dir = waiting.stop();
    let store = live_bytes(&dir);
    row(
        "what lives in the store, with them and without",
        &format!(
            "{}, {}: {:.0} bytes per timer",
            megabytes(store),
            megabytes(bare),
            store.saturating_sub(bare) as f64 / f64::from(count)
        ),
    );
    let begun = Instant::now();
    let waiting = town(dir, Some(rules.path()));
    row(
        "start with them waiting",
        &format!("{:.0} ms", begun.elapsed().as_secs_f64() * 1e3),
    );
    come_due(&waiting, count);
    waiting.stop();
}

/// Has them come due, in the middle of other events.
fn come_due(town: &Town, count: u32) {
    let mut events = (0..).map(viewed);
    let undisturbed = town
        .runtime
        .block_on(hand_over(town, &mut events, until(UNDISTURBED)));
    row(
        &format!("freshness at {RATE} events/s, they wait"),
        &quantiles(undisturbed),
    );
    NOW.store(START + 2 * DAY, Ordering::Relaxed);
    let (begun, before) = (Instant::now(), writer_time());
    town.engine.handle.wake();
    let query = town.engine.handle.query();
    let is_done = || query.rules_told().unwrap().timers.waiting == 0;
    let meanwhile = town.runtime.block_on(hand_over(town, &mut events, is_done));
    let (took, writer) = (begun.elapsed(), writer_time().saturating_sub(before));
    row(
        &format!("{count} actions"),
        &format!(
            "{:.1} s, {:.0}/s; writer {:.0} us per action",
            took.as_secs_f64(),
            per_second(usize::try_from(count).unwrap(), took),
            writer.as_secs_f64() * 1e6 / f64::from(count)
        ),
    );
    row(
        &format!("freshness at {RATE} events/s, they are due"),
        &quantiles(meanwhile),
    );
}

fn live_bytes(dir: &TempDir) -> u64 {
    start::live_bytes(&dir.path().join("default").join("store"))
}

/// Gives the events to an engine: microseconds of its writer per event.
fn filled(town: &Town, events: &[Value]) -> f64 {
    let before = writer_time();
    drain(town, bodies(events).collect(), |body| {
        submissions(body, &town.decode)
    });
    town.rest();
    let writer = writer_time().saturating_sub(before);
    writer.as_secs_f64() * 1e6 / events.len() as f64
}

fn town(dir: TempDir, rules: Option<&Path>) -> Town {
    let folder = rules.map(|folder| folder.display().to_string());
    let settings = [
        ("decide.rules", folder.unwrap_or_default()),
        ("decide.event_age_max_hours", "8784".to_owned()),
    ];
    Town::by(dir, &settings, now)
}

/// Each customer puts one thing after the other into the cart.
fn added(number: u32, count: u32) -> Value {
    let customer = number % (count / EACH).max(1);
    json!({"id": format!("a-{number}"), "source": "bench", "channel": "web", "type": "Product Added",
        "time": "2025-12-31T10:00:00Z",
        "identifiers": [{"kind": "user_id", "value": format!("u-{customer}"), "trust": "verified"}],
        "properties": {"product_id": format!("p-{number}")}})
}

fn viewed(number: u32) -> Value {
    json!({"id": format!("v-{number}"), "source": "bench", "channel": "web", "type": "Page Viewed",
        "time": "2025-12-31T11:00:00Z", "properties": {"path": "/shoes"},
        "identifiers": [{"kind": "user_id", "value": format!("w-{}", number % OTHERS), "trust": "verified"}]})
}
