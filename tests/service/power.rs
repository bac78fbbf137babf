//! Loss of power, and rot: folders as a medium may leave them, made from what a service had synced and what it had only
//! written. Whoever starts on one has all that was acknowledged and nothing else.
//!
//! The medium of these tests keeps what was synced; of each page that was written since, it keeps the old or the new
//! content, as it likes. Names of files it keeps at once. `YEKTA_POWER_STATES` says how many states are looked at.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;
use yekta::cli::generate;

use crate::{
    folder::{copied, files},
    load,
    process::{PATIENCE, Running, Service, fingerprint, fingerprint_of, output, serve, yekta},
};

const SEED: u64 = 77;
const STATES: usize = 20;
/// Bytes of a page.
const PAGE: usize = 4_096;
/// Requests that are acknowledged before the store is flushed, and after it.
const FLUSHED: usize = 6;
const WRITTEN: usize = 12;

fn states() -> usize {
    let told = std::env::var("YEKTA_POWER_STATES").ok();
    told.and_then(|text| text.parse().ok()).unwrap_or(STATES)
}

/// A service whose store is flushed when it stops and at no other time.
fn lazy(folder: &Path) -> Command {
    let mut command = serve(folder);
    command.env("YEKTA_ENGINE__FLUSH_INTERVAL_MS", "60000");
    command
}

/// What a folder was like after each request, the first time when all was synced.
fn history() -> Vec<TempDir> {
    let data = tempfile::tempdir().unwrap();
    let events = generate::events(SEED, 60, (FLUSHED + WRITTEN) * load::BATCH);
    let (flushed, written) = events.split_at(FLUSHED * load::BATCH);
    let service = Service::of(lazy(data.path()));
    load::send_all(&service.url, flushed);
    service.stop();
    let mut history = vec![copied(data.path())];
    let service = Service::of(lazy(data.path()));
    for batch in written.chunks(load::BATCH) {
        load::send_all(&service.url, batch);
        // Who was answered is in the journal and in the store, and nothing is on its way.
        history.push(copied(data.path()));
    }
    service.running.kill();
    history
}

/// The fingerprint of what the journal in a folder holds.
fn journaled(folder: &Path) -> String {
    let copy = copied(folder);
    let mut rebuild = yekta(["rebuild", "--from-journal", "--data-dir"]);
    rebuild.arg(copy.path());
    assert!(output(rebuild, b"").status.success());
    fingerprint(copy.path())
}

/// The pages of a file.
fn pages(content: &[u8]) -> Vec<&[u8]> {
    content.chunks(PAGE).collect()
}

/// `synced` with those pages of `written` that the medium took, which takes each with these odds.
fn torn(synced: &[u8], written: &[u8], odds: f64, dice: &mut ChaCha8Rng) -> Vec<u8> {
    let (old, new) = (pages(synced), pages(written));
    let mut left = Vec::with_capacity(written.len());
    for (at, page) in new.iter().enumerate() {
        let before = old.get(at).copied().unwrap_or_default();
        if *page == before || dice.random_bool(odds) {
            left.extend_from_slice(page);
        } else {
            left.extend_from_slice(before);
            left.resize(at * PAGE + page.len(), 0);
        }
    }
    left
}

/// The folder as it may be when power goes while the request behind `at` is worked on.
fn lost_power(history: &[TempDir], at: usize, dice: &mut ChaCha8Rng) -> TempDir {
    let odds = [0.0, 0.5, 0.9][dice.random_range(0..3)];
    let folder = copied(history[at].path());
    // The store is told only what the journal has whole.
    let is_journaled = dice.random_bool(0.5);
    let (now, next) = (history[at].path(), history[at + 1].path());
    for file in files(next) {
        let name = file.strip_prefix(next).unwrap();
        let is_store = name.starts_with("default/store");
        let (synced, written) = match (is_store, is_journaled) {
            (true, true) => (history[0].path(), next),
            (true, false) => (history[0].path(), now),
            (false, true) => (next, next),
            (false, false) => (now, next),
        };
        let read = |folder: &Path| fs::read(folder.join(name)).unwrap_or_default();
        let left = torn(&read(synced), &read(written), odds, dice);
        fs::write(folder.path().join(name), left).unwrap();
    }
    folder
}

#[test]
fn power_may_go_at_any_time() {
    let history = history();
    let journaled: Vec<String> = history.iter().map(|folder| journaled(folder.path())).collect();
    let mut dice = ChaCha8Rng::seed_from_u64(SEED);
    let mut came: BTreeMap<&str, usize> = BTreeMap::new();
    for state in 0..states() {
        let at = dice.random_range(0..WRITTEN);
        let folder = lost_power(&history, at, &mut dice);
        let log = Service::of(lazy(folder.path())).stop();
        let found = fingerprint(folder.path());
        // What was on its way may have arrived.
        assert!(
            journaled[at..=at + 1].contains(&found),
            "state {state} of seed {SEED}, behind request {at}: {log}"
        );
        let how = if log.contains("set the store aside") {
            "built again"
        } else {
            "opened"
        };
        *came.entry(how).or_default() += 1;
    }
    eprintln!("stores after a loss of power: {came:?}");
}

/// Flips one bit somewhere in the files of a folder and says where.
fn flip(folder: &Path, dice: &mut ChaCha8Rng) -> PathBuf {
    let all: Vec<(PathBuf, u64)> = files(folder)
        .into_iter()
        .map(|path| (path.clone(), fs::metadata(path).unwrap().len()))
        .collect();
    let mut at = dice.random_range(0..all.iter().map(|(_, length)| length).sum());
    let (path, _) = all
        .iter()
        .find(|(_, length)| {
            let is_here = at < *length;
            at -= if is_here { 0 } else { *length };
            is_here
        })
        .unwrap();
    let mut content = fs::read(path).unwrap();
    content[usize::try_from(at).unwrap()] ^= 1 << dice.random_range(0..8);
    fs::write(path, content).unwrap();
    path.strip_prefix(folder).unwrap().to_owned()
}

#[test]
fn no_flipped_bit_is_believed() {
    let history = history();
    let folder = history.last().unwrap();
    Service::start(folder.path()).stop();
    let mut snapshot = yekta(["snapshot", "--data-dir"]);
    snapshot.arg(folder.path());
    assert!(output(snapshot, b"").status.success());
    let before = fingerprint(folder.path());
    let mut dice = ChaCha8Rng::seed_from_u64(SEED + 1);
    let mut came: BTreeMap<&str, usize> = BTreeMap::new();
    for state in 0..states() {
        let copy = copied(folder.path());
        let place = flip(copy.path(), &mut dice);
        let told = || format!("state {state} of seed {SEED}, in {}", place.display());
        let mut running = Running::start(serve(copy.path()));
        let starts = running.line(PATIENCE).is_some();
        *came
            .entry(if starts { "came back" } else { "refused" })
            .or_default() += 1;
        if starts {
            running.terminate();
            running.ended();
            let found = output(fingerprint_of(copy.path()), b"");
            // A page that is met only now: the next start builds the store again.
            if found.status.success() {
                assert_eq!(
                    String::from_utf8_lossy(&found.stdout).trim(),
                    before,
                    "{}",
                    told()
                );
            } else {
                assert_eq!(fingerprint(copy.path()), before, "{}", told());
            }
        } else {
            // Other secrets find nothing: nothing is better than wrong.
            running.ended();
            let log = running.log();
            let is_of_secrets = place == Path::new("default/secrets") && log.contains("secrets");
            assert!(is_of_secrets, "{}: {log}", told());
        }
    }
    eprintln!("folders with a flipped bit: {came:?}");
}
