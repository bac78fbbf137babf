//! The follower: reads the input stream from where the journal says it is consumed, and feeds the writer.
//!
//! One message stays in one feed, whatever it holds, so that a commit's position never stands inside of one. Where the
//! writer has no room the follower waits, and the stream keeps what comes.

use std::time::{Duration, Instant};

use tokio::{
    sync::{mpsc, watch},
    time::MissedTickBehavior,
};
use tokio_util::sync::CancellationToken;

use crate::{
    engine::Handle,
    journal::InputPosition,
    nats::{
        Connection,
        ingest::{
            error::{FollowError, Interruption},
            identity::{StreamState, check_first},
            input::{Input, Reader},
            lag::Lag,
            read::Read,
            settle::{Fed, settle},
            source::Source,
            waiters::Waiters,
        },
    },
    telemetry::NatsMetrics,
};

mod checks;
mod feeding;
mod quiet;
mod settings;

pub use crate::nats::ingest::follower::settings::FollowSettings;

/// Feeds whose commit is not known yet; the writer's queue holds fewer.
const UNSETTLED_MAX: usize = 1_024;
/// The pause before reading is begun again, which doubles up to the longest.
const PAUSE_MIN: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// Reads the input stream and feeds the writer.
#[derive(Debug)]
pub struct Follower {
    input: Input,
    settings: FollowSettings,
    handle: Handle,
    source: Source,
    waiters: Waiters,
    metrics: NatsMetrics,
    lag: Lag,
    /// Up to where it was read and fed.
    read: Option<InputPosition>,
    /// When something was fed last by this process.
    moved: Option<Instant>,
    /// When the stream was made, as it was found last.
    created_ns: i64,
}

/// What is known while the stream is read by one consumer.
#[derive(Clone, Copy, Debug)]
struct Round {
    /// Whether the message that was read last is known to be there, or to be gone.
    known: bool,
    /// Whether the last look found something of the tenant's that the consumer did not give and says it does not have.
    lags: bool,
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
    /// What its messages are.
    pub source: Source,
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
            source,
            waiters,
            metrics,
        } = parts;
        Self {
            input: Input {
                jetstream: connection.jetstream,
                stream: settings.stream.clone(),
                filter: settings.filter.clone(),
                restored_ns: settings.restored_ns,
            },
            read: handle.consumed().borrow().clone(),
            moved: None,
            created_ns: 0,
            lag: Lag::new(metrics.clone()),
            settings,
            handle,
            source,
            waiters,
            metrics,
        }
    }

    /// How many messages are not committed yet; `None` while that is not known: before the stream was
    /// found to be the one that was read, while it cannot be reached, and after the follower ended.
    pub fn lag(&self) -> watch::Receiver<Option<u64>> {
        self.lag.told()
    }

    /// How many messages were handed to the writer and are not committed yet.
    pub fn uncommitted(&self) -> watch::Receiver<u64> {
        self.lag.unsettled()
    }

    /// Follows the stream until `stop`, and then until what was fed is committed. A server that is away is waited for.
    ///
    /// # Errors
    /// [`FollowError`]: the stream is not the one that was read, or the writer stopped.
    pub async fn follow(mut self, stop: CancellationToken) -> Result<(), FollowError> {
        let (unsettled, feeds) = mpsc::channel(UNSETTLED_MAX);
        let settling = tokio::spawn(settle(feeds, self.waiters.clone(), self.lag.clone()));
        let result = self.run(&stop, &unsettled).await;
        self.lag.unread(None);
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
            let interruption = self.round(stop, fed, stuck).await;
            match interruption {
                Ok(()) => return Ok(()),
                Err(Interruption::Fatal(error)) => return Err(error),
                Err(interruption) => tracing::warn!(
                    error = %interruption,
                    cause = std::error::Error::source(&interruption).map(tracing::field::display),
                    "read the input stream again"
                ),
            }
            self.lag.unread(None);
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
    ///
    /// `stop` ends the waiting, never a feed that has begun: what the writer was given is seen through to its commit.
    async fn round(
        &mut self,
        stop: &CancellationToken,
        fed: &mpsc::Sender<Fed>,
        stuck: bool,
    ) -> Result<(), Interruption> {
        let Some(looked) = stop.run_until_cancelled(self.look()).await else {
            return Ok(());
        };
        looked?;
        if stuck {
            let Some(alone) = stop.run_until_cancelled(self.one_alone()).await else {
                return Ok(());
            };
            self.feed(alone?.into_iter().collect(), stop, fed).await?;
        }
        let Some(opened) = stop.run_until_cancelled(self.open(stuck)).await else {
            return Ok(());
        };
        let (mut reader, known) = opened?;
        let mut round = Round { known, lags: false };
        let mut looks = tokio::time::interval(self.settings.look_every);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        looks.reset();
        loop {
            if stop.run_until_cancelled(self.handle.room()).await.is_none() {
                return Ok(());
            }
            let first = tokio::select! {
                biased;
                () = stop.cancelled() => return Ok(()),
                first = reader.next() => first?,
                _ = looks.tick() => {
                    self.look_while_quiet(&mut reader, &mut round, fed).await?;
                    continue;
                }
            };
            let first = if round.known {
                Some(first)
            } else {
                self.unless_read(first).await?
            };
            round = Round {
                known: true,
                lags: false,
            };
            let (batch, interrupted) = self.ready(first, &mut reader);
            self.check_jumps(&batch).await?;
            self.feed(batch, stop, fed).await?;
            interrupted?;
        }
    }

    /// Opens the stream behind what was read, and says whether that is `known` to be there. If it is not, the reader
    /// begins with the message that was read last.
    async fn open(&self, known: bool) -> Result<(Reader, bool), Interruption> {
        let from = self
            .read
            .as_ref()
            .map_or(1, |read| read.sequence.saturating_add(u64::from(known)).max(1));
        let reader = self.input.open(from).await?;
        let mut known = known || self.read.is_none();
        if !known && reader.pending == 0 {
            self.check_gone().await?;
            known = true;
        }
        if known {
            self.lag.unread(Some(reader.pending));
        }
        Ok((reader, known))
    }

    /// Looks whether the stream is still the one that was read.
    async fn look(&mut self) -> Result<StreamState, Interruption> {
        let state = self.input.state(self.read.as_ref()).await?;
        self.created_ns = state.created_ns;
        Ok(state)
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

    /// The next message by itself, if there is one: past whatever keeps the consumer's from being read. What was read
    /// last is looked at as the consumer's first message is.
    async fn one_alone(&self) -> Result<Option<Read>, Interruption> {
        let Some(read) = &self.read else {
            return self.input.message_from(1).await;
        };
        if let Some(found) = self.input.message(read.sequence).await? {
            check_first(read, found.sequence, found.digest())?;
        }
        self.input.message_from(read.sequence.saturating_add(1)).await
    }
}
