//! A journal that takes next to nothing of a move between partitions at once, and of all else as much as any.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use yekta::journal::{Begun, Change, Commit, Error, Journal, Position};

/// How far a move is that takes several commits, and what is noted of rows that leave with it.
const OF_STAGES: [&[u8]; 2] = [b"H\x06", b"H\x07"];

/// A journal of which commits of moves change few rows.
#[derive(Debug)]
pub(crate) struct Narrow {
    journal: Box<dyn Journal>,
    /// Rows that one changes at most.
    rows_max: usize,
    /// How often what somebody had who came was more.
    too_much: Arc<AtomicUsize>,
}

impl Narrow {
    pub(crate) fn new(journal: Box<dyn Journal>, rows_max: usize, too_much: &Arc<AtomicUsize>) -> Self {
        Self {
            journal,
            rows_max,
            too_much: Arc::clone(too_much),
        }
    }
}

/// Whether a commit is of a move: it tells of nobody, and publishes a parcel, or puts atoms in, or says how far a move is.
fn is_of_a_move(commit: &Commit) -> bool {
    let is_stage = |change: &Change| OF_STAGES.iter().any(|of| change.key.starts_with(of));
    let is_parcel = |subject: &str| subject.contains(".parcel.");
    let mut messages = commit.messages.iter();
    messages.all(|message| is_parcel(&message.subject))
        && (!commit.messages.is_empty() || puts_atoms(commit) || commit.changes.iter().any(is_stage))
}

fn puts_atoms(commit: &Commit) -> bool {
    let mut changes = commit.changes.iter();
    changes.any(|change| change.key[0] == b'A' && change.value.is_some())
}

impl Journal for Narrow {
    fn begin(&mut self, commit: Arc<Commit>) -> Result<Begun, Error> {
        // What is counted of a profile goes and comes with it, however much that is.
        let rows = commit
            .changes
            .iter()
            .filter(|change| !b"xy".contains(&change.key[0]));
        let rows = rows.count();
        if rows <= self.rows_max || !is_of_a_move(&commit) {
            return self.journal.begin(commit);
        }
        let comes = usize::from(commit.messages.is_empty() && puts_atoms(&commit));
        self.too_much.fetch_add(comes, Ordering::Relaxed);
        Err(Error::TooMany {
            messages: rows,
            messages_max: self.rows_max,
        })
    }

    fn finish(&mut self) -> Result<Position, Error> {
        self.journal.finish()
    }

    passes_on!(journal);
}
