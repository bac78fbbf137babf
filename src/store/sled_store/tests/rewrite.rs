//! What rewriting a store takes away and what it leaves as it was.

use std::{collections::BTreeMap, fs, path::PathBuf};

use proptest::prelude::*;

use super::*;
use crate::store::settle;

pub(super) type Model = BTreeMap<Vec<u8>, Vec<u8>>;
type Commit = Vec<(u16, Option<u8>)>;

pub(super) const CANARY: &[u8] = b"canary-of-a-person-who-asked-to-be-forgotten";
/// More than are copied at a time.
const KEYS: u16 = 1_500;

pub(super) fn going_on() -> Result<(), Error> {
    Ok(())
}

fn key(number: u16) -> Vec<u8> {
    [&[7][..], &number.to_be_bytes()].concat()
}

fn value(byte: u8) -> Vec<u8> {
    vec![byte; usize::from(byte % 40) + 1]
}

pub(super) fn content(store: &Store) -> Model {
    let mut found = Model::new();
    store
        .scan(b"", b"", Order::Ascending, &mut |key, value| {
            assert!(found.insert(key.to_vec(), value.to_vec()).is_none());
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    found
}

pub(super) fn apply(store: &Store, model: &mut Model, position: u64, commit: &[(u16, Option<u8>)]) {
    let changes: Vec<_> = commit
        .iter()
        .map(|(number, byte)| (key(*number), byte.map(value)))
        .collect();
    let borrowed = changes
        .iter()
        .map(|(key, value)| (key.as_slice(), value.as_deref()));
    store.apply(at(position), borrowed).unwrap();
    for (key, value) in changes {
        match value {
            Some(value) => model.insert(key, value),
            None => model.remove(&key),
        };
    }
}

fn all_keys() -> Commit {
    (0..KEYS).map(|number| (number, Some(1))).collect()
}

/// The files under `dir` that have these bytes.
pub(super) fn files_with(dir: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, bytes));
        } else if fs::read(&path)
            .unwrap()
            .windows(bytes.len())
            .any(|part| part == bytes)
        {
            found.push(path);
        }
    }
    found
}

/// A store that holds the canary, in sled too.
fn with_canary(folder: &Path) -> Store {
    let store = filled(&folder.join("store"));
    store
        .apply(at(2), [(b"c".as_slice(), Some(CANARY))].into_iter())
        .unwrap();
    store.flush().unwrap();
    store
}

#[test]
fn what_was_deleted_is_in_no_file_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_canary(folder.path());
    store.apply(at(3), [(b"c".as_slice(), None)].into_iter()).unwrap();
    store.flush().unwrap();
    assert!(!files_with(folder.path(), CANARY).is_empty());
    assert_eq!(store.rewrite(&mut going_on).unwrap(), Former::Removed);
    assert_eq!(files_with(folder.path(), CANARY), Vec::<PathBuf>::new());
    assert_eq!(keys(&store, b"", b"", Order::Ascending).len(), 5);
}

#[test]
fn what_was_deleted_a_moment_ago_is_not_copied() {
    let folder = tempfile::tempdir().unwrap();
    let store = with_canary(folder.path());
    // sled does not have this one yet.
    store.apply(at(3), [(b"c".as_slice(), None)].into_iter()).unwrap();
    store.rewrite(&mut going_on).unwrap();
    assert_eq!(files_with(folder.path(), CANARY), Vec::<PathBuf>::new());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_applied_meanwhile_is_there_afterwards(
        commits in prop::collection::vec(
            prop::collection::vec((0..KEYS + 100, prop::option::of(any::<u8>())), 1..30),
            20..120,
        ),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("store");
        let config = StoreConfig { behind_bytes_max: 4_000, ..CONFIG };
        let store = Store::open(&dir, config).unwrap();
        let (mut model, mut position) = (Model::new(), 1);
        apply(&store, &mut model, 1, &all_keys());
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let rewriting = scope.spawn(|| {
                let rewritten = store.rewrite(&mut going_on);
                done.store(true, Ordering::Release);
                rewritten
            });
            let reading = scope.spawn(|| {
                let mut before = 0;
                while !done.load(Ordering::Acquire) {
                    let now = store.applied().unwrap().position;
                    assert!(before <= now, "{before} {now}");
                    before = now;
                    content(&store);
                }
            });
            // Some of it comes afterwards: into the new one alone.
            for commit in &commits {
                position += 1;
                apply(&store, &mut model, position, commit);
            }
            assert_eq!(rewriting.join().unwrap().unwrap(), Former::Removed);
            reading.join().unwrap();
        });
        assert_eq!(content(&store), model);
        assert_eq!(store.applied().unwrap(), at(position));
        position += 1;
        apply(&store, &mut model, position, &[(3, Some(3)), (4, None)]);
        assert_eq!(content(&store), model);
        store.flush().unwrap();
        assert_eq!(content(&store), model);
        drop(store);
        settle(&dir).unwrap();
        let store = open(&dir);
        assert_eq!(content(&store), model);
        assert_eq!(store.applied().unwrap(), at(position));
    }
}

#[test]
fn it_is_rewritten_by_turns_and_its_own_records_come_along() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    let beside = folder.path().join("store.rewritten");
    let store = filled(&dir);
    store.meta_put(MetaName::Secrets, b"secret").unwrap();
    let before = content(&store);
    for turn in 1..=4_u64 {
        assert_eq!(store.rewrite(&mut going_on).unwrap(), Former::Removed);
        assert_eq!(dir.exists(), turn % 2 == 0);
        assert_eq!(beside.exists(), turn % 2 == 1);
        assert_eq!(content(&store), before);
        store.apply(at(turn + 1), std::iter::empty()).unwrap();
        let now = turn.to_be_bytes();
        store.meta_put(MetaName::CreatedAt, &now).unwrap();
        // What a start finds that comes now, after a crash.
        let copy = tempfile::tempdir().unwrap();
        for name in ["store", "store.rewritten"] {
            copy_all(&folder.path().join(name), &copy.path().join(name));
        }
        let copied = copy.path().join("store");
        settle(&copied).unwrap();
        let copied = open(&copied);
        assert_eq!(copied.applied().unwrap(), at(turn + 1));
        assert_eq!(content(&copied), before);
        for (name, expected) in [
            (MetaName::Secrets, b"secret".as_slice()),
            (MetaName::CreatedAt, now.as_slice()),
        ] {
            assert_eq!(copied.meta_get(name).unwrap().as_deref(), Some(expected));
        }
    }
}

fn copy_all(from: &Path, to: &Path) {
    if !from.exists() {
        return;
    }
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_all(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

#[test]
fn one_that_is_told_to_stop_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    let store = open(&dir);
    let (mut model, mut position) = (Model::new(), 1);
    apply(&store, &mut model, 1, &all_keys());
    for parts in 0..5 {
        let mut left = parts;
        let mut goes_on = || {
            left -= 1;
            if left < 0 { Err(Error::ReservedKey) } else { Ok(()) }
        };
        let stopped = store.rewrite(&mut goes_on);
        assert!(matches!(stopped, Err(Error::ReservedKey)), "{stopped:?}");
        assert!(dir.exists() && !folder.path().join("store.rewritten").exists());
        position += 1;
        apply(&store, &mut model, position, &[(7, Some(9)), (8, None)]);
        assert_eq!(content(&store), model);
    }
    assert!(!store.is_poisoned() && !store.is_damaged());
    drop(store);
    assert_eq!(content(&open(&dir)), model);
}

#[test]
fn new_files_that_cannot_be_made_are_no_failure_of_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    let store = filled(&dir);
    let before = content(&store);
    // A file in the place of the folder.
    fs::write(folder.path().join("store.rewritten"), b"").unwrap();
    assert!(store.rewrite(&mut going_on).is_err());
    assert!(!store.is_poisoned() && !store.is_damaged());
    store.meta_put(MetaName::CreatedAt, b"now").unwrap();
    assert_eq!(content(&store), before);
}

#[test]
fn one_that_is_damaged_or_poisoned_is_not_rewritten() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    let store = filled(&dir);
    let broken: Result<(), Error> = Err(Error::Missing { record: "some" });
    assert!(store.disk().noticing(broken).is_err());
    let refused = store.rewrite(&mut going_on);
    assert!(matches!(refused, Err(Error::Damaged { .. })), "{refused:?}");
    let failed: Result<(), Error> = Err(Error::ReservedKey);
    assert!(store.disk().poison_on_error(failed).is_err());
    let refused = store.rewrite(&mut going_on);
    assert!(matches!(refused, Err(Error::Poisoned { .. })), "{refused:?}");
    assert!(dir.exists() && !folder.path().join("store.rewritten").exists());
}

#[test]
fn who_reads_the_former_files_reads_them_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("store");
    let store = open(&dir);
    let (mut model, stops) = (Model::new(), AtomicBool::new(false));
    apply(&store, &mut model, 1, &all_keys());
    store.flush().unwrap();
    let mut found = 0;
    let mut visit = |_: &[u8], _: &[u8]| {
        if found == 0 {
            let mut goes_on = || match stops.load(Ordering::Acquire) {
                true => Err(Error::ReservedKey),
                false => Ok(()),
            };
            std::thread::scope(|scope| {
                let rewriting = scope.spawn(|| store.rewrite(&mut goes_on));
                while store.disk().files().dir == dir {
                    std::thread::yield_now();
                }
                stops.store(true, Ordering::Release);
                assert_eq!(rewriting.join().unwrap().unwrap(), Former::Left);
            });
            assert!(dir.exists());
        }
        found += 1;
        Ok(ControlFlow::Continue(()))
    };
    store.scan(b"", b"", Order::Ascending, &mut visit).unwrap();
    assert_eq!(found, usize::from(KEYS));
    // What was left goes with the next.
    assert_eq!(store.rewrite(&mut going_on).unwrap(), Former::Removed);
    assert!(dir.exists() && !folder.path().join("store.rewritten").exists());
    assert_eq!(content(&store), model);
}
