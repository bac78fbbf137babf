//! Why following the input stream ends, and what only interrupts it.

use crate::{engine::parting::Unreadable, nats::ingest::identity::IdentityError};

/// Why the input stream is followed no longer. The service takes nothing in until its operator did something.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The stream is not the one that was read so far.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The writer stopped: what it did not commit is read again by the next start.
    #[error("follow the input stream: the writer has stopped")]
    WriterStopped,
    /// A message of a resolver cannot be carried out, nor be left out.
    #[error("follow the resolver's journal: message {sequence} cannot be carried out")]
    Routed {
        /// Its number.
        sequence: u64,
        /// What is wrong with it.
        #[source]
        problem: RoutedError,
    },
}

/// What is wrong with a message of a resolver.
#[derive(Debug, thiserror::Error)]
pub enum RoutedError {
    /// It is for somebody else.
    #[error("expected one that is for this partition")]
    Elsewhere,
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// What ends one way of reading.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Interruption {
    /// It cannot go on.
    #[error(transparent)]
    Fatal(#[from] FollowError),
    /// The server could not be asked, or did not answer.
    #[error("{attempted} of the input stream")]
    Passing {
        /// What was attempted.
        attempted: &'static str,
        /// Why it failed.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A message that the server gave did not arrive.
    #[error("read the input stream: a message did not arrive")]
    Gap,
    /// The consumer reads a copy that does not go on.
    #[error("read the input stream: its consumer gives less than the stream has")]
    Lags,
    /// No more messages come by this consumer.
    #[error("read the input stream: its consumer ended")]
    Ended,
}

impl Interruption {
    pub(crate) fn passing(
        attempted: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Passing {
            attempted,
            source: source.into(),
        }
    }
}

impl From<IdentityError> for Interruption {
    fn from(error: IdentityError) -> Self {
        Self::Fatal(error.into())
    }
}
