//! A folder of the simulation while nothing runs on it: what is read of it, lost of it and left half done in it.

use std::{fs, ops::ControlFlow, path::Path};

use yekta::{
    engine::{Folder, Verified},
    journal::{Journal, Position},
    store::{Order, Store, View},
};

use crate::{arrival::Dice, outcome::config};

/// Leaves the store in the middle of the commit that it lacks: the process may end at any key of it. Whether it lacks one.
pub(crate) fn begin_a_commit(dir: &Path, dice: &mut Dice) -> bool {
    let place = dir.join("store");
    let applied = {
        let store = Store::open(&place, config(&place).store).unwrap();
        Position(store.applied().unwrap().position)
    };
    let folder = Folder::hold(dir, None).unwrap();
    let journal = folder.journal(config(dir).journal).unwrap();
    let lacking = journal.reader().read_after(applied, 1).unwrap();
    let Some((_, commit)) = lacking.first() else {
        return false;
    };
    let store = sled::Config::new()
        .path(&place)
        .flush_every_ms(None)
        .open()
        .unwrap();
    for change in commit.changes.iter().take(dice.below(commit.changes.len() + 1)) {
        match &change.value {
            Some(value) => store.insert(&change.key, value.as_slice()).unwrap(),
            None => store.remove(&change.key).unwrap(),
        };
    }
    drop((store, journal, folder));
    let verified = Verified::of(&config(dir)).unwrap();
    assert!(verified.damage.is_empty(), "{:?}", verified.damage);
    true
}

/// Loses the first keys of some records; whether there was one.
pub(crate) fn lose(store: &Path, prefix: &str, most: usize) -> bool {
    let store = Store::open(store, config(store).store).unwrap();
    let mut lost = Vec::new();
    let mut take = |key: &[u8], _: &[u8]| {
        lost.push(key.to_vec());
        Ok(match lost.len() < most {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        })
    };
    store
        .scan_prefix(prefix.as_bytes(), Order::Ascending, &mut take)
        .unwrap();
    let changes = lost.iter().map(|key| (key.as_slice(), None));
    store.apply(store.applied().unwrap(), changes).unwrap();
    !lost.is_empty()
}

/// Everything in a store.
pub(crate) fn keys(store: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let store = Store::open(store, config(store).store).unwrap();
    let mut found = Vec::new();
    let mut take = |key: &[u8], value: &[u8]| {
        found.push((key.to_vec(), value.to_vec()));
        Ok(ControlFlow::Continue(()))
    };
    store.scan(&[], &[], Order::Ascending, &mut take).unwrap();
    found
}

/// Copies a file or a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}
