//! The journal stream as it is asked: its state, single messages, ranges of messages. Owns what the answers mean; must
//! never write. Called by `open`, `writer` and `reader`.
//!
//! Single messages and the state come from the stream's leader, which knows all that was acknowledged. Ranges may come
//! from any copy, which may lag: what is missing at a range's end is asked for again.

use std::time::Duration;

use async_nats::{
    StatusCode, header,
    jetstream::stream::{LastRawMessageErrorKind, RawMessageError},
};
use futures_util::StreamExt as _;
use serde_json::json;

use crate::{
    journal::Error,
    nats::{
        assets::{Names, created_ns},
        connect::Connection,
        journal::{assemble::Stored, layout::COMMIT},
        leader::{LookError, look_behind},
        question::answered,
    },
};

/// Messages of one range.
const RANGE_MESSAGES: u64 = 4_096;
/// How an answer of several messages ends.
const END_OF_BATCH: u16 = 204;
/// Between two questions for what a copy does not have yet.
const LAG_PAUSE: Duration = Duration::from_millis(5);

/// The journal stream of a tenant, as it was when it was opened.
#[derive(Clone, Debug)]
pub(crate) struct JournalStream {
    pub(crate) connection: Connection,
    pub(crate) names: Names,
    pub(crate) created_ns: i64,
    pub(crate) ack_timeout: Duration,
    /// Whether it is a copy that follows another server's, message by message: it may end within a commit.
    pub(crate) is_mirror: bool,
}

/// The ends of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    /// The first sequence that is kept, or would be.
    pub(crate) first: u64,
    /// The last sequence that was given.
    pub(crate) last: u64,
    /// How many servers keep it.
    pub(crate) copies: usize,
}

impl JournalStream {
    /// An error about a sequence of the stream.
    pub(crate) fn misfit(&self, sequence: u64, reason: &'static str) -> Error {
        Error::Stream {
            stream: self.names.journal(),
            sequence,
            reason,
        }
    }

    /// Where it begins and ends.
    ///
    /// # Errors
    /// [`Error::Stream`] where it is another stream by now, [`Error::Broker`] where the broker does not tell.
    pub(crate) async fn ends(&self) -> Result<Ends, Error> {
        self.ends_reaching(0).await
    }

    /// The same; it has to end at or behind `last`, which was read of it.
    ///
    /// # Errors
    /// As [`JournalStream::ends`]; [`Error::Stream`] where it does not.
    pub(crate) async fn ends_behind(&self, last: u64) -> Result<Ends, Error> {
        let ends = self.ends_reaching(last).await?;
        if ends.last >= last {
            return Ok(ends);
        }
        Err(self.misfit(ends.last, "the stream ends before what it acknowledged"))
    }

    /// The same, once it ends at or behind `last`; where that does not come in time, as the leader shows it.
    ///
    /// # Errors
    /// As [`JournalStream::ends`].
    pub(crate) async fn ends_reaching(&self, last: u64) -> Result<Ends, Error> {
        let info = look_behind(&self.connection.jetstream, &self.names.journal(), last).await;
        let info = info.map_err(|error| match error {
            LookError::Missing => self.misfit(0, "the stream is no more"),
            error => broker(LOOK, error),
        })?;
        if created_ns(&info) != self.created_ns {
            return Err(self.misfit(0, "the stream was made anew"));
        }
        Ok(Ends {
            first: info.state.first_sequence.max(1),
            last: info.state.last_sequence,
            copies: info.config.num_replicas,
        })
    }

    /// The last message of a subject of the journal.
    ///
    /// # Errors
    /// [`Error::Broker`].
    pub(crate) async fn last_of(&self, rest: &str) -> Result<Option<Stored>, Error> {
        let stream = self.stream().await?;
        let subject = self.names.in_journal(rest);
        found(answered(|| stream.get_last_raw_message_by_subject(&subject)).await)
    }

    /// The first marker at or behind `sequence`.
    ///
    /// # Errors
    /// [`Error::Broker`].
    pub(crate) async fn next_marker(&self, sequence: u64) -> Result<Option<Stored>, Error> {
        let stream = self.stream().await?;
        let subject = self.names.in_journal(COMMIT);
        let question = || {
            let question = stream.raw_message_builder().sequence(sequence);
            question.next_by_subject(subject.clone()).send()
        };
        found(answered(question).await)
    }

    /// Removes all messages before the sequence `first`.
    ///
    /// # Errors
    /// [`Error::Broker`].
    pub(crate) async fn purge_before(&self, first: u64) -> Result<(), Error> {
        // The server takes 0 for all of the stream.
        if first > 1 {
            let purge = self.stream().await?.purge().sequence(first);
            purge
                .await
                .map_err(|error| broker("purge the old end of", error))?;
        }
        Ok(())
    }

    async fn stream(&self) -> Result<async_nats::jetstream::stream::Stream<()>, Error> {
        let stream = self.connection.jetstream.get_stream_no_info(self.names.journal());
        stream.await.map_err(|error| broker(LOOK, error))
    }

    /// Messages from `from` on, up to `to` or about `bytes_max` bytes, yet at least one.
    ///
    /// # Errors
    /// [`Error::Broker`] where none came in time.
    pub(crate) async fn range(&self, from: u64, to: u64, bytes_max: usize) -> Result<Vec<Stored>, Error> {
        let asking = async {
            loop {
                let found = self.range_of_a_copy(from, to, bytes_max).await?;
                if !found.is_empty() {
                    return Ok(found);
                }
                tokio::time::sleep(LAG_PAUSE).await;
            }
        };
        let timely = tokio::time::timeout(self.ack_timeout, asking).await;
        timely.unwrap_or_else(|_| Err(broker(READ, "no answer came in time")))
    }

    async fn range_of_a_copy(&self, from: u64, to: u64, bytes_max: usize) -> Result<Vec<Stored>, Error> {
        let client = &self.connection.client;
        let inbox = client.new_inbox();
        let mut answers = client
            .subscribe(inbox.clone())
            .await
            .map_err(|error| broker(READ, error))?;
        let count = to.saturating_sub(from).saturating_add(1).min(RANGE_MESSAGES);
        let question = json!({ "seq": from, "batch": count, "max_bytes": bytes_max.max(1) });
        let subject = format!("$JS.API.DIRECT.GET.{}", self.names.journal());
        client
            .publish_with_reply(subject, inbox, question.to_string().into())
            .await
            .map_err(|error| broker(READ, error))?;
        let mut messages = Vec::new();
        while let Some(answer) = answers.next().await {
            match answer.status {
                None => {}
                // The end of what was asked for; nothing there; nobody there, as while a leader is elected.
                Some(StatusCode::NOT_FOUND | StatusCode::NO_RESPONDERS) => break,
                Some(status) if status.as_u16() == END_OF_BATCH => break,
                Some(status) => return Err(broker(READ, format!("the server said {status}"))),
            }
            let headers = answer.headers.unwrap_or_default();
            let text = |name| headers.get(name).map(|value| value.as_str());
            let sequence = text(header::NATS_SEQUENCE).and_then(|text| text.parse().ok());
            let (Some(sequence), Some(subject)) = (sequence, text(header::NATS_SUBJECT)) else {
                return Err(broker(READ, "an answer lacks its sequence or subject"));
            };
            messages.push(Stored {
                sequence,
                subject: subject.to_owned(),
                headers,
                body: answer.payload,
            });
        }
        Ok(messages)
    }
}

const LOOK: &str = "look at the end of";
/// What is attempted.
pub(crate) const READ: &str = "read";

/// A failure of the broker, or of the way to it.
pub(crate) fn broker(
    attempt: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::Broker {
        attempt,
        source: source.into(),
    }
}

fn found(
    answer: Result<async_nats::jetstream::message::StreamMessage, RawMessageError>,
) -> Result<Option<Stored>, Error> {
    match answer {
        Ok(message) => Ok(Some(Stored {
            sequence: message.sequence,
            subject: message.subject.to_string(),
            headers: message.headers,
            body: message.payload,
        })),
        Err(error) if matches!(error.kind(), LastRawMessageErrorKind::NoMessageFound) => Ok(None),
        Err(error) => Err(broker(LOOK, error)),
    }
}
