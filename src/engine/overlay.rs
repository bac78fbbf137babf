//! The batch in progress, laid over the committed store: later events of a batch see the earlier ones through it.
//!
//! It owns every change until the commit is built and never writes anything itself.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::{Bound, ControlFlow},
    rc::Rc,
    sync::Arc,
};

use crate::{
    engine::{
        ahead::Ahead,
        atoms::Atoms,
        known::{Left, Weighed},
        merge::merge,
    },
    journal::Change,
    store::{
        AtomId, AtomRecord, Bytes, Error, Order, ProfileId, ProfileRecord, Read, View, Visit,
        codec::{self, Record},
        keys,
    },
};

/// Entries of an index that are kept in memory for a batch; whoever wants more reads on. As many as are asked for where a
/// customer has as many claims as count, and one more.
const INDEX_ENTRIES_MAX: usize = 1_024;

/// Changes over what was before the batch.
#[derive(Debug)]
pub struct Overlay<'a> {
    before: Ahead<'a>,
    /// Earlier index entries that were read: the events of one visit ask for the same ones again and again.
    indexes: RefCell<HashMap<Vec<u8>, Rc<[Bytes]>>>,
    changes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    atoms: RefCell<HashMap<AtomId, Option<Arc<AtomRecord>>>>,
    profiles: RefCell<HashMap<ProfileId, Option<Arc<ProfileRecord>>>>,
    changed_atoms: BTreeSet<AtomId>,
    changed_profiles: BTreeSet<ProfileId>,
}

impl<'a> Overlay<'a> {
    /// No changes yet.
    pub(crate) fn new(before: Ahead<'a>) -> Self {
        Self {
            before,
            indexes: RefCell::default(),
            changes: BTreeMap::new(),
            atoms: RefCell::default(),
            profiles: RefCell::default(),
            changed_atoms: BTreeSet::new(),
            changed_profiles: BTreeSet::new(),
        }
    }

    /// What was there before the batch.
    pub(crate) fn before(&self) -> &Ahead<'a> {
        &self.before
    }

    /// Puts bytes under a key.
    pub fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.changes.insert(key, Some(value));
    }

    /// Puts a record under a key.
    ///
    /// # Errors
    /// When the record cannot be encoded.
    pub fn put_record<T: Record>(&mut self, key: Vec<u8>, record: &T) -> Result<(), Error> {
        self.put(key, codec::encode(record)?);
        Ok(())
    }

    /// Deletes a key.
    pub fn delete(&mut self, key: Vec<u8>) {
        self.changes.insert(key, None);
    }

    /// Puts an atom, or deletes it.
    pub fn put_atom(&mut self, id: AtomId, record: Option<AtomRecord>) {
        self.atoms.borrow_mut().insert(id, record.map(Arc::new));
        self.changed_atoms.insert(id);
    }

    /// Changes an atom in place; `None` if there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn change_atom<T>(
        &mut self,
        id: AtomId,
        change: impl FnOnce(&mut AtomRecord) -> T,
    ) -> Result<Option<T>, Error> {
        if self.atom(id)?.is_none() {
            return Ok(None);
        }
        self.changed_atoms.insert(id);
        let mut atoms = self.atoms.borrow_mut();
        let record = atoms.get_mut(&id).and_then(Option::as_mut);
        Ok(record.map(|record| change(Arc::make_mut(record))))
    }

    /// A live profile.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn profile(&self, id: ProfileId) -> Result<Option<Arc<ProfileRecord>>, Error> {
        if let Some(known) = self.profiles.borrow().get(&id) {
            return Ok(known.clone());
        }
        let record = self.before.record(&keys::profile(id))?.map(Arc::new);
        self.profiles.borrow_mut().insert(id, record.clone());
        Ok(record)
    }

    /// A profile as it was before the batch.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn committed_profile(&self, id: ProfileId) -> Result<Option<ProfileRecord>, Error> {
        self.before.record(&keys::profile(id))
    }

    /// Puts a profile, or deletes it.
    pub fn put_profile(&mut self, id: ProfileId, record: Option<ProfileRecord>) {
        self.profiles.borrow_mut().insert(id, record.map(Arc::new));
        self.changed_profiles.insert(id);
    }

    /// Whether anything was changed.
    pub(crate) fn has_changes(&self) -> bool {
        !(self.changes.is_empty() && self.changed_atoms.is_empty() && self.changed_profiles.is_empty())
    }

    /// All changes, in the order of their keys, as a commit carries them, and the atoms among them.
    ///
    /// # Errors
    /// When a record cannot be encoded.
    pub(crate) fn into_changes(self) -> Result<(Vec<Change>, Vec<Left>), Error> {
        let mut changes = self.changes;
        let (mut atoms, profiles) = (self.atoms.into_inner(), self.profiles.into_inner());
        let mut left = Vec::with_capacity(self.changed_atoms.len());
        for id in self.changed_atoms {
            let record = atoms.remove(&id).flatten();
            let value = record.as_deref().map(codec::encode).transpose()?;
            let bytes = value.as_ref().map_or(0, Vec::len);
            left.push((id, record.map(|record| Weighed { record, bytes })));
            changes.insert(keys::atom(id), value);
        }
        for id in self.changed_profiles {
            let record = profiles.get(&id).and_then(Option::as_deref);
            changes.insert(keys::profile(id), record.map(codec::encode).transpose()?);
        }
        let changes = changes
            .into_iter()
            .map(|(key, value)| Change { key, value })
            .collect();
        Ok((changes, left))
    }
}

impl Overlay<'_> {
    /// Visits committed entries. The first ones of an index are read once per batch: nobody but the writer, which is
    /// busy with this batch, changes them.
    fn committed(&self, from: &[u8], to: &[u8], order: Order, visit: &mut Visit<'_>) -> Result<(), Error> {
        if order != Order::Ascending || !keys::is_index(from) {
            return self.before.scan(from, to, order, visit);
        }
        let known = self.indexes.borrow().get(from).cloned();
        let entries = match known {
            Some(entries) => entries,
            None => {
                let mut entries = Vec::new();
                self.before.scan(from, to, order, &mut |key, _| {
                    entries.push(Bytes::from(key));
                    Ok(match entries.len() < INDEX_ENTRIES_MAX {
                        true => ControlFlow::Continue(()),
                        false => ControlFlow::Break(()),
                    })
                })?;
                let entries: Rc<[Bytes]> = entries.into();
                self.indexes
                    .borrow_mut()
                    .insert(from.to_vec(), Rc::clone(&entries));
                entries
            }
        };
        for key in entries.iter() {
            if visit(key, &[])?.is_break() {
                return Ok(());
            }
        }
        match entries.last() {
            Some(last) if entries.len() >= INDEX_ENTRIES_MAX => {
                let behind = [last, &[0][..]].concat();
                self.before.scan(&behind, to, order, visit)
            }
            _ => Ok(()),
        }
    }
}

impl Atoms for Overlay<'_> {
    fn atom(&self, id: AtomId) -> Result<Option<Arc<AtomRecord>>, Error> {
        if let Some(known) = self.atoms.borrow().get(&id) {
            return Ok(known.clone());
        }
        let record = self.before.atom(id)?;
        self.atoms.borrow_mut().insert(id, record.clone());
        Ok(record)
    }
}

impl View for Overlay<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Error> {
        match self.changes.get(key) {
            Some(change) => Ok(change.as_deref().map(Bytes::from)),
            None => self.before.get(key),
        }
    }

    fn scan(&self, from: &[u8], to: &[u8], order: Order, visit: &mut Visit<'_>) -> Result<(), Error> {
        let upper = if to.is_empty() {
            Bound::Unbounded
        } else {
            Bound::Excluded(to)
        };
        if !to.is_empty() && from >= to {
            return Ok(());
        }
        let range = self.changes.range::<[u8], _>((Bound::Included(from), upper));
        let changes = range.map(|(key, value)| (key.as_slice(), value.as_deref()));
        let below = |visit: &mut Visit<'_>| self.committed(from, to, order, visit);
        match order {
            Order::Ascending => merge(changes, order, below, visit),
            Order::Descending => merge(changes.rev(), order, below, visit),
        }
    }
}

/// What was there before the batch, read through what the batch has read already.
#[derive(Debug)]
pub(crate) struct Committed<'a>(pub(crate) &'a Overlay<'a>);

impl Atoms for Committed<'_> {
    fn atom(&self, id: AtomId) -> Result<Option<Arc<AtomRecord>>, Error> {
        match self.0.changed_atoms.contains(&id) {
            true => self.0.before.atom(id),
            false => self.0.atom(id),
        }
    }
}

impl View for Committed<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Error> {
        self.0.before.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], order: Order, visit: &mut Visit<'_>) -> Result<(), Error> {
        self.0.committed(from, to, order, visit)
    }
}
