//! Collections with a bound that survive any order: what is kept depends on what was put in, never on when.

use std::collections::BTreeMap;

use crate::domain::event::Stamp;

/// A value with the stamp of the event that set it; the greater stamp wins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Latest<T> {
    /// When it was set, in canonical order. Compared first.
    pub stamp: Stamp,
    /// What it was set to. Compared only where one event sets the same thing twice: the greater value wins.
    pub value: T,
}

/// Sets `key` if the entry is later than what is there.
pub fn set<K: Ord, T: Ord>(map: &mut BTreeMap<K, Latest<T>>, key: K, entry: Latest<T>) {
    match map.entry(key) {
        std::collections::btree_map::Entry::Vacant(vacant) => {
            vacant.insert(entry);
        }
        std::collections::btree_map::Entry::Occupied(mut occupied) => {
            if *occupied.get() < entry {
                occupied.insert(entry);
            }
        }
    }
}

/// Keeps the `most` entries with the latest stamps (ties by key).
///
/// An entry that falls out has `most` later ones before it, in this map and in every union with it: so bounding the
/// parts and then their union keeps the same entries as bounding the whole once.
pub fn keep_latest<K: Ord + Clone, T>(map: &mut BTreeMap<K, Latest<T>>, most: usize) {
    while map.len() > most {
        let oldest = map
            .iter()
            .min_by(|a, b| a.1.stamp.cmp(&b.1.stamp).then_with(|| b.0.cmp(a.0)));
        let Some(key) = oldest.map(|(key, _)| key.clone()) else {
            return;
        };
        map.remove(&key);
    }
}

/// Counts per name; the `most` smallest names are kept by themselves, the others together.
///
/// A name that fell out has `most` smaller ones before it and can never come back, so its count is never split.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Counts by name.
    pub by_name: BTreeMap<String, u64>,
    /// The count of all names that found no room.
    pub others: u64,
}

impl Counts {
    /// Adds `count` to `name`.
    pub fn add(&mut self, name: &str, count: u64, most: usize) {
        match self.by_name.get_mut(name) {
            Some(there) => *there = there.saturating_add(count),
            None => {
                self.by_name.insert(name.to_owned(), count);
                self.bound(most);
            }
        }
    }

    /// Adds every count of `other`.
    pub fn merge(&mut self, other: &Counts, most: usize) {
        self.others = self.others.saturating_add(other.others);
        for (name, count) in &other.by_name {
            self.add(name, *count, most);
        }
    }

    fn bound(&mut self, most: usize) {
        while self.by_name.len() > most {
            if let Some((_, count)) = self.by_name.pop_last() {
                self.others = self.others.saturating_add(count);
            }
        }
    }
}

/// Keeps the `most` smallest keys: canonical where no stamp says which matters more.
pub fn keep_smallest<K: Ord, T>(map: &mut BTreeMap<K, T>, most: usize) {
    while map.len() > most {
        map.pop_last();
    }
}
