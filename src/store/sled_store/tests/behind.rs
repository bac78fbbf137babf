//! What the store promises while sled does not have all of it yet.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use proptest::prelude::*;

use super::*;
use crate::store::unsettled::lost_power;

type Keys = BTreeMap<Vec<u8>, Vec<u8>>;

/// A commit, and whether sled is waited for behind it.
type Step = (Vec<(Vec<u8>, Option<Vec<u8>>)>, bool);

fn key() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(1..4_u8, 1..3)
}

fn step() -> impl Strategy<Value = Step> {
    let change = (key(), prop::option::of(prop::collection::vec(any::<u8>(), 1..3)));
    (prop::collection::vec(change, 0..6), prop::bool::weighted(0.2))
}

fn entries(store: &Store, from: &[u8], to: &[u8], order: Order) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut seen = Vec::new();
    let mut take = |key: &[u8], value: &[u8]| {
        seen.push((key.to_vec(), value.to_vec()));
        Ok(ControlFlow::Continue(()))
    };
    store.scan(from, to, order, &mut take).unwrap();
    seen
}

fn check(store: &Store, model: &Keys, from: &[u8], to: &[u8]) {
    let mut expected: Vec<(Vec<u8>, Vec<u8>)> = model
        .iter()
        .filter(|(key, _)| key.as_slice() >= from && (to.is_empty() || key.as_slice() < to))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    assert_eq!(entries(store, from, to, Order::Ascending), expected);
    expected.reverse();
    assert_eq!(entries(store, from, to, Order::Descending), expected);
    for key in model.keys().map(Vec::as_slice).chain([from]) {
        let found = store.get(key).unwrap();
        assert_eq!(found.as_deref(), model.get(key).map(Vec::as_slice));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_applied_is_seen_whether_sled_has_it_or_not(
        steps in prop::collection::vec(step(), 1..20),
        (from, to) in (key(), key()),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path());
        let (mut model, mut position) = (Keys::new(), 0);
        for (changes, waits) in steps {
            position += 1;
            let borrowed = changes.iter().map(|(key, value)| (key.as_slice(), value.as_deref()));
            store.apply(at(position), borrowed).unwrap();
            for (key, value) in changes {
                match value {
                    Some(value) => model.insert(key, value),
                    None => model.remove(&key),
                };
            }
            if waits {
                store.inner.behind.drained().unwrap();
                assert!(store.inner.behind.layers().is_empty());
            }
            check(&store, &model, &from, &to);
            check(&store, &model, b"", b"");
            assert_eq!(store.applied().unwrap(), at(position));
        }
        drop(store);
        let store = open(folder.path());
        check(&store, &model, b"", b"");
        assert_eq!(store.applied().unwrap(), at(position), "the last handle waits for sled");
    }
}

#[test]
fn no_more_waits_than_may() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig {
        behind_bytes_max: 300,
        ..CONFIG
    };
    let store = Store::open(folder.path(), config).unwrap();
    for position in 1..200 {
        // The larger ones alone are more than may wait: they do so by themselves.
        let value = vec![7; if position % 3 == 0 { 1_000 } else { 50 }];
        let change: Change<'_> = (b"key", Some(&value));
        store.apply(at(position), [change].into_iter()).unwrap();
        let waiting = store.inner.behind.layers();
        let bytes: usize = waiting.iter().map(|layer| layer.bytes).sum();
        assert!(
            bytes <= 300 || waiting.len() == 1,
            "{bytes} bytes of {}",
            waiting.len()
        );
    }
}

#[test]
fn what_is_asked_to_be_durable_soon_is_so_without_another_commit() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    store.inner.behind.drained().unwrap();
    let mark = || std::fs::read(folder.path().join("unsettled")).unwrap();
    assert!(
        mark().iter().any(|byte| *byte != 0),
        "something is not durable yet"
    );
    store.flush_soon();
    let deadline = Instant::now() + Duration::from_secs(60);
    while mark().iter().any(|byte| *byte != 0) {
        assert!(Instant::now() < deadline, "it was never made durable");
        std::thread::yield_now();
    }
    assert!(!lost_power(folder.path()).unwrap());
}

#[test]
fn what_is_followed_by_nothing_becomes_durable_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let store = filled(folder.path());
    let is_written = || store.disk().files().db.get(b"b").unwrap().is_some();
    let is_durable = || {
        let mark = std::fs::read(folder.path().join("unsettled")).unwrap();
        mark.iter().all(|byte| *byte == 0)
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    while !(is_written() && is_durable()) {
        assert!(Instant::now() < deadline, "it waits for ever");
        std::thread::yield_now();
    }
    assert!(store.inner.behind.layers().is_empty());
}

#[test]
fn who_waits_for_sled_is_not_forgotten_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let (done, is_done) = std::sync::mpsc::channel();
    let waiting = store.clone();
    std::thread::spawn(move || {
        (0..40).for_each(|_| waiting.inner.behind.drained().unwrap());
        done.send(()).unwrap();
    });
    for position in 1..400 {
        let change: Change<'_> = (b"key", Some(b"value"));
        store.apply(at(position), [change].into_iter()).unwrap();
        std::thread::yield_now();
    }
    is_done
        .recv_timeout(Duration::from_secs(60))
        .expect("it waits for ever");
}
