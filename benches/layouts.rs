//! How a commit could lie in the store: the layouts that were tried, each given the same commits of a running engine.
//!
//! `cargo bench --bench layouts`. What was learned: what costs is the number of keys, hardly their bytes, so packing events
//! gains nothing while each keeps a key; one sled batch per commit is slower than the same keys one by one, and holds readers
//! up meanwhile; commits that go in together save what they change again, in time and on disk. So the store takes commits
//! together (`store::behind`). Without the events or without the known ids it would take two thirds of the time: each needs
//! another home for that.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench fails by panicking and prints what it measured"
)]
#![allow(missing_docs, unreachable_pub, dead_code, reason = "a bench has no users")]

mod town;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use sled::{Batch, Db};
use yekta::cli::generate::events;
use yekta::journal::file::{FileJournal, FileJournalConfig};
use yekta::journal::{Change, Journal, Position};

use crate::town::Town;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const EVENTS: usize = 40_000;
const PEOPLE: u32 = 2_000;
/// Events of one commit.
const BATCH: usize = 256;
const CACHE_BYTES: u64 = 128 << 20;
/// How often each layout is measured; the median counts.
const RUNS: usize = 5;
/// First letter of the keys of events, and of the ids that are known.
const EVENT: u8 = b'E';
const SEEN: u8 = b'S';

/// A way to give commits to sled.
type Layout = fn(&Db, &[Vec<Change>]);

const LAYOUTS: [(&str, Layout); 7] = [
    ("one sled batch per commit", batches),
    ("key by key", |db, commits| together(db, commits, 1)),
    ("key by key, 8 commits together", |db, commits| {
        together(db, commits, 8)
    }),
    ("key by key, 64 commits together", |db, commits| {
        together(db, commits, 64)
    }),
    ("key by key, events packed per commit", packed),
    ("key by key, events left in the journal", |db, commits| {
        without(db, commits, EVENT)
    }),
    ("key by key, known ids left out", |db, commits| {
        without(db, commits, SEEN)
    }),
];

fn main() {
    let commits = commits();
    let keys: usize = commits.iter().map(Vec::len).sum();
    let bytes: usize = commits.iter().flatten().map(bytes).sum();
    println!(
        "{EVENTS} events in {} commits: {:.1} keys and {} bytes an event",
        commits.len(),
        keys as f64 / EVENTS as f64,
        bytes / EVENTS
    );
    let mut taken = vec![Vec::new(); LAYOUTS.len()];
    let mut on_disk = vec![0; LAYOUTS.len()];
    // In turns, so that what disturbs the machine disturbs all.
    for _ in 0..RUNS {
        for (place, (_, layout)) in LAYOUTS.iter().enumerate() {
            let (took, bytes) = measured(*layout, &commits);
            taken[place].push(took);
            on_disk[place] = bytes;
        }
    }
    for (place, (name, _)) in LAYOUTS.iter().enumerate() {
        taken[place].sort();
        let median = taken[place][RUNS / 2].as_secs_f64() * 1e6 / EVENTS as f64;
        println!(
            "| {name:<42} | {median:5.1} us an event | {:4} bytes an event on disk |",
            on_disk[place] / EVENTS as u64
        );
    }
}

/// How long a layout takes, its flush at the end included, and what it leaves on disk.
fn measured(layout: Layout, commits: &[Vec<Change>]) -> (Duration, u64) {
    let dir = tempfile::tempdir().unwrap();
    let db = sled::Config::new()
        .path(dir.path())
        .flush_every_ms(None)
        .cache_capacity(CACHE_BYTES)
        .open()
        .unwrap();
    let begun = Instant::now();
    layout(&db, commits);
    db.flush().unwrap();
    (begun.elapsed(), db.size_on_disk().unwrap())
}

fn batches(db: &Db, commits: &[Vec<Change>]) {
    for commit in commits {
        let mut batch = Batch::default();
        for Change { key, value } in commit {
            match value {
                Some(value) => batch.insert(key.as_slice(), value.as_slice()),
                None => batch.remove(key.as_slice()),
            }
        }
        db.apply_batch(batch).unwrap();
    }
}

/// What several commits change of one key goes in once.
fn together(db: &Db, commits: &[Vec<Change>], count: usize) {
    for commits in commits.chunks(count) {
        let mut changes = BTreeMap::new();
        changes.extend(
            commits
                .iter()
                .flatten()
                .map(|change| (&change.key, &change.value)),
        );
        changes
            .into_iter()
            .for_each(|(key, value)| put(db, key, value.as_deref()));
    }
}

/// The events of a commit lie below one key, and where each lies below its own.
fn packed(db: &Db, commits: &[Vec<Change>]) {
    for (number, commit) in commits.iter().enumerate() {
        let mut pack = Vec::new();
        for Change { key, value } in commit {
            match value {
                Some(value) if key[0] == EVENT => {
                    let place = [number.to_be_bytes(), pack.len().to_be_bytes()].concat();
                    pack.extend_from_slice(value);
                    put(db, key, Some(&place));
                }
                value => put(db, key, value.as_deref()),
            }
        }
        put(db, &[b"Z", number.to_be_bytes().as_slice()].concat(), Some(&pack));
    }
}

/// What would be left if keys with this letter had another home.
fn without(db: &Db, commits: &[Vec<Change>], letter: u8) {
    for Change { key, value } in commits.iter().flatten().filter(|change| change.key[0] != letter) {
        put(db, key, value.as_deref());
    }
}

fn put(db: &Db, key: &[u8], value: Option<&[u8]>) {
    match value {
        Some(value) => db.insert(key, value).unwrap(),
        None => db.remove(key).unwrap(),
    };
}

fn bytes(change: &Change) -> usize {
    change.key.len() + change.value.as_ref().map_or(0, Vec::len)
}

/// What the commits of an engine change.
fn commits() -> Vec<Vec<Change>> {
    let town = Town::new();
    for chunk in events(7, PEOPLE, EVENTS).chunks(BATCH) {
        town.submit(town.submissions(chunk));
    }
    let folder = town.stop();
    let folder = folder.path().join("default").join("journal");
    let journal = FileJournal::open(&folder, FileJournalConfig::default())
        .unwrap()
        .journal;
    let read = journal.reader().read_after(Position::START, usize::MAX).unwrap();
    read.into_iter().map(|(_, commit)| commit.changes).collect()
}
