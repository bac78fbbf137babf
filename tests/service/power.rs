//! Loss of power, and rot: folders as a medium may leave them, made from what a service wrote and what it synced. Whoever
//! starts on one has all that was acknowledged and nothing else.
//!
//! `YEKTA_POWER_STATES` says how many states are looked at.

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
    medium::{
        Medium,
        trace::{Disk, Record, acknowledged, records},
    },
    process::{PATIENCE, Running, Service, fingerprint, fingerprint_of, output, serve, yekta},
};

const SEED: u64 = 77;
const STATES: usize = 20;
/// Requests of each of the two runs.
const REQUESTS: usize = 9;

fn states() -> usize {
    let told = std::env::var("YEKTA_POWER_STATES").ok();
    told.and_then(|text| text.parse().ok()).unwrap_or(STATES)
}

/// A service whose store is flushed when it stops and seldom else, and that makes snapshots all the time.
fn lazy(folder: &Path) -> Command {
    let mut command = serve(folder);
    command
        .env("YEKTA_ENGINE__FLUSH_INTERVAL_MS", "1500")
        .env("YEKTA_SNAPSHOTS__INTERVAL_S", "1");
    command
}

/// What two runs of a service on a new folder asked of its medium.
struct History {
    root: PathBuf,
    asked: Vec<Record>,
    /// The fingerprint after each request, and before the first.
    fingerprints: Vec<String>,
    /// The folder at the end.
    last: TempDir,
}

impl History {
    fn made() -> Self {
        let data = tempfile::tempdir().unwrap();
        let medium = Medium::of(data.path());
        let events = generate::events(SEED, 60, 2 * REQUESTS * load::BATCH);
        let (one, other) = events.split_at(REQUESTS * load::BATCH);
        let mut folders = Vec::new();
        for events in [one, other] {
            let mut command = medium.below(lazy(data.path()));
            command.env("MEDIUM_TRACE", medium.trace());
            let service = Service::of(command);
            if folders.is_empty() {
                folders.push(journal_of(data.path()));
            }
            for batch in events.chunks(load::BATCH) {
                load::send_all(&service.url, batch);
                acknowledged(&medium.trace());
                // Who was answered is in the journal, and nothing is on its way there.
                folders.push(journal_of(data.path()));
            }
            service.stop();
        }
        Self {
            root: data.path().canonicalize().unwrap(),
            asked: records(&medium.trace()),
            fingerprints: folders.iter().map(|folder| journaled(folder.path())).collect(),
            last: copied(data.path()),
        }
    }

    /// A folder as it may be when power went before all else was asked for, and how many requests were acknowledged then, and whether a store was
    /// being written to.
    fn lost_power(&self, before: usize, dice: &mut ChaCha8Rng) -> (TempDir, usize, bool) {
        let odds = [0.0, 0.5, 0.9][dice.random_range(0..3)];
        let (folder, mut disk) = (tempfile::tempdir().unwrap(), Disk::default());
        let asked = &self.asked[..before];
        asked.iter().for_each(|record| disk.take(record));
        disk.lost_power((&self.root, folder.path()), odds, dice);
        let is_suspect = start_another_system(folder.path());
        let acknowledged = asked.iter().filter(|record| record.is_acknowledgement());
        (folder, acknowledged.count(), is_suspect)
    }
}

/// What a service said of the run of the system that it was part of is of another one; whether it said something.
fn start_another_system(folder: &Path) -> bool {
    let mark = folder.join("default/store/unsettled");
    let said = fs::read(&mark).unwrap_or_default();
    let is_suspect = said.iter().any(|byte| *byte != 0);
    if is_suspect {
        fs::write(mark, "another run of the system").unwrap();
    }
    is_suspect
}

/// A copy of what a service on a folder has synced, and nothing of what it may be busy with.
fn journal_of(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for name in ["default/journal", "default/secrets"] {
        let (from, to) = (folder.join(name), copy.path().join(name));
        let all = if from.is_dir() {
            files(&from)
        } else {
            vec![from.clone()]
        };
        for file in all {
            let target = if file == from {
                to.clone()
            } else {
                to.join(file.file_name().unwrap())
            };
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(file, target).unwrap();
        }
    }
    copy
}

/// The fingerprint of what the journal in a folder holds.
fn journaled(folder: &Path) -> String {
    let copy = copied(folder);
    let mut rebuild = yekta(["rebuild", "--from-journal", "--data-dir"]);
    rebuild.arg(copy.path());
    assert!(output(rebuild, b"").status.success());
    fingerprint(copy.path())
}

#[test]
fn power_may_go_at_any_time() {
    let history = History::made();
    let mut dice = ChaCha8Rng::seed_from_u64(SEED);
    let mut came: BTreeMap<&str, usize> = BTreeMap::new();
    for state in 0..states() {
        let before = dice.random_range(0..=history.asked.len());
        let (folder, acknowledged, is_suspect) = history.lost_power(before, &mut dice);
        let log = Service::of(lazy(folder.path())).stop();
        let found = fingerprint(folder.path());
        // What was on its way may have arrived.
        let end = (acknowledged + 2).min(history.fingerprints.len());
        assert!(
            history.fingerprints[acknowledged..end].contains(&found),
            "state {state} of seed {SEED}, behind request {acknowledged}, record {before}: {log}"
        );
        let is_built = log.contains("the store does not serve");
        assert!(
            is_built || !is_suspect,
            "state {state} of seed {SEED} was trusted"
        );
        let how = if is_built { "built again" } else { "opened" };
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
    let folder = History::made().last;
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
