//! What the store promises about commits, reads and failure.

use std::{
    fs::File,
    ops::ControlFlow,
    sync::atomic::{AtomicBool, Ordering},
};

use super::*;
use crate::store::{StoreConfig, disk::is_marked_damaged};

mod behind;
mod encrypted;
mod rewrite;

const CONFIG: StoreConfig = StoreConfig::caching(8 << 20);

type Change<'a> = (&'a [u8], Option<&'a [u8]>);

fn at(position: u64) -> Applied {
    Applied {
        position,
        batch: position + 100,
        fingerprint: [7; 32],
    }
}

fn open(dir: &Path) -> Store {
    Store::open(dir, CONFIG).unwrap()
}

fn keys(store: &Store, from: &[u8], to: &[u8], order: Order) -> Vec<Vec<u8>> {
    let mut seen = Vec::new();
    store
        .scan(from, to, order, &mut |key, _| {
            seen.push(key.to_vec());
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    seen
}

fn filled(dir: &Path) -> Store {
    let store = open(dir);
    let changes: [Change<'_>; 5] = [
        (b"a1", Some(b"one")),
        (b"a2", Some(b"two")),
        (b"b", Some(b"three")),
        (b"\xff", Some(b"four")),
        (b"\xff\xff", Some(b"five")),
    ];
    store.apply(at(1), changes.into_iter()).unwrap();
    store
}

#[test]
fn a_new_store_is_at_the_start_of_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    assert_eq!(store.applied().unwrap(), Applied::default());
    assert!(
        keys(&store, b"", b"", Order::Ascending).is_empty(),
        "own records are not visible"
    );
}

#[test]
fn a_commit_survives_a_reopen_with_its_position() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let changes: [Change<'_>; 3] = [(b"a1", None), (b"c", Some(b"old")), (b"c", Some(b"new"))];
    store.apply(at(2), changes.into_iter()).unwrap();
    store.flush().unwrap();
    drop(store);

    let store = open(folder.path());
    assert_eq!(store.applied().unwrap(), at(2));
    assert_eq!(store.get(b"a1").unwrap(), None);
    assert_eq!(store.get(b"a2").unwrap().as_deref(), Some(b"two".as_slice()));
    assert_eq!(store.get(b"c").unwrap().as_deref(), Some(b"new".as_slice()));
}

#[test]
fn a_reserved_key_refuses_the_whole_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    for key in [b"".as_slice(), b"\0", APPLIED_KEY] {
        let changes: [Change<'_>; 2] = [(b"new", Some(b"value")), (key, Some(b"value"))];
        let refused = store.apply(at(9), changes.into_iter());
        assert!(matches!(refused, Err(Error::ReservedKey)));
        assert_eq!(store.get(b"new").unwrap(), None);
        assert_eq!(store.get(key).unwrap(), None);
    }
    assert_eq!(store.applied().unwrap(), at(1));
    assert!(!store.is_poisoned());
}

#[test]
fn readers_never_see_half_a_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let done = AtomicBool::new(false);
    let number =
        |value: Option<Bytes>| value.map_or(0, |v| u64::from_be_bytes(v.as_ref().try_into().unwrap()));
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for round in 1..2000_u64 {
                let bytes = round.to_be_bytes();
                let value = Some(bytes.as_slice());
                let changes: [Change<'_>; 2] = [(b"left", value), (b"right", value)];
                store.apply(at(round), changes.into_iter()).unwrap();
            }
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) && !writer.is_finished() {
            // Each is as new as the one read before it, or newer; a commit seen in
            // part would break the chain.
            let before = store.applied().unwrap().position;
            let left = number(store.get(b"left").unwrap());
            let right = number(store.get(b"right").unwrap());
            let after = store.applied().unwrap().position;
            assert!(
                before <= left && left <= right && right <= after,
                "{before} {left} {right} {after}"
            );
        }
        writer.join().unwrap();
    });
}

#[test]
fn a_range_is_visited_from_both_ends() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let check = |from: &[u8], to: &[u8], expected: &[&[u8]]| {
        assert_eq!(keys(&store, from, to, Order::Ascending), expected);
        let backward: Vec<&[u8]> = expected.iter().rev().copied().collect();
        assert_eq!(keys(&store, from, to, Order::Descending), backward);
    };
    check(b"", b"", &[b"a1", b"a2", b"b", b"\xff", b"\xff\xff"]);
    check(b"a2", b"\xff", &[b"a2", b"b"]);
    check(b"b", b"b", &[]);
    check(b"b", b"a", &[]);
    check(b"\0", b"\x01", &[]);
}

#[test]
fn a_prefix_is_visited_until_the_visitor_breaks_or_fails() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let first = |prefix: &[u8], order| {
        let mut seen = Vec::new();
        let mut take_one = |key: &[u8], value: &[u8]| {
            seen.push((key.to_vec(), value.to_vec()));
            Ok(ControlFlow::Break(()))
        };
        store.scan_prefix(prefix, order, &mut take_one).unwrap();
        seen
    };
    assert_eq!(first(b"a", Order::Ascending), [(b"a1".to_vec(), b"one".to_vec())]);
    assert_eq!(
        first(b"a", Order::Descending),
        [(b"a2".to_vec(), b"two".to_vec())]
    );
    assert_eq!(
        first(b"\xff", Order::Descending),
        [(b"\xff\xff".to_vec(), b"five".to_vec())]
    );
    assert_eq!(first(b"missing", Order::Ascending), []);

    let mut visits = 0;
    let mut fail = |_: &[u8], _: &[u8]| {
        visits += 1;
        Err(Error::ReservedKey)
    };
    assert!(matches!(
        store.scan_prefix(b"a", Order::Ascending, &mut fail),
        Err(Error::ReservedKey)
    ));
    assert_eq!(visits, 1);
}

#[test]
fn a_named_value_survives_a_reopen() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    assert_eq!(store.meta_get(MetaName::Secrets).unwrap(), None);
    store.meta_put(MetaName::Secrets, b"secret").unwrap();
    drop(store);

    let store = open(folder.path());
    assert_eq!(
        store.meta_get(MetaName::Secrets).unwrap().as_deref(),
        Some(b"secret".as_slice())
    );
    assert_eq!(store.meta_get(MetaName::CreatedAt).unwrap(), None);
    assert!(store.size_on_disk().unwrap() > 0);
}

#[test]
fn a_failed_write_refuses_every_later_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let failed = Err::<(), _>(Error::engine("apply a batch")(sled::Error::ReportableBug(
        String::new(),
    )));
    assert!(store.disk().poison_on_error(failed).is_err());

    assert!(store.is_poisoned());
    let nothing = std::iter::empty::<Change<'_>>();
    assert!(matches!(store.apply(at(2), nothing), Err(Error::Poisoned { .. })));
    assert!(matches!(store.flush(), Err(Error::Poisoned { .. })));
    assert!(matches!(
        store.meta_put(MetaName::CreatedAt, b""),
        Err(Error::Poisoned { .. })
    ));
    assert_eq!(store.applied().unwrap(), at(1), "reads go on");
}

#[test]
fn a_sync_that_fails_poisons() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    // A pipe cannot be synced, so it stands in for a disk that fails.
    let (reader, _writer) = std::io::pipe().unwrap();
    let log = File::from(std::os::fd::OwnedFd::from(reader));
    let files = Files {
        log,
        ..Files::over(store.disk().files().db.clone(), folder.path()).unwrap()
    };
    let store = Store::on(files, CONFIG, None);

    assert!(matches!(store.flush(), Err(Error::Io { attempt: "sync", .. })));
    assert!(matches!(store.flush(), Err(Error::Poisoned { .. })));
    // What it could not write the system may have forgotten.
    assert!(store.is_damaged() && is_marked_damaged(folder.path()));
}

#[test]
fn damage_that_a_reader_meets_is_remembered_for_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let fine: Result<(), Error> = Err(Error::ReservedKey);
    assert!(store.disk().noticing(fine).is_err());
    assert!(!store.is_damaged() && !is_marked_damaged(folder.path()));
    let broken: Result<(), Error> = Err(Error::Engine {
        attempt: "read a key",
        source: sled::Error::Corruption { at: None, bt: () },
    });
    assert!(store.disk().noticing(broken).is_err());
    assert!(store.is_damaged() && is_marked_damaged(folder.path()));
    drop(store);
    let refused = Store::open(folder.path(), CONFIG);
    assert!(matches!(refused, Err(crate::store::OpenError::Corrupt { .. })));
}

#[test]
fn a_panic_of_sled_is_damage_too() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let asked = store.disk().ask("read a key", |_| -> sled::Result<()> {
        panic!("cannot find pid 3")
    });
    assert!(matches!(asked, Err(Error::Panicked { .. })), "{asked:?}");
    assert!(store.disk().noticing(asked).is_err());
    assert!(store.is_damaged() && is_marked_damaged(folder.path()));
}
