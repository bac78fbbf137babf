//! A journal that another process writes: what a standby follows, until it takes it over.

use std::time::Duration;

use crate::journal::{Error, Journal, Position, ReadJournal};

/// That the journal holds more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The position of the last commit that is durable.
    pub position: Position,
    /// When that was stored, in microseconds since the Unix epoch by the clock of whoever stored it.
    pub stored_us: i64,
}

/// A journal that another process writes. It can be followed, and taken over; its writer is fenced then.
pub trait FollowedJournal: Send + std::fmt::Debug {
    /// As [`Journal::identity`].
    fn identity(&self) -> String;

    /// The position of the last commit, as far as is known.
    fn last(&self) -> Position;

    /// An independent reader, which sees commits up to [`FollowedJournal::last`].
    fn reader(&self) -> Box<dyn ReadJournal>;

    /// Waits at most `wait` until it holds more than was known. Blocks.
    ///
    /// # Errors
    /// When the journal cannot be asked; it may be asked again where [`Error::is_passing`] says so.
    fn look(&mut self, wait: Duration) -> Result<Option<Told>, Error>;

    /// Looks again where it ends, which was seen to be at or behind `position`: whoever was asked may not have known. What
    /// [`FollowedJournal::last`] says then is all that is there. Blocks.
    ///
    /// # Errors
    /// As [`FollowedJournal::look`].
    fn look_behind(&mut self, position: Position) -> Result<(), Error>;

    /// Takes the journal over: whoever wrote it can commit nothing from now on. Blocks.
    ///
    /// # Errors
    /// When that was not possible.
    fn take_over(self: Box<Self>) -> Result<Box<dyn Journal>, Error>;
}
