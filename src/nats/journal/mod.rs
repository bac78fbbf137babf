//! The journal in a JetStream stream: each commit is one atomic batch of it.
//!
//! Owns the layout of a commit in the stream, the ownership of the journal (epochs) and the recovery from lost answers;
//! must never know what a commit means, but for who is retired from the view of profiles. Opened by `app` and handed to
//! the engine; its calls block, so the engine's own thread and threads for blocking work may make them, tasks may not.
//!
//! While the broker is away, [`Journal::finish`] waits for it and [`ReadJournal::read_after`] fails.

mod assemble;
pub(crate) mod cloud;
mod epoch;
mod follow;
mod layout;
mod open;
mod reader;
mod record;
mod renew;
pub(crate) mod retired;
mod shared;
mod stream;
mod writer;

pub use crate::nats::journal::follow::JetStreamFollower;

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::{
    journal::{Anew, Begun, Commit, Error, Journal, Position, ReadJournal},
    nats::{
        assets::{Asset, Assets, Names},
        batch::{BatchError, MESSAGES_MAX, Publisher},
        connect::Connection,
        journal::{
            layout::Layout,
            open::take_over,
            reader::JetStreamReader,
            shared::Shared,
            stream::{JournalStream, broker},
            writer::{APPEND, Parcel, Sender, Way},
        },
        unlike::unlike_any_other,
    },
    telemetry::{NatsMetrics, PublishTo},
};

/// How a journal in a stream is opened.
#[derive(Clone, Debug)]
pub struct JetStreamJournalConfig {
    /// Who opens it, for those who look at the epoch record. It is made unlike any other.
    pub owner: String,
    /// The largest commit that is taken, in bytes as encoded before compression. Default 64 MiB.
    pub commit_bytes_max: usize,
    /// Bytes of the latest commits that are kept in memory for readers. Default 32 MiB.
    pub latest_bytes_max: usize,
    /// How long the server may take to answer before its answer counts as lost. Default 5 s.
    pub ack_timeout: Duration,
    /// Ends all waiting for the broker, be it away or slow. Default never.
    pub stop: CancellationToken,
    /// What is counted of the commits. Default nothing.
    pub metrics: Option<NatsMetrics>,
}

impl Default for JetStreamJournalConfig {
    fn default() -> Self {
        Self {
            owner: "yekta".to_owned(),
            commit_bytes_max: 64 << 20,
            latest_bytes_max: 32 << 20,
            ack_timeout: Duration::from_secs(5),
            stop: CancellationToken::new(),
            metrics: None,
        }
    }
}

/// Commits under way at most: one that is being committed, one that is staged behind it.
const UNDER_WAY_MAX: usize = 2;

/// The writing side of a journal in a stream.
#[derive(Debug)]
pub struct JetStreamJournal {
    runtime: Handle,
    sender: Sender,
    layout: Layout,
    shared: Arc<Shared>,
    /// Oldest first. Only the oldest may have its commit sent.
    under_way: VecDeque<Parcel>,
    /// The last sequence that was acknowledged.
    end: u64,
    /// The last durable commit, its first message and its number.
    last: Position,
    last_begin: u64,
    last_batch: u64,
    identity: String,
    metrics: Option<NatsMetrics>,
    poisoned: bool,
}

/// A journal that is there, before it is followed or taken over.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) runtime: Handle,
    pub(crate) stream: JournalStream,
    pub(crate) layout: Layout,
    pub(crate) config: JetStreamJournalConfig,
    /// When the journal was made, be it at this server or the one that it is mirrored from.
    made_ns: i64,
}

impl Ground {
    fn new(
        runtime: Handle,
        connection: &Connection,
        (names, journal): (&Names, &Asset),
        config: JetStreamJournalConfig,
    ) -> Self {
        let stream = JournalStream {
            connection: connection.clone(),
            names: names.clone(),
            created_ns: journal.created_ns,
            ack_timeout: config.ack_timeout,
            is_mirror: journal.is_mirror,
        };
        let made_ns = journal.origin_ns.unwrap_or(journal.created_ns);
        let (bytes_max, payload) = (config.commit_bytes_max, connection.client.max_payload());
        let layout = Layout::new(names.clone(), bytes_max, payload);
        Self {
            runtime,
            stream,
            layout,
            config,
            made_ns,
        }
    }

    /// By what views know it: a mirror is what it is a copy of.
    fn identity(&self) -> String {
        let created = i128::from(self.made_ns);
        let created = Timestamp::from_nanosecond(created).unwrap_or(Timestamp::MIN);
        format!("jetstream {} created {created}", self.stream.names.journal())
    }

    fn reader(&self, shared: &Arc<Shared>) -> JetStreamReader {
        JetStreamReader {
            runtime: self.runtime.clone(),
            stream: self.stream.clone(),
            layout: self.layout.clone(),
            shared: Arc::clone(shared),
            stop: self.config.stop.clone(),
        }
    }

    /// Takes the journal over; `shared` is what readers of it know already, if there are any.
    fn take_over(&self, shared: Option<Arc<Shared>>) -> Result<JetStreamJournal, Error> {
        let start = unlike_any_other().map_err(|error| broker("take over", error.to_string()))?;
        let owner = format!("{} {start}", self.config.owner);
        let taking = take_over(&self.stream, &self.layout, &owner);
        let taken = self
            .runtime
            .block_on(unless_stopped(&self.config.stop, "take over", taking))?;
        let (last, last_begin, last_batch) = taken
            .last
            .map_or((0, 0, 0), |last| (last.position, last.begin, last.marker.batch));
        let (name, identity) = (self.stream.names.journal(), self.identity());
        tracing::info!(
            nats.stream = name,
            journal.epoch = taken.record.epoch,
            journal.position = last,
            "took the journal over"
        );
        let (first, last) = (Position(taken.first), Position(last));
        let shared =
            shared.unwrap_or_else(|| Arc::new(Shared::new(first, last, self.config.latest_bytes_max)));
        shared.advance(last);
        Ok(JetStreamJournal {
            sender: Sender {
                publisher: Publisher::new(&self.stream.connection, &name, self.config.ack_timeout),
                stream: self.stream.clone(),
                epoch: taken.record,
                epoch_sequence: taken.sequence,
                stop: self.config.stop.clone(),
            },
            runtime: self.runtime.clone(),
            layout: self.layout.clone(),
            shared,
            under_way: VecDeque::new(),
            end: taken.sequence,
            last,
            last_begin,
            last_batch,
            identity,
            metrics: self.config.metrics.clone(),
            poisoned: false,
        })
    }
}

impl JetStreamJournal {
    /// Takes over the journal of `assets`: whoever owned it before can commit nothing from now on.
    ///
    /// `runtime` has to run tasks while this thread blocks. Blocks, also for a broker that answers late.
    ///
    /// # Errors
    /// [`Error::Stream`] when the stream is not the one of `assets` or holds what is no commit, [`Error::Broker`].
    pub fn open(
        runtime: Handle,
        connection: &Connection,
        assets: &Assets,
        config: JetStreamJournalConfig,
    ) -> Result<Self, Error> {
        Ground::new(runtime, connection, (&assets.names, &assets.journal), config).take_over(None)
    }

    /// Lays a commit out and checks that the server can take it. Sends nothing.
    fn parcel(&self, commit: Arc<Commit>, anew: Option<&Anew>) -> Result<Parcel, Error> {
        let newest = self.under_way.back();
        let base = newest.map_or(self.end, Parcel::position);
        let before = newest.map_or(self.last_batch, |parcel| parcel.commit.marker.batch);
        let (found, expected) = (commit.marker.batch, before.saturating_add(1));
        if found != expected {
            return Err(Error::BatchOutOfOrder { found, expected });
        }
        let laid = self.layout.lay(&commit, anew)?;
        let expected = self.sender.expected(base);
        let checked = self.sender.publisher.check(&laid.messages, &expected);
        checked.map_err(|error| match error {
            BatchError::TooLarge { bytes_max, .. } => Error::TooLarge { bytes_max },
            BatchError::TooMany { messages } => Error::TooMany {
                messages,
                messages_max: MESSAGES_MAX,
            },
            other => broker("append to", other),
        })?;
        Ok(Parcel {
            commit,
            laid,
            base,
            way: Way::Stuck(BatchError::Abandoned),
            begun: Instant::now(),
            reconnects: self.sender.stream.connection.link().reconnects,
        })
    }

    /// Has a commit under way. What could not be sent is seen through by `finish`, which can wait.
    fn hand_over(&mut self, commit: Arc<Commit>, anew: Option<&Anew>) -> Result<(), Error> {
        if self.poisoned {
            return Err(Error::Poisoned);
        }
        if self.under_way.len() >= UNDER_WAY_MAX {
            return Err(broker("append to", "too many commits are under way"));
        }
        let mut parcel = self.parcel(commit, anew)?;
        let staging = self.sender.stage(&parcel.laid, parcel.base);
        let staged = self
            .runtime
            .block_on(self.sender.stop.run_until_cancelled(staging));
        let staged = staged.unwrap_or(Err(BatchError::Abandoned));
        parcel.way = staged.map_or_else(Way::Stuck, |staged| Way::Staged(Box::new(staged)));
        self.under_way.push_back(parcel);
        if self.under_way.len() == 1 {
            self.commit_oldest();
        }
        Ok(())
    }

    fn count(&self, parcel: &Parcel) {
        let Some(metrics) = &self.metrics else { return };
        if self.poisoned {
            metrics.publish_failed(PublishTo::Journal);
        } else {
            let messages = parcel.laid.messages.len();
            metrics.published(PublishTo::Journal, messages, parcel.begun.elapsed());
        }
    }

    /// Sends the commit of the oldest parcel, so that it is under way while this thread does something else.
    fn commit_oldest(&mut self) {
        let Some(parcel) = self.under_way.front_mut() else {
            return;
        };
        parcel.way = match std::mem::replace(&mut parcel.way, Way::Stuck(BatchError::Abandoned)) {
            Way::Staged(staged) => Way::Committing(self.runtime.spawn(staged.commit())),
            other => other,
        };
    }
}

impl Journal for JetStreamJournal {
    fn begin(&mut self, commit: Arc<Commit>) -> Result<Begun, Error> {
        self.hand_over(commit, None)?;
        Ok(Begun::UnderWay)
    }

    fn append_anew(&mut self, commit: &Commit, anew: &Anew) -> Result<Position, Error> {
        self.hand_over(Arc::new(commit.clone()), Some(anew))?;
        self.finish()
    }

    fn finish(&mut self) -> Result<Position, Error> {
        if self.poisoned {
            return Err(Error::Poisoned);
        }
        let mut parcel = self.under_way.pop_front().ok_or(Error::Idle)?;
        let seeing = self.sender.see_through(&mut parcel);
        let seeing = unless_stopped(&self.sender.stop, APPEND, seeing);
        let seen_through = self.runtime.block_on(seeing);
        self.poisoned = seen_through.is_err();
        self.count(&parcel);
        let position = Position(seen_through?);
        self.end = position.0;
        // ORDER: the next commit is sent only now that the one before it is known to be where it was reckoned to be.
        self.commit_oldest();
        self.last = position;
        self.last_begin = parcel.begin();
        self.last_batch = parcel.commit.marker.batch;
        self.shared.publish(position, parcel.commit, parcel.laid.bytes);
        Ok(position)
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }

    fn epoch(&self) -> u64 {
        self.sender.epoch.epoch
    }

    fn last(&self) -> Position {
        self.last
    }

    fn last_batch(&self) -> u64 {
        self.last_batch
    }

    fn reader(&self) -> Box<dyn ReadJournal> {
        Box::new(JetStreamReader {
            runtime: self.runtime.clone(),
            stream: self.sender.stream.clone(),
            layout: self.layout.clone(),
            shared: Arc::clone(&self.shared),
            stop: self.sender.stop.clone(),
        })
    }

    /// Behind a term that is renewed all before it may go without a rest.
    fn roll(&mut self) -> Result<(), Error> {
        self.renew_term()
    }

    /// Purges the stream up to the commit at `through`, but never this owner's epoch record or the last commit: so what
    /// this process wrote itself goes only when the journal was opened again, or its term renewed. Bytes of what was
    /// purged stay in the block that is partly kept ([`JetStreamJournal::renew_term`]).
    fn forget(&mut self, through: Position) -> Result<Position, Error> {
        let stream = &self.sender.stream;
        let kept = self.sender.epoch_sequence.min(self.last_begin);
        let purge = async {
            // The first commit that is kept, if `through` lies within one.
            let within = match stream.next_marker(through.0).await? {
                Some(marker) if marker.sequence > through.0 => {
                    let record = record::Record::open(&marker.body);
                    let record = record.map_err(|reason| stream.misfit(marker.sequence, reason))?;
                    marker.sequence.saturating_sub(record.counts.total())
                }
                _ => u64::MAX,
            };
            let first = kept.min(within).min(through.0.saturating_add(1));
            stream.purge_before(first).await?;
            stream.ends().await
        };
        let ends = self.runtime.block_on(purge)?;
        self.shared.set_first(Position(ends.first));
        Ok(Position(ends.first))
    }
}

/// What `attempt` comes to, unless this process is told to stop waiting for the broker.
async fn unless_stopped<T>(
    stop: &CancellationToken,
    what: &'static str,
    attempt: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let stopped = || broker(what, "told to stop while the broker did not answer");
    let done = stop.run_until_cancelled(attempt).await;
    done.unwrap_or_else(|| Err(stopped()))
}
