//! The ordered, durable log of commits: what was acknowledged is in here, whatever happens to the view made of it.
//!
//! Owns the commit record ([`Commit`]), the two traits that every journal fills ([`Journal`] to write,
//! [`ReadJournal`] to follow) and the journal that needs nothing but a folder ([`file::FileJournal`]).
//! Must never know what a commit means: subjects, keys and bodies are opaque here, and nothing else of the crate
//! is imported. Called by the engine, whose one writer appends; readers of any thread follow behind it.

mod commit;
mod error;
pub mod file;

pub use commit::{Change, Commit, InputPosition, Marker, Message, Position};
pub use error::Error;

/// The writing side of a journal. There is one writer.
pub trait Journal: Send {
    /// Appends `commit` durably and returns its position: when this returns `Ok` the commit survives a loss of
    /// power, as far as the medium honours a sync.
    ///
    /// # Errors
    /// [`Error::BatchOutOfOrder`] and [`Error::TooLarge`] refuse the commit and leave the journal as it was. Any
    /// other failure poisons the journal, and every later append is refused with [`Error::Poisoned`]: a sync that
    /// failed once cannot be repeated, because the system may have dropped the pages it could not write.
    fn append(&mut self, commit: &Commit) -> Result<Position, Error>;

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
