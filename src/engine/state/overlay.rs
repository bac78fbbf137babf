//! The batch in progress, laid over the committed store: later events of a batch see the earlier ones through it.
//!
//! It owns every change until the commit is built and never writes anything itself.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::Hash,
    ops::Bound,
    sync::Arc,
};

use crate::{
    engine::state::{
        ahead::Ahead,
        atoms::Atoms,
        hot::Weighed,
        known::{Lasting, Left},
    },
    journal::Change,
    store::{
        AtomId, AtomRecord, Bytes, Error, Order, ProfileId, ProfileRecord, View, Visit,
        codec::{self, Record},
        keys,
        merge::merge,
    },
};

/// By key; `None` deletes.
type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Changes over what was before the batch.
#[derive(Debug)]
pub struct Overlay<'a> {
    before: Ahead<'a>,
    changes: Changes,
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
        if self.changed_atoms.insert(id) {
            self.before.let_go(id);
        }
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
        let record = self.before.profile(id)?;
        self.profiles.borrow_mut().insert(id, record.clone());
        Ok(record)
    }

    /// A profile as it was before the batch.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn committed_profile(&self, id: ProfileId) -> Result<Option<Arc<ProfileRecord>>, Error> {
        self.before.profile(id)
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

    /// All changes, in the order of their keys, as a commit carries them, and the records among them.
    ///
    /// # Errors
    /// When a record cannot be encoded.
    pub(crate) fn into_changes(self) -> Result<(Vec<Change>, Lasting), Error> {
        let mut changes = self.changes;
        let (atoms, profiles) = (self.atoms.into_inner(), self.profiles.into_inner());
        let lasting = Lasting {
            atoms: left(atoms, self.changed_atoms, &mut changes, keys::atom)?,
            profiles: left(profiles, self.changed_profiles, &mut changes, keys::profile)?,
        };
        let changes = changes
            .into_iter()
            .map(|(key, value)| Change { key, value })
            .collect();
        Ok((changes, lasting))
    }
}

/// Encodes the changed ones of these records into `changes`.
fn left<K: Ord + Hash + Copy, T: Record>(
    mut records: HashMap<K, Option<Arc<T>>>,
    changed: BTreeSet<K>,
    changes: &mut Changes,
    key: fn(K) -> Vec<u8>,
) -> Result<Vec<Left<K, T>>, Error> {
    let mut left = Vec::with_capacity(changed.len());
    for id in changed {
        let record = records.remove(&id).flatten();
        let encoded = record.as_deref().map(codec::encode).transpose()?;
        let bytes = encoded.as_ref().map_or(0, Vec::len);
        left.push((id, record.map(|value| Weighed { value, bytes })));
        changes.insert(key(id), encoded);
    }
    Ok(left)
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
    fn has_more_than(&self, prefix: &[u8], most: usize) -> bool {
        // What is deleted was counted before.
        let deletes = || {
            let changes = self
                .changes
                .range::<[u8], _>((Bound::Included(prefix), Bound::Unbounded));
            let mut inside = changes.take_while(|(key, _)| key.starts_with(prefix));
            inside.any(|(_, value)| value.is_none())
        };
        self.before.has_more_than(prefix, most) && !deletes()
    }

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
        let below = |visit: &mut Visit<'_>| self.before.scan(from, to, order, visit);
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
    fn has_more_than(&self, prefix: &[u8], most: usize) -> bool {
        self.0.before.has_more_than(prefix, most)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Error> {
        self.0.before.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], order: Order, visit: &mut Visit<'_>) -> Result<(), Error> {
        self.0.before.scan(from, to, order, visit)
    }
}
