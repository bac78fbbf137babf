//! The input stream as it is read: opened behind a position, message by message, without a gap.
//!
//! The consumer is the server's for as long as it is read and keeps nothing that matters: where to go on is in the
//! journal. The client's own ordered consumer is not used, since it begins anew by itself: after a stream was made anew
//! it waits for a number that the new one has not reached, and everything before that is skipped in silence.

use std::time::Duration;

use async_nats::jetstream::{
    self, ErrorCode,
    consumer::{AckPolicy, DeliverPolicy, PullConsumer, pull},
    response::Response,
};
use futures_util::{FutureExt, StreamExt};
use serde::Deserialize;
use serde_json::json;
use tokio_util::bytes::Bytes;

use crate::{
    journal::InputPosition,
    nats::{
        assets::created_ns,
        ingest::{
            error::Interruption,
            identity::{IdentityError, StreamState, check_state},
            read::Read,
        },
        leader::{LookError, look_behind},
        question::answered,
        unlike::unlike_any_other,
    },
    wire::time,
};

/// Messages that are asked for at once, and the bytes they may have together: what the client buffers at most twice.
const PULL_MESSAGES: usize = 500;
const PULL_BYTES: usize = 16 << 20;
/// How long the server waits for messages before it is asked again.
const PULL_EXPIRES: Duration = Duration::from_secs(30);
/// How often it says that there are none. Rarer than the connection is pinged: whatever comes puts the next ping off, and
/// a server that speaks but hears nothing has to be found out by its pings.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How long the server may take to make a consumer, and to say how it is.
const CONSUMER_WAIT: Duration = Duration::from_secs(2);
const MAKE_CONSUMER: &str = "make a consumer";
const LOOK_AT_CONSUMER: &str = "look at the consumer";
/// What the server says where a message is not there, and where its stream may not be there yet.
const NO_MESSAGE: [ErrorCode; 1] = [ErrorCode::NO_MESSAGE_FOUND];
const NO_MESSAGE_OR_STREAM: [ErrorCode; 2] = [ErrorCode::NO_MESSAGE_FOUND, ErrorCode::STREAM_NOT_FOUND];
/// How long the server keeps a consumer that nobody reads.
const ABANDONED_AFTER: Duration = Duration::from_secs(30);

/// The stream, and which of its messages are read.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) jetstream: jetstream::Context,
    pub(crate) stream: String,
    pub(crate) filter: String,
    /// When the stream was made that operators say is a copy of the one that was read.
    pub(crate) restored_ns: Option<i64>,
}

/// Messages as they come, in order.
pub(crate) struct Reader {
    consumer: PullConsumer,
    messages: pull::Stream,
    /// How many messages arrived.
    delivered: u64,
    /// How many the server had given when it was asked last.
    given: u64,
    /// Whether the consumer had something to give when it was opened.
    pub(crate) pending: u64,
}

impl Input {
    /// The stream as it is now, which has to be the one that `read` is a position of.
    pub(crate) async fn state(&self, read: Option<&InputPosition>) -> Result<StreamState, Interruption> {
        let last = read.map_or(0, |read| read.sequence);
        let found = look_behind(&self.jetstream, &self.stream, last).await;
        let info = found.map_err(|error| match error {
            LookError::Missing => {
                let stream = self.stream.clone();
                IdentityError::Missing { stream }.into()
            }
            error => Interruption::passing("look at the stream", error),
        })?;
        let state = StreamState {
            stream: self.stream.clone(),
            created_ns: created_ns(&info),
            first: info.state.first_sequence,
            last: info.state.last_sequence,
        };
        if let Some(read) = read {
            let mut read = read.clone();
            // Whether it holds what was read the message that was read last tells.
            if self.restored_ns == Some(state.created_ns) {
                read.created_ns = state.created_ns;
            }
            check_state(&read, &state)?;
        }
        Ok(state)
    }

    /// Reads what is kept from the message `from` on.
    pub(crate) async fn open(&self, from: u64) -> Result<Reader, Interruption> {
        // By its name it is one consumer, however often it is asked for. The server that is to keep it was chosen when it was first,
        // and may be the one that is gone: it is not asked for long.
        let name =
            unlike_any_other().map_err(|error| Interruption::passing(MAKE_CONSUMER, error.to_string()))?;
        let config = pull::Config {
            name: Some(name),
            description: Some("Yekta: follows the input stream, ends with its reader".to_owned()),
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: from },
            ack_policy: AckPolicy::None,
            filter_subject: self.filter.clone(),
            inactive_threshold: ABANDONED_AFTER,
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        };
        let make = || {
            self.jetstream
                .create_consumer_on_stream(config.clone(), &self.stream)
        };
        let made = tokio::time::timeout(CONSUMER_WAIT, answered(make)).await;
        let made = made.map_err(|error| Interruption::passing(MAKE_CONSUMER, error))?;
        let consumer: PullConsumer = made.map_err(|error| Interruption::passing(MAKE_CONSUMER, error))?;
        let messages = consumer
            .stream()
            .max_messages_per_batch(PULL_MESSAGES)
            .max_bytes_per_batch(PULL_BYTES)
            .expires(PULL_EXPIRES)
            .heartbeat(HEARTBEAT)
            .messages()
            .await
            .map_err(|error| Interruption::passing("read from a consumer", error))?;
        Ok(Reader {
            pending: consumer.cached_info().num_pending,
            consumer,
            messages,
            delivered: 0,
            given: 0,
        })
    }

    /// The message `sequence`, if it is kept.
    pub(crate) async fn message(&self, sequence: u64) -> Result<Option<Read>, Interruption> {
        self.fetch(&json!({ "seq": sequence }), &NO_MESSAGE).await
    }

    /// The first message from `sequence` on that would be read. Slow, and gets past a message whose headers no client
    /// can read: those break the connection over and over.
    pub(crate) async fn message_from(&self, sequence: u64) -> Result<Option<Read>, Interruption> {
        let wanted = json!({ "seq": sequence, "next_by_subj": self.filter });
        self.fetch(&wanted, &NO_MESSAGE).await
    }

    /// The last message of a subject, which may hold wildcards; none where the stream is not there.
    pub(crate) async fn last_of(&self, subject: &str) -> Result<Option<Read>, Interruption> {
        self.fetch(&json!({ "last_by_subj": subject }), &NO_MESSAGE_OR_STREAM)
            .await
    }

    /// A message; none where the server answers one of `absent`.
    async fn fetch(
        &self,
        wanted: &serde_json::Value,
        absent: &[ErrorCode],
    ) -> Result<Option<Read>, Interruption> {
        let subject = format!("STREAM.MSG.GET.{}", self.stream);
        let ask = || self.jetstream.request(subject.clone(), wanted);
        let found: Result<Response<Stored>, _> = answered(ask).await;
        match found {
            Ok(Response::Ok(Stored { message })) => Ok(message.into_read()),
            Ok(Response::Err { error }) if absent.contains(&error.error_code()) => Ok(None),
            Ok(Response::Err { error }) => Err(Interruption::passing("get a message", error)),
            Err(error) => Err(Interruption::passing("get a message", error)),
        }
    }
}

impl Reader {
    /// The next message, once there is one. Nothing is lost where nobody waits for it to the end.
    pub(crate) async fn next(&mut self) -> Result<Read, Interruption> {
        let message = self.messages.next().await;
        self.take(message)
    }

    /// The next message, if it is here already.
    pub(crate) fn next_here(&mut self) -> Option<Result<Read, Interruption>> {
        let message = self.messages.next().now_or_never()?;
        Some(self.take(message))
    }

    /// Asks the server, while nothing comes, how many messages wait: those that it has not given, or that did not arrive.
    /// What it had given by the last time it was asked and is not here will never come: the client could not read it.
    pub(crate) async fn waiting(&mut self) -> Result<u64, Interruption> {
        if self.given > self.delivered {
            return Err(Interruption::Gap);
        }
        // Nobody answers for a consumer whose server is gone.
        let info = tokio::time::timeout(CONSUMER_WAIT, self.consumer.get_info()).await;
        let info = info.map_err(|error| Interruption::passing(LOOK_AT_CONSUMER, error))?;
        let info = info.map_err(|error| Interruption::passing(LOOK_AT_CONSUMER, error))?;
        self.given = info.delivered.consumer_sequence;
        let under_way = self.given.saturating_sub(self.delivered);
        Ok(info.num_pending.saturating_add(under_way))
    }

    fn take(
        &mut self,
        message: Option<Result<jetstream::Message, pull::MessagesError>>,
    ) -> Result<Read, Interruption> {
        let message = message.ok_or(Interruption::Ended)?;
        let message = message.map_err(|error| Interruption::passing("read the next message", error))?;
        let read = Read::of(message).ok_or(Interruption::Gap)?;
        // What the server gave and did not arrive leaves a hole in its count.
        if read.delivery != self.delivered.saturating_add(1) {
            return Err(Interruption::Gap);
        }
        self.delivered = read.delivery;
        Ok(read)
    }
}

#[derive(Deserialize)]
struct Stored {
    message: StoredMessage,
}

/// A message as the server's interface shows it.
#[derive(Deserialize)]
struct StoredMessage {
    seq: u64,
    subject: String,
    time: String,
    /// Base64.
    #[serde(default)]
    data: String,
    /// Base64 of the lines as they were sent.
    #[serde(default)]
    hdrs: String,
}

impl StoredMessage {
    fn into_read(self) -> Option<Read> {
        let body = data_encoding::BASE64.decode(self.data.as_bytes()).ok()?;
        let headers = data_encoding::BASE64.decode(self.hdrs.as_bytes()).ok()?;
        Some(Read {
            sequence: self.seq,
            headers: header_lines(&headers),
            subject: self.subject,
            body: Bytes::from(body),
            stored: time::parse(&self.time)?,
            pending: None,
            delivery: 0,
        })
    }
}

/// The headers in `lines`, behind the line of the protocol's version. What is no UTF-8 is replaced: it names nothing
/// that anybody knows.
fn header_lines(lines: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(lines);
    let mut lines = text.lines().skip(1).peekable();
    let mut headers = Vec::new();
    while let Some(line) = lines.next() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        // As the client joins a value of several lines: a message has one digest, however it is read.
        let mut value = value.trim_start().to_owned();
        while let Some(more) = lines.next_if(|line| line.starts_with(char::is_whitespace)) {
            value.push_str(more);
        }
        value.truncate(value.trim_end().len());
        headers.push((name.to_owned(), value));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_from_the_servers_interface_whatever_its_headers_are() {
        let stored = |hdrs: &[u8]| StoredMessage {
            seq: 4,
            subject: "s".into(),
            time: "2026-11-22T10:15:00.123456789Z".into(),
            data: data_encoding::BASE64.encode(b"{}"),
            hdrs: data_encoding::BASE64.encode(hdrs),
        };
        let read = stored(b"NATS/1.0 503\r\na: 1 \r\na:2\r\nb: \xff\r\n\r\n")
            .into_read()
            .unwrap();
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            read.headers,
            [pair("a", "1"), pair("a", "2"), pair("b", "\u{fffd}")]
        );
        assert_eq!((read.sequence, &read.body[..]), (4, &b"{}"[..]));
        assert_eq!(time::format(read.stored), "2026-11-22T10:15:00.123456Z");
        assert!(stored(b"").into_read().unwrap().headers.is_empty());
        assert!(
            StoredMessage {
                data: "!".into(),
                ..stored(b"")
            }
            .into_read()
            .is_none()
        );
    }
}
