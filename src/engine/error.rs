//! What can stop the writer. None of it is bad input: that was refused at the edge.

use crate::{journal, store};

/// Why a batch could not be committed. The process refuses writes from then on and recovers at its next start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store could not be read or changed.
    #[error("commit a batch")]
    Store(#[from] store::Error),
    /// A reader met a page of the store that cannot be read.
    #[error("go on with a damaged store, restart to build it again from the journal")]
    Damaged,
    /// The store's files did not take what was committed.
    #[error("go on with a store whose files cannot be written, restart to go on from the journal")]
    Unwritten,
    /// Somebody who was erased came back with an older copy, and what is to be taken out fits no commit.
    #[error("erase again who was erased: it fits no commit, raise journal.commit_bytes_max")]
    Unerased,
    /// Customers go to another partition or come from one, and not even one row of theirs fits a commit.
    #[error(
        "move customers between partitions: one row of theirs fits no commit, raise journal.commit_bytes_max, or max_payload \
         of the NATS server"
    )]
    Unmoved,
    /// A move that takes several commits is under way, and something else of the input follows on it.
    #[error(
        "go on with a move between partitions: expected it to come again, as not all of it is committed, found another; \
         restore the resolver's journal"
    )]
    AnotherMove,
    /// The journal did not take the commit.
    #[error("commit a batch")]
    Journal(#[from] journal::Error),
    /// A message could not be written as JSON.
    #[error("write a message of a commit as JSON")]
    Publish(#[source] serde_json::Error),
}

/// An error with its causes, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

impl Error {
    /// Whether another process owns the journal now, so that this one stands by at best.
    pub fn is_fenced(&self) -> bool {
        matches!(self, Self::Journal(error) if error.is_fenced())
    }

    /// Whether the batch holds more than a record or a commit may: fewer items may still fit.
    pub(crate) fn is_too_large(&self) -> bool {
        match self {
            Self::Store(store::Error::Codec(error)) => {
                matches!(error.fault, store::codec::Fault::TooLong { .. })
            }
            Self::Journal(error) => error.is_too_large(),
            Self::Store(_)
            | Self::Publish(_)
            | Self::Damaged
            | Self::Unwritten
            | Self::Unerased
            | Self::Unmoved
            | Self::AnotherMove => false,
        }
    }
}
