//! Why a batch was not stored, or is not known to be.

use async_nats::{
    PublishError, RequestError, RequestErrorKind,
    jetstream::{self, ErrorCode},
};

/// Why a batch was not acknowledged.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// There is nothing in it.
    #[error("publish a batch without messages")]
    Empty,
    /// It holds too much.
    #[error("publish a batch of {messages} messages, expected at most 1000")]
    TooMany {
        /// How many.
        messages: usize,
    },
    /// One of its messages is larger than the server takes.
    #[error("publish a message of {bytes} bytes and its headers, the server takes {bytes_max} (max_payload)")]
    TooLarge {
        /// How large it is, without the headers of the batch.
        bytes: usize,
        /// How large messages may be.
        bytes_max: usize,
    },
    /// The stream's end, or the last message of the subject, is not the one that was expected.
    #[error("publish a batch: the stream does not end where it was expected to")]
    WrongLastSequence,
    /// A message of it was stored before.
    #[error("publish a batch: one of its messages is in the stream already")]
    Duplicate,
    /// The server has let go of it, or of a part of it: after ten idle seconds, or as its leader changed.
    #[error("publish a batch: the server no longer has all of it")]
    Abandoned,
    /// The server cannot take it now.
    #[error("publish a batch: the server is busy ({said})")]
    Busy {
        /// What it said.
        said: jetstream::Error,
    },
    /// The server will not take it.
    #[error("publish a batch: the server refused it ({said})")]
    Refused {
        /// What it said.
        said: jetstream::Error,
    },
    /// Nobody takes messages of the subject: no stream, or none that has a leader.
    #[error("publish a batch: no stream listens")]
    NoResponders,
    /// No acknowledgement came in time.
    #[error("publish a batch: no acknowledgement came in time")]
    TimedOut,
    /// The connection broke.
    #[error("publish a batch: the connection to NATS was lost")]
    ConnectionLost,
    /// The acknowledgement is none.
    #[error("publish a batch: the acknowledgement cannot be read")]
    Unreadable,
    /// A subject is none.
    #[error("publish a batch: a subject is empty or holds spaces")]
    InvalidSubject,
    /// The system gives no random numbers.
    #[error("publish a batch: the system gives no random numbers")]
    NoRandomness,
}

impl BatchError {
    /// Whether the batch may be stored all the same: the answer was lost, or says that something else was stored first,
    /// which may be this batch sent earlier.
    pub fn is_open(&self) -> bool {
        matches!(
            self,
            Self::WrongLastSequence
                | Self::Duplicate
                | Self::TimedOut
                | Self::ConnectionLost
                | Self::Unreadable
        )
    }

    /// Whether the same batch may be taken a moment later.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Abandoned | Self::Busy { .. } | Self::NoResponders | Self::TimedOut | Self::ConnectionLost
        )
    }
}

impl From<jetstream::Error> for BatchError {
    fn from(said: jetstream::Error) -> Self {
        const UNAVAILABLE: usize = 503;
        match said.error_code() {
            ErrorCode::STREAM_WRONG_LAST_SEQUENCE | ErrorCode::STREAM_WRONG_LAST_SEQUENCE_CONSTANT => {
                Self::WrongLastSequence
            }
            ErrorCode::ATOMIC_PUBLISH_CONTAINS_DUPLICATE_MESSAGE => Self::Duplicate,
            ErrorCode::ATOMIC_PUBLISH_INCOMPLETE_BATCH => Self::Abandoned,
            ErrorCode::ATOMIC_PUBLISH_TOO_MANY_INFLIGHT => Self::Busy { said },
            ErrorCode::ATOMIC_PUBLISH_TOO_LARGE_BATCH => Self::Refused { said },
            _ if said.code() == UNAVAILABLE => Self::Busy { said },
            _ => Self::Refused { said },
        }
    }
}

impl From<RequestError> for BatchError {
    fn from(error: RequestError) -> Self {
        match error.kind() {
            RequestErrorKind::TimedOut => Self::TimedOut,
            RequestErrorKind::NoResponders => Self::NoResponders,
            RequestErrorKind::InvalidSubject => Self::InvalidSubject,
            RequestErrorKind::MaxPayloadExceeded | RequestErrorKind::Other => Self::ConnectionLost,
        }
    }
}

impl From<PublishError> for BatchError {
    fn from(error: PublishError) -> Self {
        match error.kind() {
            async_nats::client::PublishErrorKind::InvalidSubject => Self::InvalidSubject,
            _ => Self::ConnectionLost,
        }
    }
}
