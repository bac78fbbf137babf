//! What many small profiles take: memory, and bytes on disk.

use std::time::Instant;

use serde_json::{Value, json};

use crate::figures::{megabytes, per_second, resident_bytes, row};
use crate::start;
use crate::town::Town;

/// Customers of one submission.
const BATCH: u32 = 256;

/// Makes `count` customers with a customer id, a cookie, an e-mail address and a name, of `each` events: all log in, then all
/// look at a page, and so on.
pub fn measure(count: u32, each: u32) {
    let town = Town::new();
    let before = resident_bytes();
    let begun = Instant::now();
    for round in 0..each {
        for first in (0..count).step_by(usize::try_from(BATCH).unwrap()) {
            let numbers = first..count.min(first + BATCH);
            let events: Vec<Value> = match round {
                0 => numbers.map(signed_in).collect(),
                round => numbers.map(|number| viewed(number, round)).collect(),
            };
            town.submit(town.submissions(&events));
        }
        let rate = per_second(
            usize::try_from(count).unwrap() * (round as usize + 1),
            begun.elapsed(),
        );
        let events = format!("event {} of each of {count} small profiles", round + 1);
        row(&events, &format!("{rate:.0}/s so far, one sender"));
    }
    let (now, grown) = (resident_bytes(), resident_bytes().saturating_sub(before));
    row(
        &format!("resident memory with {count} profiles"),
        &format!("{}, grown by {}", megabytes(now), megabytes(grown)),
    );
    start::measure(town.stop());
}

fn viewed(number: u32, round: u32) -> Value {
    json!({"id": format!("v-{number}-{round}"), "source": "bench", "channel": "web", "type": "Page Viewed",
        "time": format!("2026-01-{:02}T10:00:00Z", 2 + round % 28), "properties": {"path": "/shoes"},
        "identifiers": [{"kind": "anonymous_id", "value": format!("c-{number}"), "trust": "observed"}]})
}

fn signed_in(number: u32) -> Value {
    json!({"id": format!("m-{number}"), "source": "bench", "channel": "web", "type": "Signed In",
        "time": "2026-01-01T10:00:00Z", "traits": {"first_name": "Sara"},
        "identifiers": [
            {"kind": "user_id", "value": format!("u-{number}"), "trust": "verified"},
            {"kind": "anonymous_id", "value": format!("c-{number}"), "trust": "observed"},
            {"kind": "email", "value": format!("sara-{number}@example.com"), "trust": "verified"}]})
}
