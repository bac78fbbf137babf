//! What a start makes of the folders that a crash leaves.

use super::*;
use crate::store::{Applied, Store, StoreConfig};

const CONFIG: StoreConfig = StoreConfig::caching(8 << 20);

/// A store in `dir` that is at this position.
fn write(dir: &Path, position: u64) {
    let store = Store::open(dir, CONFIG).unwrap();
    let applied = Applied {
        position,
        ..Applied::default()
    };
    store.apply(applied, std::iter::empty()).unwrap();
    store.flush().unwrap();
    drop(store);
    assert!(await_former_handle(dir));
}

fn mark(dir: &Path) {
    File::create(dir.join(WHOLE)).unwrap();
}

/// Settles what these made of the two folders, twice as if the first start had crashed behind it, and expects the store at
/// this position there and nothing beside it.
fn check(expected: Option<u64>, make: impl FnOnce(&Path, &Path)) {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("store");
    let beside = parent.path().join("store.rewritten");
    make(&dir, &beside);
    for _ in 0..2 {
        settle(&dir).unwrap();
        assert!(!beside.exists() && !dir.join(WHOLE).exists());
    }
    assert_eq!(dir.exists(), expected.is_some());
    if let Some(position) = expected {
        let store = Store::open(&dir, CONFIG).unwrap();
        assert_eq!(store.applied().unwrap().position, position);
    }
}

#[test]
fn a_folder_that_was_never_rewritten_stays_as_it_is() {
    check(None, |_, _| {});
    check(Some(1), |dir, _| write(dir, 1));
}

#[test]
fn what_was_not_filled_to_the_end_goes() {
    check(Some(1), |dir, beside| {
        write(dir, 1);
        write(beside, 2);
    });
    check(Some(1), |dir, beside| {
        write(dir, 1);
        fs::create_dir(beside).unwrap();
        fs::write(beside.join("conf"), b"half").unwrap();
    });
}

#[test]
fn what_was_filled_to_the_end_takes_the_place_of_the_other() {
    check(Some(2), |dir, beside| {
        write(dir, 1);
        write(beside, 2);
        mark(beside);
    });
}

#[test]
fn it_does_so_where_the_other_is_gone_in_part_or_whole() {
    check(Some(2), |dir, beside| {
        write(dir, 1);
        fs::remove_file(dir.join("db")).unwrap();
        write(beside, 2);
        mark(beside);
    });
    check(Some(2), |_, beside| {
        write(beside, 2);
        mark(beside);
    });
}

#[test]
fn the_mark_of_one_that_was_renamed_goes() {
    check(Some(2), |dir, _| {
        write(dir, 2);
        mark(dir);
    });
    // Before it went, another rewrite began.
    check(Some(2), |dir, beside| {
        write(dir, 2);
        mark(dir);
        write(beside, 3);
    });
}

#[test]
fn a_mark_says_which_one_holds_and_is_taken_back_where_that_fails() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("store");
    let folders = Folders::of(&dir);
    assert_eq!(folders.other(&dir), folders.beside);
    assert_eq!(folders.other(&folders.beside), dir);
    assert!(
        folders.turn_to(&folders.beside).is_err(),
        "there is no such folder"
    );
    fs::create_dir(&folders.beside).unwrap();
    folders.turn_to(&folders.beside).unwrap();
    assert!(folders.is_beside_whole().unwrap());
    folders.turn_to(&dir).unwrap();
    assert!(!folders.is_beside_whole().unwrap());
}

#[test]
fn what_somebody_has_open_is_not_removed() {
    let parent = tempfile::tempdir().unwrap();
    let dir = parent.path().join("store");
    let store = Store::open(&dir, CONFIG).unwrap();
    assert!(matches!(remove(&dir), Err(Error::Io { .. })));
    drop(store);
    remove(&dir).unwrap();
    assert!(!dir.exists());
}
