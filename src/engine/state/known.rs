//! What the writer read or left last, decoded: who comes again and again is not read and decoded again and again.
//!
//! Owned by the writer, which alone changes the store, and told of each commit once the journal has it; so what is known is
//! what the next batch builds on. It is bounded, and what is forgotten is read again. A query knows nothing.

use std::{cell::RefCell, sync::Arc};

use crate::{
    engine::state::{
        absent::{Absent, Reading},
        entries::Entries,
        hot::{Hot, Weighed},
    },
    journal::Change,
    store::{
        AtomId, AtomRecord, Error, Group, Order, ProfileId, ProfileRecord, Read, View, Visit, codec::Record,
        keys,
    },
};

/// Entries of one group that are remembered: as many as are asked for where a customer has as many claims as count by
/// default, and one more.
const ENTRIES_MAX: usize = 1_024;

/// Bytes that a full block is counted with.
const FULL_BYTES: usize = 64;

/// A record as a batch left it; `None` where it is gone.
pub(crate) type Left<K, T> = (K, Option<Weighed<T>>);

/// The records that a batch changed, as it left them.
#[derive(Debug, Default)]
pub(crate) struct Lasting {
    pub(crate) atoms: Vec<Left<AtomId, AtomRecord>>,
    pub(crate) profiles: Vec<Left<ProfileId, ProfileRecord>>,
}

/// What is known.
#[derive(Debug)]
pub(crate) struct Known {
    atoms: Hot<AtomId, AtomRecord>,
    profiles: Hot<ProfileId, ProfileRecord>,
    /// The first entries of the groups of the indexes.
    index: Hot<Group, Entries>,
    /// Blocks of which is known that they are full: there are many, and nobody asks who is in them.
    full: Hot<Group, ()>,
    /// Faces that are remembered of a block: one more than it may have tells that it is full.
    block_faces: usize,
    absent: RefCell<Absent>,
}

impl Known {
    /// Nothing is known; at most about so many bytes of the store will be: half of them atoms, a quarter each profiles and
    /// entries of indexes, and in a sixteenth beside them which blocks have more faces than `block_faces_max`. By
    /// `absent_bytes` it knows what the store does not have, once that was read.
    pub(crate) fn of(bytes_max: usize, absent_bytes: usize, block_faces_max: usize) -> (Self, Reading) {
        let (absent, reading) = Absent::of(absent_bytes);
        let known = Self {
            atoms: Hot::of(bytes_max / 2),
            profiles: Hot::of(bytes_max / 4),
            index: Hot::of(bytes_max / 4),
            full: Hot::of(bytes_max / 16),
            block_faces: block_faces_max.saturating_add(1),
            absent: RefCell::new(absent),
        };
        (known, reading)
    }

    /// Whether the store certainly has no such key, nor one that begins so.
    pub(crate) fn is_absent(&self, key: &[u8]) -> bool {
        self.absent.borrow().has(key)
    }

    /// Takes what was read of the store meanwhile.
    pub(crate) fn catch_up(&self) {
        self.absent.borrow_mut().catch_up();
    }

    /// The atom `id` of what lies `below`.
    pub(crate) fn atom(&self, id: AtomId, below: &impl Read) -> Result<Option<Arc<AtomRecord>>, Error> {
        record(&self.atoms, id, below, || keys::atom(id))
    }

    /// Forgets an atom.
    pub(crate) fn let_go(&self, id: AtomId) {
        self.atoms.take(&id);
    }

    /// The live profile `id` of what lies `below`.
    pub(crate) fn profile(
        &self,
        id: ProfileId,
        below: &impl Read,
    ) -> Result<Option<Arc<ProfileRecord>>, Error> {
        record(&self.profiles, id, below, || keys::profile(id))
    }

    /// Whether more entries than `most` are known to be in the group that `prefix` begins.
    pub(crate) fn has_more_than(&self, prefix: &[u8], most: usize) -> bool {
        let group = Group::of(prefix).filter(|group| group.is_block() && group.prefix() == prefix);
        most < self.block_faces && group.is_some_and(|group| self.full.get(&group).is_some())
    }

    /// Visits a range of what lies `below`. Of the groups of an index the first entries are read at once.
    pub(crate) fn scan(
        &self,
        (from, to): (&[u8], &[u8]),
        order: Order,
        below: &impl View,
        visit: &mut Visit<'_>,
    ) -> Result<(), Error> {
        let Some(group) = Group::around(from, to) else {
            return below.scan(from, to, order, visit);
        };
        let entries = self.entries(group, below)?;
        let Some(span) = entries.span(from, to, order) else {
            return below.scan(from, to, order, visit);
        };
        if span.visit(order, visit)?.is_continue()
            && let Some(behind) = &span.behind
        {
            below.scan(behind, to, order, visit)?;
        }
        Ok(())
    }

    fn entries(&self, group: Group, below: &impl View) -> Result<Arc<Entries>, Error> {
        if let Some(known) = self.index.get(&group) {
            return Ok(known);
        }
        let most = match group.is_block() {
            true => self.block_faces,
            false => ENTRIES_MAX,
        };
        let mut entries = Entries::of(group, most);
        if !self.is_absent(group.prefix()) {
            below.scan_prefix(group.prefix(), Order::Ascending, &mut |key, _| {
                Ok(entries.read(key))
            })?;
        }
        let (bytes, value) = (entries.bytes(), Arc::new(entries));
        let weighed = Weighed {
            value: Arc::clone(&value),
            bytes,
        };
        self.remember(group, weighed);
        Ok(value)
    }

    fn remember(&self, group: Group, entries: Weighed<Entries>) {
        if group.is_block() && entries.value.is_full() {
            let (value, bytes) = (Arc::new(()), FULL_BYTES);
            self.full.put(group, Weighed { value, bytes });
        } else {
            self.index.put(group, entries);
        }
    }

    /// Follows a batch, of which the journal has the commit.
    pub(crate) fn follow(&self, changes: &[Change], lasting: Lasting) {
        replace(&self.atoms, lasting.atoms);
        replace(&self.profiles, lasting.profiles);
        let absent = &mut *self.absent.borrow_mut();
        for Change { key, value } in changes {
            if value.is_some() {
                absent.note(key);
            }
            let Some(group) = Group::of(key) else { continue };
            if value.is_none() {
                self.full.take(&group);
            }
            let Some(mut entries) = self.index.take(&group) else {
                continue;
            };
            let first = Arc::make_mut(&mut entries.value);
            if first.follow(key, value.is_some()) {
                entries.bytes = first.bytes();
                self.remember(group, entries);
            }
        }
    }
}

fn record<K: Eq + std::hash::Hash + Copy, T: Record>(
    hot: &Hot<K, T>,
    id: K,
    below: &impl Read,
    key: impl FnOnce() -> Vec<u8>,
) -> Result<Option<Arc<T>>, Error> {
    if let Some(known) = hot.get(&id) {
        return Ok(Some(known));
    }
    let Some(stored) = below.get(&key())? else {
        return Ok(None);
    };
    let value: Arc<T> = Arc::new(below.decoded(&stored)?);
    let weighed = Weighed {
        value: Arc::clone(&value),
        bytes: stored.len(),
    };
    hot.put(id, weighed);
    Ok(Some(value))
}

fn replace<K: Eq + std::hash::Hash, T>(hot: &Hot<K, T>, left: Vec<Left<K, T>>) {
    for (id, record) in left {
        match record {
            Some(record) => hot.put(id, record),
            None => drop(hot.take(&id)),
        }
    }
}
