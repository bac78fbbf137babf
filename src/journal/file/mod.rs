//! The journal in a folder: append-only segments of checksummed frames, one sync per commit.
//!
//! Owns the format and the recovery; must never acknowledge what is not synced, skip what is damaged, or cut anything
//! but a torn tail. Opened by the program for a standalone tenant; used through the traits of `crate::journal`.
//!
//! No crate serves: `okaywal` and `commitlog` are dormant, `raft-engine` is shaped for many raft groups and purges by
//! its own rules, `walogs` is a first release, and `wal-db` ends its recovery at the first damaged record, so that a
//! flipped bit in the middle silently takes acknowledged commits behind it along.
//!
//! A frame is one whole commit, so a commit is there or not. Segments are named by their first position and chained by
//! their headers; opening reads all headers but only the frames of the last segment, older ones are verified when they
//! are read.

mod appender;
pub mod body;
mod disk;
mod frame;
mod reader;
mod recover;
mod remains;
mod scan;
mod segment;
mod tail;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cipher::AtRest;
use crate::journal::file::appender::Appender;
use crate::journal::file::reader::{FileReader, Shared};
pub use crate::journal::file::remains::{Remains, remains};
use crate::journal::file::segment::{Place, Segment};
use crate::journal::file::tail::Tail;
use crate::journal::{Begun, Commit, Error, Journal, Position, ReadJournal};

/// The limits of a file journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileJournalConfig {
    /// A segment that would grow beyond this many bytes is followed by a new one; a commit larger than this gets a
    /// segment of its own. Default 64 MiB.
    pub segment_bytes: u64,
    /// The largest commit that is taken, in bytes as encoded before compression; at most 1 GiB. Default 64 MiB.
    pub commit_bytes_max: usize,
}

impl Default for FileJournalConfig {
    fn default() -> Self {
        FileJournalConfig {
            segment_bytes: 64 << 20,
            commit_bytes_max: 256 << 20,
        }
    }
}

/// A journal that was opened, and what its recovery did.
#[derive(Debug)]
pub struct Opened {
    /// The journal, ready to be appended to.
    pub journal: FileJournal,
    /// How many bytes of an append that did not finish were cut off; 0 after an orderly end.
    pub cut_bytes: u64,
}

/// The writing side of a journal in a folder.
#[derive(Debug)]
pub struct FileJournal {
    folder: PathBuf,
    commit_bytes_max: usize,
    shared: Arc<Shared>,
    appender: Appender,
    /// The last commit that is known to be durable.
    last: Position,
    last_batch: u64,
    /// The number of the last one that was handed over.
    begun_batch: u64,
    poisoned: bool,
    /// What commits are encrypted by.
    cipher: AtRest,
    /// Held for as long as the journal lives.
    _lock: File,
}

impl FileJournal {
    /// The identity of every journal in a folder.
    pub const IDENTITY: &str = "file";

    /// Opens the journal in `folder`, which is made if need be, and recovers it from what a crash left.
    ///
    /// # Errors
    /// [`Error::Corrupt`] or [`Error::Version`] when a segment cannot be trusted, [`Error::Locked`] when another
    /// process writes here, [`Error::Config`] when `commit_bytes_max` is out of range, [`Error::Io`] when the medium
    /// refuses. No commit is touched then.
    pub fn open(folder: &Path, config: FileJournalConfig) -> Result<Opened, Error> {
        Self::open_by(folder, config, None)
    }

    /// The same where commits are encrypted, if `cipher` says by what.
    ///
    /// # Errors
    /// As [`FileJournal::open`].
    pub fn open_by(folder: &Path, config: FileJournalConfig, cipher: AtRest) -> Result<Opened, Error> {
        let ceiling = u64::from(frame::BODY_BYTES_CEILING);
        let value = u64::try_from(config.commit_bytes_max).unwrap_or(u64::MAX);
        if value > ceiling {
            return Err(Error::Config {
                key: "commit_bytes_max",
                value,
                expected: "at most 1073741824",
            });
        }
        disk::create_folder(folder)?;
        let lock = disk::lock(folder)?;
        let (tail, cut_bytes) = Tail::recover(folder, config.segment_bytes, cipher.clone())?;
        Ok(Opened {
            journal: Self::over(tail, lock, config.commit_bytes_max, cipher)?,
            cut_bytes,
        })
    }

    /// Makes a journal in `folder` that goes on behind `position` and `batch`: what was up to there is somewhere else.
    ///
    /// # Errors
    /// [`Error::Taken`] where there is a journal already, [`Error::Io`].
    pub fn begin_behind(folder: &Path, position: Position, batch: u64) -> Result<(), Error> {
        disk::create_folder(folder)?;
        let _lock = disk::lock(folder)?;
        if recover::has_segments(folder)? {
            return Err(Error::Taken {
                folder: folder.to_owned(),
            });
        }
        Segment::create(folder, None, Place::behind(position, batch))?;
        Ok(())
    }

    /// A journal whose commits go behind `tail`.
    fn over(tail: Tail, lock: File, commit_bytes_max: usize, cipher: AtRest) -> Result<Self, Error> {
        Ok(Self {
            cipher,
            commit_bytes_max,
            folder: tail.folder.clone(),
            shared: Arc::clone(&tail.shared),
            last: tail.end.position,
            last_batch: tail.end.batch,
            begun_batch: tail.end.batch,
            appender: Appender::over(tail)?,
            poisoned: false,
            _lock: lock,
        })
    }
}

impl Journal for FileJournal {
    fn begin(&mut self, commit: Arc<Commit>) -> Result<Begun, Error> {
        if self.poisoned {
            return Err(Error::Poisoned);
        }
        let (found, expected) = (commit.marker.batch, self.begun_batch.saturating_add(1));
        if found != expected {
            return Err(Error::BatchOutOfOrder { found, expected });
        }
        body::check(&commit, self.commit_bytes_max)?;
        self.appender.begin(commit);
        self.begun_batch = found;
        Ok(Begun::UnderWay)
    }

    fn finish(&mut self) -> Result<Position, Error> {
        let finished = self.appender.finish();
        self.poisoned |= matches!(&finished, Err(error) if !matches!(error, Error::Idle));
        self.last = finished?;
        self.last_batch = self.last_batch.saturating_add(1);
        Ok(self.last)
    }

    fn identity(&self) -> String {
        Self::IDENTITY.to_owned()
    }

    fn epoch(&self) -> u64 {
        0
    }

    fn last(&self) -> Position {
        self.last
    }

    fn last_batch(&self) -> u64 {
        self.last_batch
    }

    fn reader(&self) -> Box<dyn ReadJournal> {
        Box::new(FileReader {
            shared: Arc::clone(&self.shared),
            cipher: self.cipher.clone(),
        })
    }

    fn forget(&mut self, through: Position) -> Result<Position, Error> {
        // ORDER: oldest first, and durable one by one, so that a crash leaves no gap.
        while let Some(segment) = self.shared.take_oldest(through) {
            if let Err(source) = std::fs::remove_file(&segment.path) {
                let error = disk::failed("remove segment", &segment.path)(source);
                self.shared.put_back(segment);
                return Err(error);
            }
            disk::sync_folder(&self.folder)?;
        }
        Ok(self.shared.first())
    }

    fn roll(&mut self) -> Result<(), Error> {
        if self.poisoned {
            return Err(Error::Poisoned);
        }
        let rolled = self.appender.roll();
        self.poisoned = rolled.is_err();
        rolled
    }
}
