//! Puts what was posted into the input stream: the intake of a service that follows one.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use async_nats::HeaderMap;
use tokio::sync::Semaphore;
use tokio_util::bytes::Bytes;

use crate::{
    engine::writer::intake::{Intake, IntakeError, Taking, Until, ingested, rejected},
    nats::{
        assets::Names,
        batch::{BatchAck, BatchError, MESSAGES_MAX, Outgoing, Publisher},
        ingest::{
            read::{INDEX_HEADER, REQUEST_HEADER},
            waiters::{Wait, Waiters},
        },
    },
    telemetry::{NatsMetrics, PublishTo},
    wire::{
        DecodeRules, ForwardedItem, Origin, Posted, out::answer::Ingested, stream::RECEIVED_HEADER, time,
    },
};

/// Bytes that publishing adds to a message at most: the headers of a batch, and who waits for it.
const PUBLISHER_BYTES: usize = 2 * 1024;

/// The acknowledgement of a batch, on its way.
pub type Publishing<'a> = Pin<Box<dyn Future<Output = Result<BatchAck, BatchError>> + Send + 'a>>;

/// Publishes batches into the input stream: all of a batch is stored when it is acknowledged, or nothing.
pub trait PublishBatch: Send + Sync + std::fmt::Debug {
    /// Publishes `messages`, of which there are at most [`MESSAGES_MAX`].
    ///
    /// # Errors
    /// [`BatchError`].
    fn publish(&self, messages: Vec<Outgoing>) -> Publishing<'_>;
}

impl PublishBatch for Publisher {
    fn publish(&self, messages: Vec<Outgoing>) -> Publishing<'_> {
        Box::pin(async move { Publisher::publish(self, &messages).await })
    }
}

/// What the intake goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntakeSettings {
    /// Batches that are published at once; a server takes 50 per stream.
    pub publishing_max: usize,
    /// How long the batches of one request may take, the wait for room included.
    pub publish_timeout: Duration,
    /// How long a sender that wants to waits for the commit; then it is answered that its events are queued.
    pub commit_wait: Duration,
    /// Bytes of a message with its headers: below what the server takes.
    pub message_bytes_max: usize,
    /// Whether a message says when it was received: where it may lie for long before the stream that is read has it.
    pub says_received: bool,
}

impl Default for IntakeSettings {
    fn default() -> Self {
        Self {
            publishing_max: 16,
            publish_timeout: Duration::from_secs(5),
            commit_wait: Duration::from_secs(4),
            message_bytes_max: crate::wire::posted::MESSAGE_BYTES_MAX,
            says_received: false,
        }
    }
}

impl IntakeSettings {
    /// These, for a server that takes messages of `max_payload` bytes with their headers: what is larger is cut and
    /// refused before it is published.
    #[must_use]
    pub fn for_server(self, max_payload: usize) -> Self {
        let bytes_max = max_payload.saturating_sub(PUBLISHER_BYTES);
        Self {
            message_bytes_max: self.message_bytes_max.min(bytes_max),
            ..self
        }
    }
}

/// Puts what was posted into the input stream and answers `queued` once it stands there, or as the writer's own intake
/// does where the sender waits for the commit.
///
/// A request is one atomic batch: all of it is in the stream, or nothing. One of more than 1,000 items is several, put in
/// one after the other: where one fails, those before it are in, and the sender that sends all of it again finds them
/// to be duplicates. An answer of `queued` has no position: there is none of the journal yet that would show the
/// events, and a number of the input stream would be taken for one.
#[derive(Debug)]
pub struct StreamIntake {
    publisher: Arc<dyn PublishBatch>,
    names: Names,
    rules: Arc<DecodeRules>,
    waiters: Waiters,
    metrics: NatsMetrics,
    settings: IntakeSettings,
    room: Semaphore,
    /// Whether what was posted last could not be put in.
    is_refused: AtomicBool,
}

/// What an intake works with.
#[derive(Debug)]
pub struct IntakeParts {
    /// Publishes into the input stream.
    pub publisher: Arc<dyn PublishBatch>,
    /// The tenant's names.
    pub names: Names,
    /// What is posted is read by.
    pub rules: Arc<DecodeRules>,
    /// Who waits for commits; the follower of this process tells them.
    pub waiters: Waiters,
    /// What is counted.
    pub metrics: NatsMetrics,
    /// What it goes by.
    pub settings: IntakeSettings,
}

impl StreamIntake {
    /// The intake of these parts.
    pub fn new(parts: IntakeParts) -> Self {
        let IntakeParts {
            publisher,
            names,
            rules,
            waiters,
            metrics,
            settings,
        } = parts;
        Self {
            room: Semaphore::new(settings.publishing_max.max(1)),
            is_refused: AtomicBool::new(false),
            publisher,
            names,
            rules,
            waiters,
            metrics,
            settings,
        }
    }

    async fn put(&self, posted: &Posted<'_>, origin: &Origin, until: Until) -> Result<Ingested, IntakeError> {
        let forwarded = posted.forward(origin, &self.rules, self.settings.message_bytes_max);
        let items = forwarded.messages;
        let refused = rejected(items.iter().map(|message| message.item.as_ref().err()));
        if items.is_empty() {
            return Ok(Ingested::committed(0, 0, refused, None));
        }
        let accepted = items.len().saturating_sub(refused.len());
        let id = |message: &ForwardedItem| Some(message.item.as_ref().ok()?.id.id.clone());
        let ids: Vec<Option<String>> = items.iter().map(id).collect();
        // ORDER: who waits is known before anything is published, for its commit may come before the acknowledgement.
        let wait = match until {
            Until::Committed if forwarded.whole.is_none() => self.waiters.register(items.len()),
            Until::Committed | Until::Durable => None,
        };
        let messages = items.into_iter().enumerate();
        let messages = messages.map(|(index, message)| self.outgoing(message, wait.as_ref(), index));
        let mut messages: Vec<Outgoing> = messages.collect();
        if self.settings.says_received {
            let received = time::format(origin.received);
            for message in &mut messages {
                message.headers.insert(RECEIVED_HEADER, received.as_str());
            }
        }
        self.publish(messages).await?;
        if let Some(rejection) = forwarded.whole {
            return Err(IntakeError::Refused(Box::new(rejection)));
        }
        if let Some(mut wait) = wait {
            let receipt = tokio::time::timeout(self.settings.commit_wait, wait.receipt()).await;
            if let Ok(Some(receipt)) = receipt {
                return Ok(ingested(&receipt, ids, refused));
            }
        }
        Ok(Ingested::queued(accepted, refused))
    }

    fn outgoing(&self, message: ForwardedItem, wait: Option<&Wait>, index: usize) -> Outgoing {
        let mut headers = HeaderMap::new();
        for (name, value) in message.headers {
            headers.insert(name, value);
        }
        for (name, value) in message.attributes {
            headers.insert(name, value);
        }
        if let Some(wait) = wait {
            headers.insert(REQUEST_HEADER, wait.id().to_string());
            headers.insert(INDEX_HEADER, index.to_string());
        }
        Outgoing {
            subject: self.names.event(&message.channel, &message.kind),
            headers,
            body: Bytes::from(message.body),
        }
    }

    /// Puts messages in, a batch after the other.
    async fn publish(&self, mut messages: Vec<Outgoing>) -> Result<(), IntakeError> {
        let putting = async {
            while !messages.is_empty() {
                let rest = messages.split_off(MESSAGES_MAX.min(messages.len()));
                self.publish_batch(std::mem::replace(&mut messages, rest)).await?;
            }
            Ok(())
        };
        match tokio::time::timeout(self.settings.publish_timeout, putting).await {
            Ok(put) => put,
            Err(_) => Err(self.failed(&BatchError::TimedOut)),
        }
    }

    async fn publish_batch(&self, batch: Vec<Outgoing>) -> Result<(), IntakeError> {
        let Ok(_room) = self.room.acquire().await else {
            return Err(IntakeError::Unreachable);
        };
        let (count, begun) = (batch.len(), Instant::now());
        match self.publisher.publish(batch).await {
            Ok(_) => {
                self.metrics.published(PublishTo::Events, count, begun.elapsed());
                if self.is_refused.swap(false, Ordering::Relaxed) {
                    tracing::info!("the input stream takes what is posted again");
                }
                Ok(())
            }
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Each is counted, and the first is told: senders who are refused come again at once, hundreds a second.
    fn failed(&self, error: &BatchError) -> IntakeError {
        self.metrics.publish_failed(PublishTo::Events);
        if self.is_refused.swap(true, Ordering::Relaxed) {
            tracing::debug!(%error, "put posted events into the input stream");
        } else {
            tracing::warn!(%error, "put posted events into the input stream: senders are refused until it takes them again");
        }
        IntakeError::Unreachable
    }
}

impl Intake for StreamIntake {
    fn take<'a>(&'a self, posted: Posted<'a>, origin: Origin, until: Until) -> Taking<'a> {
        Box::pin(async move { self.put(&posted, &origin, until).await })
    }
}

#[cfg(test)]
mod tests;
