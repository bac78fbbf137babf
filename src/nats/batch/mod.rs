//! Atomic batches (ADR-50): several messages of one stream are stored together or not at all.
//!
//! Owns the protocol; must never publish anything again by itself, since only the caller can know whether what it sent
//! was stored. Called by the journal, which stages a batch while another is in flight, and by ingest, which publishes
//! one at a time.
//!
//! Every message carries the batch's id and its number in it; the last one says commit, and is the only one whose
//! acknowledgement is waited for: a server that refused or lost an earlier message refuses the commit. Only where much
//! is sent an acknowledgement is asked for in between, so that no more is on its way than the server will buffer.

mod error;
mod outgoing;

use std::time::Duration;

use async_nats::{
    Client, HeaderMap, Message, Request, header,
    jetstream::{publish::PublishAck, response::Response},
};

pub use crate::nats::batch::{
    error::BatchError,
    outgoing::{Expected, Outgoing},
};
use crate::nats::{connect::Connection, unlike::unlike_any_other};

/// Messages that one batch may hold: the server's own bound, unless it is configured lower.
pub const MESSAGES_MAX: usize = 1_000;
/// What a server has to understand, so that it does not store the messages of a batch one by one.
const API_LEVEL: &str = "2";
/// Bytes after which the server is asked how far it is. It buffers 128 MiB per stream.
const FLOW_BYTES: usize = 4 << 20;

/// Publishes batches into one stream. Clones are cheap.
#[derive(Clone, Debug)]
pub struct Publisher {
    client: Client,
    stream: String,
    ack_timeout: Duration,
}

/// Where the messages of a batch are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchAck {
    /// The sequence of its first message.
    pub first: u64,
    /// The sequence of its last message.
    pub last: u64,
}

/// A batch that lacks its last message. The server lets go of it after 10 seconds.
#[derive(Debug)]
#[must_use = "a staged batch stores nothing until it is committed"]
pub struct Staged {
    publisher: Publisher,
    last: Outgoing,
    count: u64,
}

impl Publisher {
    /// Publishes into `stream`, which allows atomic batches, and waits up to `ack_timeout` for each acknowledgement.
    pub fn new(connection: &Connection, stream: &str, ack_timeout: Duration) -> Self {
        Self {
            client: connection.client.clone(),
            stream: stream.to_owned(),
            ack_timeout,
        }
    }

    /// Publishes `messages` as one batch: all of them are stored, one after the other, when this returns.
    ///
    /// # Errors
    /// [`BatchError`]; where [`BatchError::is_open`] they may be stored all the same.
    pub async fn publish(&self, messages: &[Outgoing]) -> Result<BatchAck, BatchError> {
        self.stage(messages, &Expected::default()).await?.commit().await
    }

    /// Sends all of `messages` but the last one, which [`Staged::commit`] sends.
    ///
    /// # Errors
    /// [`BatchError`]. Nothing is stored then, nor will be.
    pub async fn stage(&self, messages: &[Outgoing], expected: &Expected) -> Result<Staged, BatchError> {
        self.check(messages, expected)?;
        let id = new_id()?;
        let (mut rest, mut number, mut unasked) = (messages, 0_u64, 0_usize);
        while let Some((message, behind)) = rest.split_first() {
            rest = behind;
            number = number.saturating_add(1);
            let headers = self.headers(message, &id, number, expected);
            if rest.is_empty() {
                return Ok(self.staged(message, headers, number));
            }
            let (subject, body) = (message.subject.clone(), message.body.clone());
            unasked = unasked.saturating_add(message.bytes());
            if unasked < FLOW_BYTES {
                self.client.publish_with_headers(subject, headers, body).await?;
            } else {
                unasked = 0;
                let asked = Outgoing {
                    subject,
                    headers,
                    body,
                };
                flowed(&self.ask(asked).await?.payload)?;
            }
        }
        Err(BatchError::Empty)
    }

    /// Sends all of `messages` as a batch that is never committed, and asks whether the server would take them.
    ///
    /// # Errors
    /// [`BatchError`]. Nothing is stored either way.
    pub(crate) async fn attempt(&self, messages: &[Outgoing]) -> Result<(), BatchError> {
        let staged = self.stage(messages, &Expected::default()).await?;
        flowed(&self.ask(staged.last).await?.payload)
    }

    /// Whether `messages` can be one batch, each as large as its headers will make it. Sends nothing.
    ///
    /// # Errors
    /// [`BatchError::Empty`], [`BatchError::TooMany`], [`BatchError::TooLarge`].
    pub fn check(&self, messages: &[Outgoing], expected: &Expected) -> Result<(), BatchError> {
        if messages.is_empty() {
            return Err(BatchError::Empty);
        }
        if messages.len() > MESSAGES_MAX {
            return Err(BatchError::TooMany {
                messages: messages.len(),
            });
        }
        let bytes_max = self.client.max_payload();
        let added = expected.bytes().saturating_add(self.stream.len());
        match messages.iter().find(|message| !message.fits(added, bytes_max)) {
            Some(message) => Err(BatchError::TooLarge {
                bytes: message.bytes(),
                bytes_max,
            }),
            None => Ok(()),
        }
    }

    fn headers(&self, message: &Outgoing, id: &str, number: u64, expected: &Expected) -> HeaderMap {
        let mut headers = message.headers.clone();
        headers.insert(header::NATS_BATCH_ID, id);
        headers.insert(header::NATS_BATCH_SEQUENCE, number.to_string());
        headers.insert(header::NATS_REQUIRED_API_LEVEL, API_LEVEL);
        headers.insert(header::NATS_EXPECTED_STREAM, self.stream.as_str());
        if number == 1 {
            expected.add_to(&mut headers);
        }
        headers
    }

    fn staged(&self, message: &Outgoing, headers: HeaderMap, count: u64) -> Staged {
        Staged {
            publisher: self.clone(),
            last: Outgoing {
                subject: message.subject.clone(),
                headers,
                body: message.body.clone(),
            },
            count,
        }
    }

    /// Publishes a message and gives what the server says to it.
    async fn ask(&self, message: Outgoing) -> Result<Message, BatchError> {
        let request = Request::new()
            .headers(message.headers)
            .payload(message.body)
            .timeout(Some(self.ack_timeout));
        Ok(self.client.send_request(message.subject, request).await?)
    }
}

impl Staged {
    /// Sends the last message and waits until the batch is stored.
    ///
    /// # Errors
    /// [`BatchError`]; where [`BatchError::is_open`] it may be stored all the same.
    pub async fn commit(mut self) -> Result<BatchAck, BatchError> {
        let headers = &mut self.last.headers;
        headers.insert(header::NATS_BATCH_COMMIT, header::NATS_BATCH_COMMIT_FINAL);
        let answer = self.publisher.ask(self.last).await?;
        match serde_json::from_slice(&answer.payload) {
            Ok(Response::Ok(PublishAck { sequence, .. })) => Ok(BatchAck {
                first: sequence.saturating_add(1).saturating_sub(self.count),
                last: sequence,
            }),
            Ok(Response::Err { error }) => Err(error.into()),
            Err(_) => Err(BatchError::Unreadable),
        }
    }
}

/// What the server says in the midst of a batch: nothing, or why it refuses it.
fn flowed(payload: &[u8]) -> Result<(), BatchError> {
    if payload.is_empty() {
        return Ok(());
    }
    match serde_json::from_slice::<Response<PublishAck>>(payload) {
        Ok(Response::Err { error }) => Err(error.into()),
        Ok(Response::Ok(_)) | Err(_) => Err(BatchError::Unreadable),
    }
}

/// An id that no other batch has.
fn new_id() -> Result<String, BatchError> {
    unlike_any_other().map_err(|_| BatchError::NoRandomness)
}
