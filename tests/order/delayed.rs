//! A journal that takes its time, as one across a wire does: a commit is durable only when it is waited for.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use yekta::journal::{Begun, Commit, Error, Journal, Position};

/// A journal behind a delay.
#[derive(Debug)]
pub(crate) struct Delayed {
    journal: Box<dyn Journal>,
    under_way: VecDeque<Arc<Commit>>,
    /// How often a commit was handed over while another was under way.
    overlaps: Arc<AtomicUsize>,
}

impl Delayed {
    pub(crate) fn new(journal: Box<dyn Journal>, overlaps: &Arc<AtomicUsize>) -> Self {
        Self {
            journal,
            under_way: VecDeque::new(),
            overlaps: Arc::clone(overlaps),
        }
    }
}

impl Journal for Delayed {
    fn begin(&mut self, commit: Arc<Commit>) -> Result<Begun, Error> {
        assert!(self.under_way.len() < 2, "one may be under way, not more");
        self.overlaps.fetch_add(self.under_way.len(), Ordering::Relaxed);
        self.under_way.push_back(commit);
        Ok(Begun::UnderWay)
    }

    fn finish(&mut self) -> Result<Position, Error> {
        let commit = self.under_way.pop_front().ok_or(Error::Idle)?;
        self.journal.append(&commit)
    }

    passes_on!(journal);
}
