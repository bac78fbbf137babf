//! What can go wrong with a journal, for its callers to tell apart. Must never carry content of a commit.

use std::io;
use std::path::PathBuf;

use crate::journal::Position;

/// Why a journal could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The medium refused.
    #[error("{attempt} {}", path.display())]
    Io {
        /// What was attempted.
        attempt: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An earlier append failed half-way: the process has to start again and recover.
    #[error("append to a journal that an earlier failure poisoned, restart to recover")]
    Poisoned,
    /// A commit was waited for, but none is under way.
    #[error("finish a commit, none is under way")]
    Idle,
    /// Another writer took the journal over; nothing of this one's was or will be accepted since.
    #[error("append to the journal: another process owns it since epoch {epoch}, this one had {own}")]
    Fenced {
        /// The epoch that holds now.
        epoch: u64,
        /// This writer's.
        own: u64,
    },
    /// The broker that keeps the journal refused, or could not be reached in time.
    #[error("{attempt} the journal stream")]
    Broker {
        /// What was attempted.
        attempt: &'static str,
        /// What the broker, or the way to it, said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The journal stream is not what it was: made anew, shortened, or written by something else.
    #[error("read the journal stream {stream} at sequence {sequence}: {reason}")]
    Stream {
        /// The stream.
        stream: String,
        /// Where.
        sequence: u64,
        /// What was found or expected there.
        reason: &'static str,
    },
    /// The commit is larger than the journal takes; it was not written.
    #[error("commit is longer than {bytes_max} bytes, make smaller batches or raise commit_bytes_max")]
    TooLarge {
        /// The limit, in bytes as encoded.
        bytes_max: usize,
    },
    /// The commit has more messages than the journal takes; it was not written.
    #[error(
        "commit takes {messages} messages of the journal stream, which takes {messages_max}: make smaller batches"
    )]
    TooMany {
        /// How many messages it takes, those that hold its changes included.
        messages: usize,
        /// The limit.
        messages_max: usize,
    },
    /// The commit does not follow on the last one; it was not written.
    #[error("append commit with batch number {found}, expected {expected}")]
    BatchOutOfOrder {
        /// The commit's number.
        found: u64,
        /// The number that follows on the last commit.
        expected: u64,
    },
    /// What was acknowledged once is damaged or missing.
    #[error("read segment {segment} of the journal at byte {offset}: {reason}")]
    Corrupt {
        /// The first position of the damaged segment, which is its name.
        segment: Position,
        /// Where in the file the damage begins, in bytes.
        offset: u64,
        /// What was found or expected there.
        reason: &'static str,
    },
    /// The segment was written by another version of this program.
    #[error("read segment {segment} of the journal in format {found}, this program reads format {expected}")]
    Version {
        /// The first position of the segment.
        segment: Position,
        /// The segment's format version.
        found: u32,
        /// The only version understood.
        expected: u32,
    },
    /// There is a journal where one was to be made.
    #[error("make a journal in {}, where one is already", folder.display())]
    Taken {
        /// The journal's folder.
        folder: PathBuf,
    },
    /// Another process has the journal open for writing.
    #[error("open journal {}, which another process has open", folder.display())]
    Locked {
        /// The journal's folder.
        folder: PathBuf,
    },
    /// A setting is outside of its range.
    #[error("open journal with {key} = {value}, expected {expected}")]
    Config {
        /// The setting.
        key: &'static str,
        /// What it was set to.
        value: u64,
        /// The rule it breaks.
        expected: &'static str,
    },
    /// The commits asked for were let go.
    #[error("read journal before position {first}, the first that is kept")]
    Gone {
        /// The first position that is still kept.
        first: Position,
    },
}

impl Error {
    /// Whether what was written once can no longer be read.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Corrupt { .. })
    }

    /// Whether another process owns the journal now.
    pub fn is_fenced(&self) -> bool {
        matches!(self, Self::Fenced { .. })
    }

    /// Whether what was asked for was let go.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Gone { .. })
    }

    /// Whether the same may succeed another time: whoever keeps the journal did not answer.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Broker { .. })
    }

    /// Whether the commit holds more than the journal takes: in parts it may still be taken.
    pub fn is_too_large(&self) -> bool {
        matches!(self, Self::TooLarge { .. } | Self::TooMany { .. })
    }
}
