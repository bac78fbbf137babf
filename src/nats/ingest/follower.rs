//! The follower: reads the input stream from where the journal says it is consumed, and feeds the writer.
//!
//! One message stays in one feed, whatever it holds, so that a commit's position never stands inside of one. Where the
//! writer has no room the follower waits, and the stream keeps what comes.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;

use crate::{
    engine::{Handle, api::Submission},
    journal::InputPosition,
    nats::{
        Connection,
        ingest::{
            error::{FollowError, Interruption},
            identity::{First, check_first, reused},
            input::{Input, Reader},
            read::Read,
            settle::{Fed, settle},
            waiters::Waiters,
        },
    },
    telemetry::NatsMetrics,
    wire::DecodeRules,
};

/// Feeds whose commit is not known yet; the writer's queue holds fewer.
const UNSETTLED_MAX: usize = 1_024;
/// The pause before reading is begun again, which doubles up to the longest.
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// What the follower goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowSettings {
    /// The input stream.
    pub stream: String,
    /// Which subjects of it are read: the tenant's events.
    pub filter: String,
    /// Messages that are fed at once, at most.
    pub feed_messages_max: usize,
    /// Bytes of their bodies after which no more are taken into one feed.
    pub feed_bytes_max: usize,
    /// How often the stream is looked at while nothing comes: one that was made anew gives no message to tell by.
    pub look_every: Duration,
}

impl FollowSettings {
    /// The defaults for `filter` of `stream`.
    pub fn new(stream: impl Into<String>, filter: impl Into<String>) -> Self {
        Self {
            stream: stream.into(),
            filter: filter.into(),
            feed_messages_max: 256,
            feed_bytes_max: 4 << 20,
            look_every: Duration::from_secs(5),
        }
    }
}

/// Reads the input stream and feeds the writer.
#[derive(Debug)]
pub struct Follower {
    input: Input,
    settings: FollowSettings,
    handle: Handle,
    rules: Arc<DecodeRules>,
    waiters: Waiters,
    metrics: NatsMetrics,
    lag: watch::Sender<Option<u64>>,
    /// Up to where it was read and fed.
    read: Option<InputPosition>,
    /// When the stream was made, as it was found last.
    created_ns: i64,
}

/// What a follower works with.
#[derive(Debug)]
pub struct FollowerParts {
    /// The connection to the server.
    pub connection: Connection,
    /// What it goes by.
    pub settings: FollowSettings,
    /// The writer.
    pub handle: Handle,
    /// What messages are read by.
    pub rules: Arc<DecodeRules>,
    /// Who waits for commits.
    pub waiters: Waiters,
    /// What is counted.
    pub metrics: NatsMetrics,
}

impl Follower {
    /// A follower that goes on from where the journal says the input is consumed.
    pub fn new(parts: FollowerParts) -> Self {
        let FollowerParts {
            connection,
            settings,
            handle,
            rules,
            waiters,
            metrics,
        } = parts;
        Self {
            input: Input {
                jetstream: connection.jetstream,
                stream: settings.stream.clone(),
                filter: settings.filter.clone(),
            },
            read: handle.consumed().borrow().clone(),
            created_ns: 0,
            lag: watch::Sender::new(None),
            settings,
            handle,
            rules,
            waiters,
            metrics,
        }
    }

    /// How many messages wait behind the last one that was read; `None` while that is not known: before the stream was
    /// found to be the one that was read, while it cannot be reached, and after the follower ended.
    pub fn lag(&self) -> watch::Receiver<Option<u64>> {
        self.lag.subscribe()
    }

    /// Follows the stream until `stop`, and then until what was fed is committed. A server that is away is waited for.
    ///
    /// # Errors
    /// [`FollowError`]: the stream is not the one that was read, or the writer stopped.
    pub async fn follow(mut self, stop: CancellationToken) -> Result<(), FollowError> {
        let (unsettled, feeds) = mpsc::channel(UNSETTLED_MAX);
        let settling = tokio::spawn(settle(feeds, self.waiters.clone()));
        let result = self.run(&stop, &unsettled).await;
        self.lag.send_replace(None);
        drop(unsettled);
        let settled = settling.await.unwrap_or(false);
        match result {
            Err(FollowError::WriterStopped) if stop.is_cancelled() && settled => Ok(()),
            Ok(()) if !settled => Err(FollowError::WriterStopped),
            result => result,
        }
    }

    async fn run(&mut self, stop: &CancellationToken, fed: &mpsc::Sender<Fed>) -> Result<(), FollowError> {
        let (mut pause, mut stuck) = (PAUSE_MIN, false);
        loop {
            let before = self.read.as_ref().map(|read| read.sequence);
            let interruption = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                interruption = self.round(stop, fed, stuck) => interruption,
            };
            match interruption {
                Ok(()) => return Ok(()),
                Err(Interruption::Fatal(error)) => return Err(error),
                Err(interruption) => tracing::warn!(
                    error = %interruption,
                    cause = std::error::Error::source(&interruption).map(tracing::field::display),
                    "read the input stream again"
                ),
            }
            self.lag.send_replace(None);
            self.metrics.reopened();
            stuck = before == self.read.as_ref().map(|read| read.sequence);
            pause = if stuck {
                pause.saturating_mul(2).min(PAUSE_MAX)
            } else {
                PAUSE_MIN
            };
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Reads until something interrupts it. `stuck` says that the last round came no further.
    async fn round(
        &mut self,
        stop: &CancellationToken,
        fed: &mpsc::Sender<Fed>,
        stuck: bool,
    ) -> Result<(), Interruption> {
        self.look().await?;
        if stuck {
            self.one_alone(fed).await?;
        }
        let mut reader = self.input.open(self.read.as_ref()).await?;
        let mut known = self.read.is_none();
        if !known && reader.pending == 0 {
            self.check_gone().await?;
            known = true;
        }
        if known {
            self.note_lag(reader.pending);
        }
        let mut looks = tokio::time::interval(self.settings.look_every);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        looks.reset();
        loop {
            let first = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                first = reader.next() => first?,
                _ = looks.tick() => {
                    self.look().await?;
                    continue;
                }
            };
            let first = if known {
                Some(first)
            } else {
                self.known(first).await?
            };
            known = true;
            let (batch, interrupted) = self.ready(first, &mut reader);
            self.feed(batch, fed).await?;
            interrupted?;
        }
    }

    /// Looks whether the stream is still the one that was read.
    async fn look(&mut self) -> Result<(), Interruption> {
        let state = self.input.state(self.read.as_ref()).await?;
        self.created_ns = state.created_ns;
        Ok(())
    }

    /// The first message, if it is a new one and not the one that was read last.
    async fn known(&self, first: Read) -> Result<Option<Read>, Interruption> {
        let Some(read) = &self.read else {
            return Ok(Some(first));
        };
        match check_first(read, first.sequence, first.digest())? {
            First::Read => {
                self.note_lag(first.pending);
                Ok(None)
            }
            First::Later => {
                self.check_gone().await?;
                Ok(Some(first))
            }
        }
    }

    /// The message that was read last is none that the consumer gives: it may be gone, but no other may stand there.
    async fn check_gone(&self) -> Result<(), Interruption> {
        let Some(read) = &self.read else { return Ok(()) };
        match self.input.message(read.sequence).await? {
            Some(_) => Err(reused(read).into()),
            None => Ok(()),
        }
    }

    /// `first` and what is here behind it, up to what goes into one feed.
    fn ready(&self, first: Option<Read>, reader: &mut Reader) -> (Vec<Read>, Result<(), Interruption>) {
        let mut batch: Vec<Read> = first.into_iter().collect();
        let mut bytes: usize = batch.iter().map(|read| read.body.len()).sum();
        while batch.len() < self.settings.feed_messages_max && bytes < self.settings.feed_bytes_max {
            match reader.next_here() {
                None => break,
                Some(Err(interruption)) => return (batch, Err(interruption)),
                Some(Ok(read)) => {
                    bytes = bytes.saturating_add(read.body.len());
                    batch.push(read);
                }
            }
        }
        (batch, Ok(()))
    }

    /// Reads the next message by itself, past whatever keeps the consumer's from being read.
    async fn one_alone(&mut self, fed: &mpsc::Sender<Fed>) -> Result<(), Interruption> {
        let from = match &self.read {
            None => 1,
            Some(read) => {
                // The same look that the consumer's first message gets.
                if let Some(found) = self.input.message(read.sequence).await? {
                    check_first(read, found.sequence, found.digest())?;
                }
                read.sequence.saturating_add(1)
            }
        };
        match self.input.message_from(from).await? {
            Some(next) => self.feed(vec![next], fed).await,
            None => Ok(()),
        }
    }

    /// Decodes messages and hands them over, which waits for room.
    async fn feed(&mut self, batch: Vec<Read>, fed: &mpsc::Sender<Fed>) -> Result<(), Interruption> {
        let Some(last) = batch.last() else { return Ok(()) };
        let position = InputPosition {
            stream: self.settings.stream.clone(),
            created_ns: self.created_ns,
            sequence: last.sequence,
            digest: last.digest(),
        };
        let (messages, pending) = (batch.len(), last.pending);
        let (items, awaited) = self.decode(batch).await?;
        let receipt = self.handle.feed(items, position.clone()).await;
        let receipt = receipt.map_err(|_| FollowError::WriterStopped)?;
        self.read = Some(position);
        self.metrics.messages_read(messages);
        self.note_lag(pending);
        let settling = fed.send(Fed { receipt, awaited }).await;
        settling.map_err(|_| FollowError::WriterStopped.into())
    }

    /// Off the threads that serve: a batch takes milliseconds.
    async fn decode(&self, batch: Vec<Read>) -> Result<Decoded, Interruption> {
        let (stream, rules) = (self.settings.stream.clone(), Arc::clone(&self.rules));
        let waiting = !self.waiters.is_empty();
        let decoding = move || {
            let (mut items, mut awaited) = (Vec::with_capacity(batch.len()), Vec::new());
            for read in &batch {
                if let Some(one) = read.awaited().filter(|_| waiting) {
                    awaited.push((items.len(), one));
                }
                items.extend(read.submissions(&stream, &rules));
            }
            (items, awaited)
        };
        tokio::task::spawn_blocking(decoding)
            .await
            .map_err(|error| Interruption::passing("decode messages", error))
    }

    fn note_lag(&self, messages: u64) {
        self.metrics.lag(messages);
        self.lag
            .send_if_modified(|lag| lag.replace(messages) != Some(messages));
    }
}

/// Items, and where among them those stand whose commit somebody waits for.
type Decoded = (Vec<Submission>, Vec<(usize, crate::nats::ingest::read::Awaited)>);
