//! The commit: what one micro-batch costs the journal, its fsync included, and the store.
//!
//! The commits are those that the writer made of generated events.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench fails by panicking"
)]
#![allow(missing_docs, unreachable_pub, dead_code, reason = "a bench has no users")]

mod town;

use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use yekta::cli::generate::events;
use yekta::journal::file::{FileJournal, FileJournalConfig};
use yekta::journal::{Commit, Journal, Position};
use yekta::store::{Applied, Store, StoreConfig};

use crate::town::Town;

/// Events that the commits hold together.
const EVENTS: usize = 4_096;
/// People they are about.
const PEOPLE: u32 = 400;
const CACHE_BYTES: u64 = 64 << 20;

/// The last commits of an engine that took `EVENTS` in batches of `batch`: those that came to a store with people in it.
fn commits(batch: usize) -> Vec<Arc<Commit>> {
    let town = Town::new();
    for chunk in events(7, PEOPLE, EVENTS).chunks(batch) {
        town.submit(town.submissions(chunk));
    }
    town.engine.stop().unwrap();
    let folder = town.dir.path().join("default").join("journal");
    let journal = FileJournal::open(&folder, FileJournalConfig::default())
        .unwrap()
        .journal;
    let read = journal.reader().read_after(Position::START, usize::MAX).unwrap();
    let count = read.len();
    read.into_iter()
        .map(|(_, commit)| Arc::new(commit))
        .skip(count / 2)
        .collect()
}

/// Commits in turn, each numbered as the next.
struct Turn {
    commits: Vec<Arc<Commit>>,
    batch: u64,
}

impl Turn {
    fn next(&mut self) -> &Arc<Commit> {
        let place = usize::try_from(self.batch).unwrap() % self.commits.len();
        self.batch += 1;
        let commit = &mut self.commits[place];
        Arc::make_mut(commit).marker.batch = self.batch;
        commit
    }
}

fn commit(bench: &mut Criterion) {
    let mut group = bench.benchmark_group("commit");
    group.sample_size(20);
    for batch in [1, 64, 256] {
        group.throughput(Throughput::Elements(u64::try_from(batch).unwrap()));
        let dir = tempfile::tempdir().unwrap();
        let mut turn = Turn {
            commits: commits(batch),
            batch: 0,
        };
        let mut journal = FileJournal::open(&dir.path().join("journal"), FileJournalConfig::default())
            .unwrap()
            .journal;
        group.bench_function(BenchmarkId::new("append to the journal", batch), |bench| {
            bench.iter(|| {
                journal.begin(Arc::clone(turn.next())).unwrap();
                journal.finish().unwrap()
            });
        });
        let cache_bytes = CACHE_BYTES;
        let store = Store::open(&dir.path().join("store"), StoreConfig::caching(cache_bytes)).unwrap();
        group.bench_function(BenchmarkId::new("apply to the store", batch), |bench| {
            bench.iter(|| apply(&store, turn.next()));
        });
    }
    group.finish();
}

fn apply(store: &Store, commit: &Commit) {
    let marker = &commit.marker;
    let applied = Applied {
        position: marker.batch,
        batch: marker.batch,
        fingerprint: marker.fingerprint,
    };
    let changes = commit
        .changes
        .iter()
        .map(|change| (change.key.as_slice(), change.value.as_deref()));
    store.apply(applied, changes).unwrap();
}

criterion_group!(benches, commit);
criterion_main!(benches);
