//! What the next batch builds on: the store, and over it the commit that is under way to the journal.
//!
//! The store shows durable commits only. A journal takes its time, and the writer goes on meanwhile: what
//! it prepares then stands on a commit that is not durable yet, and is itself never durable before that one.

use std::sync::Arc;

use crate::{
    engine::state::{atoms::Atoms, known::Known},
    journal::{Change, Commit},
    store::{
        AtomId, AtomRecord, Bytes, Error, Order, ProfileId, ProfileRecord, Store, View, Visit, merge::merge,
    },
};

/// Committed state with at most one commit laid over it, and what is known of that.
#[derive(Clone, Debug)]
pub(crate) struct Ahead<'a> {
    state: State,
    known: &'a Known,
}

#[derive(Clone, Debug)]
struct State {
    store: Store,
    under_way: Option<Arc<Commit>>,
}

impl<'a> Ahead<'a> {
    /// The store, and the commit that follows on it. A commit's changes are in the order of their keys.
    pub(crate) fn new(store: Store, under_way: Option<Arc<Commit>>, known: &'a Known) -> Self {
        let state = State { store, under_way };
        Self { state, known }
    }
}

impl State {
    fn changes(&self) -> &[Change] {
        self.under_way
            .as_ref()
            .map_or(&[], |commit| commit.changes.as_slice())
    }

    fn change(&self, key: &[u8]) -> Option<&Change> {
        let changes = self.changes();
        let found = changes.binary_search_by(|change| change.key.as_slice().cmp(key));
        found.ok().and_then(|index| changes.get(index))
    }

    fn changes_between(&self, from: &[u8], to: &[u8]) -> &[Change] {
        let changes = self.changes();
        let first = changes.partition_point(|change| change.key.as_slice() < from);
        let end = if to.is_empty() {
            changes.len()
        } else {
            changes.partition_point(|change| change.key.as_slice() < to)
        };
        changes.get(first..end).unwrap_or_default()
    }
}

impl Ahead<'_> {
    /// Forgets an atom that is about to change: who alone has it need not copy it.
    pub(crate) fn let_go(&self, id: AtomId) {
        self.known.let_go(id);
    }

    /// A live profile.
    pub(crate) fn profile(&self, id: ProfileId) -> Result<Option<Arc<ProfileRecord>>, Error> {
        self.known.profile(id, &self.state)
    }
}

impl Atoms for Ahead<'_> {
    fn atom(&self, id: AtomId) -> Result<Option<Arc<AtomRecord>>, Error> {
        self.known.atom(id, &self.state)
    }
}

impl View for Ahead<'_> {
    fn has_more_than(&self, prefix: &[u8], most: usize) -> bool {
        self.known.has_more_than(prefix, most)
    }

    fn refused(&self, error: &Error) {
        self.state.refused(error);
    }

    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Error> {
        if self.known.is_absent(key) {
            return Ok(None);
        }
        self.state.get(key)
    }

    fn scan(&self, from: &[u8], to: &[u8], order: Order, visit: &mut Visit<'_>) -> Result<(), Error> {
        self.known.scan((from, to), order, &self.state, visit)
    }
}

impl View for State {
    fn refused(&self, error: &Error) {
        self.store.refused(error);
    }

    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Error> {
        match self.change(key) {
            Some(change) => Ok(change.value.as_deref().map(Bytes::from)),
            None => self.store.get(key),
        }
    }

    fn scan(&self, from: &[u8], to: &[u8], order: Order, visit: &mut Visit<'_>) -> Result<(), Error> {
        let between = self.changes_between(from, to);
        if between.is_empty() {
            return self.store.scan(from, to, order, visit);
        }
        let changes = between
            .iter()
            .map(|change| (change.key.as_slice(), change.value.as_deref()));
        let below = |visit: &mut Visit<'_>| self.store.scan(from, to, order, visit);
        match order {
            Order::Ascending => merge(changes, order, below, visit),
            Order::Descending => merge(changes.rev(), order, below, visit),
        }
    }
}
