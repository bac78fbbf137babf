//! The ordered, durable log of commits: what was acknowledged is in here, whatever happens to the view made of it.
//!
//! Owns the commit record ([`Commit`]), the two traits that every journal fills ([`Journal`] to write,
//! [`ReadJournal`] to follow), the one of journals that another process writes ([`FollowedJournal`]) and the journal that
//! needs nothing but a folder ([`file::FileJournal`]).
//! Must never know what a commit means: subjects, keys and bodies are opaque here, and nothing else of the crate
//! is imported. Called by the engine, whose one writer appends; readers of any thread follow behind it.

use std::sync::Arc;

mod anew;
pub(crate) mod codec;
mod commit;
mod error;
pub mod file;
mod followed;
#[cfg(test)]
pub(crate) mod samples;

pub use anew::{Anew, Document};
pub use commit::{Change, Commit, InputPosition, Marker, Message, Position};
pub use error::Error;
pub use followed::{FollowedJournal, Told};

/// How far a commit is that was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begun {
    /// It survives a loss of power, as far as the medium honours a sync.
    Durable(Position),
    /// It is on its way; [`Journal::finish`] waits for it.
    UnderWay,
}

/// The writing side of a journal. There is one writer.
pub trait Journal: Send + std::fmt::Debug {
    /// Hands `commit` over to be appended. A journal may have it under way when this returns, so that the next one can be
    /// prepared meanwhile; at most one may be under way when this is called.
    ///
    /// # Errors
    /// [`Error::BatchOutOfOrder`], [`Error::TooLarge`] and [`Error::TooMany`] refuse the commit and leave the journal as it
    /// was. Any other failure poisons the journal, and every later call is refused with [`Error::Poisoned`]: a sync
    /// that failed once cannot be repeated, because the system may have dropped the pages it could not write.
    fn begin(&mut self, commit: Arc<Commit>) -> Result<Begun, Error>;

    /// Waits until the oldest commit under way is durable and returns its position.
    ///
    /// # Errors
    /// [`Error::Idle`] when none is under way, which is a bug of the caller. Any other failure poisons the journal:
    /// whether the commit is durable is found out by the next start.
    fn finish(&mut self) -> Result<Position, Error>;

    /// Appends a copy of `commit` durably and returns its position. Nothing may be under way.
    ///
    /// # Errors
    /// As [`Journal::begin`] and [`Journal::finish`].
    fn append(&mut self, commit: &Commit) -> Result<Position, Error> {
        match self.begin(Arc::new(commit.clone()))? {
            Begun::Durable(position) => Ok(position),
            Begun::UnderWay => self.finish(),
        }
    }

    /// The same with what a view that others make of this journal takes once more. A journal of which no view is made
    /// appends the commit alone.
    ///
    /// # Errors
    /// As [`Journal::append`].
    fn append_anew(&mut self, commit: &Commit, _anew: &Anew) -> Result<Position, Error> {
        self.append(commit)
    }

    /// Which journal this is, as a text that another one never has: positions of two journals mean nothing to each
    /// other.
    fn identity(&self) -> String;

    /// The writer's term of ownership, which every commit carries: 0 where nobody else can write.
    fn epoch(&self) -> u64;

    /// The position of the last commit, [`Position::START`] when there is none.
    fn last(&self) -> Position;

    /// The batch number of the last commit, 0 when there is none. The next commit carries one more.
    fn last_batch(&self) -> u64;

    /// An independent reader, which sees durable commits only and goes on seeing those that follow.
    fn reader(&self) -> Box<dyn ReadJournal>;

    /// Lets go of commits at or before `through`, which a verified snapshot covers, and returns the first position
    /// that is still kept. The journal keeps more than it was allowed to forget where that is simpler (whole
    /// segments), never less.
    ///
    /// # Errors
    /// [`Error::Io`] when something could not be removed; nothing behind `through` is touched then either.
    fn forget(&mut self, through: Position) -> Result<Position, Error>;

    /// Begins a new segment, or whatever unit it forgets by, so that what was appended before can be let go of. Nothing may
    /// be under way. A journal that forgets commit by commit has nothing to do.
    ///
    /// # Errors
    /// [`Error::Io`] when the segment could not be made, which poisons the journal; [`Error::Poisoned`].
    fn roll(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

/// The reading side of a journal.
pub trait ReadJournal: Send + Sync {
    /// The commits whose position is greater than `after`, oldest first, without a gap: up to about `bytes_max`
    /// bytes as encoded, yet at least one if there is one. Empty when nothing lies behind `after`.
    ///
    /// # Errors
    /// [`Error::Gone`] if commits behind `after` were let go, [`Error::Corrupt`] if the next commit is damaged.
    /// Whole commits in front of a damage are returned first: the call that begins at the damage fails.
    fn read_after(&self, after: Position, bytes_max: usize) -> Result<Vec<(Position, Commit)>, Error>;

    /// The first position that is still kept: where a reader whose cursor is too old begins again.
    fn first(&self) -> Position;
}
