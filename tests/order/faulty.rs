//! A journal that fails as it likes: before it wrote a commit, or when it had written it and nobody was told.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use yekta::journal::{Begun, Commit, Error, Journal, Position, ReadJournal, file::FileJournal};

use crate::arrival::Dice;

/// How a simulation may cheat: each has to be noticed, or it would prove nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cheat {
    /// Who sent something is answered before it is in the journal, which loses it.
    AnswersTooEarly,
    /// A commit is not written, and the next ones are as if it were.
    DropsACommit,
}

/// A file journal that fails once, when so many commits more were handed over.
#[derive(Debug)]
pub(crate) struct Faulty {
    journal: FileJournal,
    /// Commits until it fails.
    left: usize,
    /// Whether what it fails at is written all the same.
    writes: bool,
    cheat: Option<Cheat>,
    /// Commits that were not written and should have been.
    dropped: u64,
    /// How many failures there were of all such journals.
    failures: Arc<AtomicUsize>,
}

impl Faulty {
    pub(crate) fn new(
        journal: FileJournal,
        dice: &mut Dice,
        cheat: Option<Cheat>,
        failures: &Arc<AtomicUsize>,
    ) -> Self {
        Self {
            journal,
            left: 1 + dice.below(if cheat.is_some() { 4 } else { 12 }),
            writes: dice.below(2) == 0,
            cheat,
            dropped: 0,
            failures: Arc::clone(failures),
        }
    }

    /// Appends a commit, or fails.
    fn write(&mut self, commit: &Commit) -> Result<Position, Error> {
        self.left = self.left.saturating_sub(1);
        if self.left > 0 {
            let mut commit = commit.clone();
            commit.marker.batch -= self.dropped;
            return self.journal.append(&commit);
        }
        self.failures.fetch_add(1, Ordering::Relaxed);
        match self.cheat {
            Some(_) => {
                self.dropped += 1;
                // Behind an answer that came too early everything else is as it was: power goes.
                self.left = if self.cheat == Some(Cheat::DropsACommit) {
                    usize::MAX
                } else {
                    1
                };
                Ok(Position(self.journal.last().0 + commit.messages.len() as u64 + 1))
            }
            None => {
                if self.writes {
                    self.journal.append(commit)?;
                }
                Err(Error::Poisoned)
            }
        }
    }
}

impl Journal for Faulty {
    fn begin(&mut self, commit: Arc<Commit>) -> Result<Begun, Error> {
        self.write(&commit).map(Begun::Durable)
    }

    fn finish(&mut self) -> Result<Position, Error> {
        Err(Error::Idle)
    }

    fn identity(&self) -> String {
        self.journal.identity()
    }

    fn epoch(&self) -> u64 {
        self.journal.epoch()
    }

    fn last(&self) -> Position {
        self.journal.last()
    }

    fn last_batch(&self) -> u64 {
        self.journal.last_batch()
    }

    fn reader(&self) -> Box<dyn ReadJournal> {
        self.journal.reader()
    }

    fn forget(&mut self, through: Position) -> Result<Position, Error> {
        self.journal.forget(through)
    }
}
