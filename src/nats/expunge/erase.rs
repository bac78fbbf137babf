//! Erasing messages by their numbers. Owns what the server's answers mean; must never choose what goes.
//!
//! The server writes over an erased message before it answers. In a packed block it writes the whole block anew, so few
//! are on their way at once: their answers have to come in time.

use std::time::Duration;

use async_nats::jetstream::{
    self, ErrorCode,
    message::StreamMessage,
    stream::{DeleteMessageErrorKind, LastRawMessageErrorKind, RawMessageErrorKind, Stream},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::nats::expunge::error::ExpungeError;

/// Messages that are being erased at once.
const IN_FLIGHT: usize = 16;
/// How often a message is tried whose answer does not come, and the pause before the next try.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(200);

/// Erases from one stream.
#[derive(Clone, Debug)]
pub(crate) struct Eraser {
    pub(crate) jetstream: jetstream::Context,
    pub(crate) stream: String,
}

impl Eraser {
    /// Erases the messages with these numbers, in their order; answers how many of them were there.
    ///
    /// # Errors
    /// [`ExpungeError`].
    pub(crate) async fn erase(&self, sequences: &[u64]) -> Result<u64, ExpungeError> {
        let stream = self.stream().await?;
        let erasing = stream::iter(sequences.iter().copied()).map(|sequence| self.one(&stream, sequence));
        let count =
            |count: u64, was_there: bool| async move { Ok(count.saturating_add(u64::from(was_there))) };
        erasing.buffered(IN_FLIGHT).try_fold(0, count).await
    }

    /// The number of the last message on the subjects of `filter` that is not gone. The filter may not be `>` alone: the
    /// server takes that for the last number, and answers nothing where its message is gone.
    ///
    /// # Errors
    /// [`ExpungeError::Broker`].
    pub(crate) async fn last(&self, filter: &str) -> Result<Option<u64>, ExpungeError> {
        Ok(self.last_message(filter).await?.map(|message| message.sequence))
    }

    /// The same message as a whole.
    pub(crate) async fn last_message(&self, filter: &str) -> Result<Option<StreamMessage>, ExpungeError> {
        let stream = self.stream().await?;
        match stream.get_last_raw_message_by_subject(filter).await {
            Ok(message) => Ok(Some(message)),
            Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => Ok(None),
            Err(error) => Err(ExpungeError::broker("look at the end of", &self.stream, error)),
        }
    }

    /// Lets go of all messages before this number; how many there were. Their bytes stay in a block of which something is
    /// kept.
    ///
    /// # Errors
    /// [`ExpungeError::Broker`].
    pub(crate) async fn purge_before(&self, sequence: u64) -> Result<u64, ExpungeError> {
        let stream = self.stream().await?;
        let mut tries = 1_u32;
        loop {
            match stream.purge().sequence(sequence).await {
                Ok(purged) => return Ok(purged.purged),
                Err(error) if tries >= TRIES => {
                    return Err(ExpungeError::broker("purge the old end of", &self.stream, error));
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
            tries = tries.saturating_add(1);
        }
    }

    async fn stream(&self) -> Result<Stream<()>, ExpungeError> {
        let stream = self.jetstream.get_stream_no_info(&self.stream).await;
        stream.map_err(|error| ExpungeError::broker("look at", &self.stream, error))
    }

    /// Erases one message; answers whether it was there.
    async fn one(&self, stream: &Stream<()>, sequence: u64) -> Result<bool, ExpungeError> {
        let mut tries = 1_u32;
        loop {
            let error = match stream.delete_message(sequence).await {
                Ok(was_there) => return Ok(was_there),
                Err(error) => error,
            };
            match error.kind() {
                DeleteMessageErrorKind::JetStream(said) => {
                    if is_gone(said.error_code()) || !self.is_there(stream, sequence).await? {
                        return Ok(false);
                    }
                    if said.error_code() == ErrorCode::STREAM_MESSAGE_DELETE_FAILED {
                        let stream = self.stream.clone();
                        return Err(ExpungeError::Denied { stream, sequence });
                    }
                    // Others say that there is no leader at the moment, or the like.
                }
                // One whose answer was lost is gone by the next try.
                DeleteMessageErrorKind::TimedOut | DeleteMessageErrorKind::Request => {}
            }
            if tries >= TRIES {
                return Err(ExpungeError::Erase {
                    stream: self.stream.clone(),
                    sequence,
                    source: error.into(),
                });
            }
            tries = tries.saturating_add(1);
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Whether the stream holds a message. A refusal to delete has one code, whether the message is gone or none may be
    /// deleted.
    async fn is_there(&self, stream: &Stream<()>, sequence: u64) -> Result<bool, ExpungeError> {
        match stream.get_raw_message(sequence).await {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.kind(), RawMessageErrorKind::NoMessageFound) => Ok(false),
            Err(error) => Err(ExpungeError::Erase {
                stream: self.stream.clone(),
                sequence,
                source: error.into(),
            }),
        }
    }
}

fn is_gone(code: ErrorCode) -> bool {
    code == ErrorCode::SEQUENCE_NOT_FOUND || code == ErrorCode::NO_MESSAGE_FOUND
}
