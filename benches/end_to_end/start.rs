//! What lies in a folder once its engine has stopped, and how long it takes to start again on it.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use yekta::store::{Order, Store, StoreConfig, View};

use crate::figures::{folder_bytes, megabytes, row};
use crate::town::Town;

/// Measures a start on an empty folder.
pub fn measure_empty() {
    let (_, took) = started(tempfile::tempdir().unwrap());
    row("start on an empty folder", &milliseconds(took));
}

/// Measures the folder of an engine that was stopped.
pub fn measure(dir: TempDir) {
    let folder = dir.path().join("default");
    let (store, journal) = (
        folder_bytes(&folder.join("store")),
        folder_bytes(&folder.join("journal")),
    );
    let live = live_bytes(&folder.join("store"));
    let times = store as f64 / live as f64;
    row(
        "store on disk, what lives in it, journal",
        &format!(
            "{}, {} ({times:.1} times), {}",
            megabytes(store),
            megabytes(live),
            megabytes(journal)
        ),
    );
    let (_, took) = started(dir);
    let per_gigabyte = took.as_secs_f64() / (store as f64 / 1e9);
    row(
        "start on that folder",
        &format!("{}, {per_gigabyte:.2} s per GB of store", milliseconds(took)),
    );
}

fn started(dir: TempDir) -> (TempDir, Duration) {
    let begun = Instant::now();
    let town = Town::on(dir);
    let took = begun.elapsed();
    (town.stop(), took)
}

fn milliseconds(took: Duration) -> String {
    format!("{:.0} ms", took.as_secs_f64() * 1e3)
}

/// Bytes of all keys and values.
pub fn live_bytes(store: &Path) -> u64 {
    let store = Store::open(store, StoreConfig::caching(1 << 27)).unwrap();
    let mut bytes = 0;
    let mut visit = |key: &[u8], value: &[u8]| {
        bytes += (key.len() + value.len()) as u64;
        Ok(ControlFlow::Continue(()))
    };
    store.scan(&[], &[], Order::Ascending, &mut visit).unwrap();
    bytes
}
