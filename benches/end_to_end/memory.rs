//! What many small profiles take: memory, and bytes on disk.

use std::time::Instant;

use serde_json::{Value, json};

use crate::figures::{folder_bytes, megabytes, per_second, resident_bytes, row};
use crate::town::Town;

/// Customers of one submission.
const BATCH: u32 = 256;

/// Makes `count` customers, each with one event, a customer id, a cookie, an e-mail address and a name.
pub fn measure(count: u32) {
    let town = Town::new();
    let before = resident_bytes();
    let begun = Instant::now();
    for first in (0..count).step_by(usize::try_from(BATCH).unwrap()) {
        let numbers = first..count.min(first + BATCH);
        let events: Vec<Value> = numbers.map(signed_in).collect();
        town.submit(town.submissions(&events));
    }
    let rate = per_second(usize::try_from(count).unwrap(), begun.elapsed());
    row(
        &format!("{count} new small profiles, one sender"),
        &format!("{rate:.0}/s"),
    );
    let (now, grown) = (resident_bytes(), resident_bytes().saturating_sub(before));
    row(
        &format!("resident memory with {count} profiles"),
        &format!("{}, grown by {}", megabytes(now), megabytes(grown)),
    );
    town.engine.stop().unwrap();
    let folder = town.dir.path().join("default");
    let (store, journal) = (
        folder_bytes(&folder.join("store")),
        folder_bytes(&folder.join("journal")),
    );
    row(
        "store and journal on disk",
        &format!("{}, {}", megabytes(store), megabytes(journal)),
    );
}

fn signed_in(number: u32) -> Value {
    json!({"id": format!("m-{number}"), "source": "bench", "channel": "web", "type": "Signed In",
        "time": "2026-01-01T10:00:00Z", "traits": {"first_name": "Sara"},
        "identifiers": [
            {"kind": "user_id", "value": format!("u-{number}"), "trust": "verified"},
            {"kind": "anonymous_id", "value": format!("c-{number}"), "trust": "observed"},
            {"kind": "email", "value": format!("sara-{number}@example.com"), "trust": "verified"}]})
}
