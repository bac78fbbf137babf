//! Sending commits and finding out what became of them. Owns the rules that keep two owners, a lost answer and a lost
//! server from losing or repeating a commit:
//!
//! - a batch is stored only where it was expected: behind the last message that was acknowledged, and under this owner's
//!   own epoch record;
//! - the commit of a staged batch is sent only after the one before it was acknowledged at exactly the sequence that was
//!   reckoned with: an expectation that rests on a guess could come true for another owner's message;
//! - where the answer is lost, the end of the stream tells. Nothing is ever sent again before it was looked at.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{
    journal::{Commit, Error},
    nats::{
        batch::{BatchAck, BatchError, Expected, Publisher, Staged},
        journal::{
            epoch::EpochRecord,
            layout::{COMMIT, EPOCH, Laid},
            record::Record,
            stream::{JournalStream, broker},
        },
    },
};

/// Between two attempts to send a batch again: from the first to the longest.
const PAUSE: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_millis(500);
/// Every so many attempts the log says that a commit is not taken.
const LOUD_EVERY: u32 = 8;
/// What is attempted.
pub(crate) const APPEND: &str = "append to";

/// How commits are sent.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    pub(crate) stream: JournalStream,
    pub(crate) publisher: Publisher,
    /// This owner's epoch record, and where it is.
    pub(crate) epoch: EpochRecord,
    pub(crate) epoch_sequence: u64,
    /// Ends the waiting for the broker.
    pub(crate) stop: CancellationToken,
}

/// A commit that is being sent.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) commit: Arc<Commit>,
    pub(crate) laid: Laid,
    /// The last sequence before it.
    pub(crate) base: u64,
    pub(crate) way: Way,
    /// When it was handed over.
    pub(crate) begun: Instant,
    /// How often the connection had come back when it was sent: what was sent on an older one may be lost.
    pub(crate) reconnects: u64,
}

/// How far a parcel is.
#[derive(Debug)]
pub(crate) enum Way {
    /// All but its last message was sent.
    Staged(Box<Staged>),
    /// Its last message was sent.
    Committing(JoinHandle<Result<BatchAck, BatchError>>),
    /// It could not be sent.
    Stuck(BatchError),
}

/// Sending once more is part of life; doing so for long is not, and its reason may be the operator's matter, such as a
/// stream that is full.
fn tell_again(error: &BatchError, batch: u64, attempts: u32) {
    if attempts.is_multiple_of(LOUD_EVERY) {
        tracing::warn!(%error, journal.batch = batch, attempts, "the journal stream does not take a commit, sending it again");
    } else {
        tracing::debug!(%error, journal.batch = batch, attempts, "sending a commit again");
    }
}

/// What became of a batch whose answer was lost.
enum Fate {
    Stored,
    NotStored,
}

impl Parcel {
    /// Where its marker will be.
    pub(crate) fn position(&self) -> u64 {
        let count = u64::try_from(self.laid.messages.len()).unwrap_or(u64::MAX);
        self.base.saturating_add(count)
    }

    /// Where its first message will be.
    pub(crate) fn begin(&self) -> u64 {
        self.base.saturating_add(1)
    }
}

impl Sender {
    /// What the stream has to be like behind `base`.
    pub(crate) fn expected(&self, base: u64) -> Expected {
        Expected {
            last_sequence: Some(base),
            last_of_subject: Some((self.stream.names.in_journal(EPOCH), self.epoch_sequence)),
        }
    }

    /// Sends all of a commit but its last message.
    pub(crate) async fn stage(&self, laid: &Laid, base: u64) -> Result<Staged, BatchError> {
        let expected = self.expected(base);
        let staging = self.publisher.stage(&laid.messages, &expected);
        // While the broker is away the client takes in only so much.
        tokio::time::timeout(self.stream.ack_timeout, staging)
            .await
            .unwrap_or(Err(BatchError::Abandoned))
    }

    /// Waits until a parcel is stored, sends it again where it is not, and returns the position of its marker.
    ///
    /// # Errors
    /// [`Error::Fenced`], [`Error::Stream`]; [`Error::Broker`] where the broker will never take it, or was away when
    /// this process was told to stop.
    pub(crate) async fn see_through(&self, parcel: &mut Parcel) -> Result<u64, Error> {
        let way = std::mem::replace(&mut parcel.way, Way::Stuck(BatchError::Abandoned));
        let mut result = match way {
            Way::Staged(staged) => self.answered(parcel, staged.commit()).await,
            Way::Committing(task) => {
                let answer = async { task.await.unwrap_or(Err(BatchError::ConnectionLost)) };
                self.answered(parcel, answer).await
            }
            Way::Stuck(error) => Err(error),
        };
        let (mut pause, mut attempts) = (PAUSE, 0_u32);
        loop {
            let error = match result {
                Ok(ack) if (ack.first, ack.last) == (parcel.begin(), parcel.position()) => {
                    return Ok(ack.last);
                }
                Ok(ack) => {
                    return Err(self
                        .stream
                        .misfit(ack.last, "commit was stored elsewhere than expected"));
                }
                Err(error) => error,
            };
            if error.is_open() {
                if let Fate::Stored = self.fate(parcel, pause).await? {
                    return Ok(parcel.position());
                }
            } else if !error.is_passing() {
                return Err(broker(APPEND, error));
            }
            attempts = attempts.saturating_add(1);
            tell_again(&error, parcel.commit.marker.batch, attempts);
            // A batch that the server let go of while this process was busy may be sent at once; what is refused again
            // and again, or cannot be sent, is waited for.
            if attempts > 1 || !matches!(error, BatchError::Abandoned) {
                self.wait(pause).await;
            }
            pause = pause.saturating_mul(2).min(PAUSE_MAX);
            parcel.reconnects = self.stream.connection.link().reconnects;
            result = match self.stage(&parcel.laid, parcel.base).await {
                Ok(staged) => self.answered(parcel, staged.commit()).await,
                Err(error) => Err(error),
            };
        }
    }

    /// The answer to a parcel, which does not come where the connection that it was sent on is lost.
    async fn answered(
        &self,
        parcel: &Parcel,
        answer: impl Future<Output = Result<BatchAck, BatchError>>,
    ) -> Result<BatchAck, BatchError> {
        let mut link = self.stream.connection.watch();
        tokio::select! {
            biased;
            answer = answer => answer,
            _ = link.wait_for(|link| !link.connected || link.reconnects != parcel.reconnects) => {
                Err(BatchError::ConnectionLost)
            }
        }
    }

    /// Looks until the end of the stream tells what became of a parcel.
    async fn fate(&self, parcel: &Parcel, mut pause: Duration) -> Result<Fate, Error> {
        loop {
            match self.look(parcel).await {
                Err(error @ Error::Broker { .. }) => {
                    tracing::debug!(%error, "looking at the end of the journal again");
                    self.wait(pause).await;
                    pause = pause.saturating_mul(2).min(PAUSE_MAX);
                }
                told => return told,
            }
        }
    }

    /// ORDER: the end is read first, so that a batch that is stored meanwhile is seen by what is read behind it. Whoever leads the
    /// stream since a moment ago may not show yet what was acknowledged.
    async fn look(&self, parcel: &Parcel) -> Result<Fate, Error> {
        let ends = self.stream.ends_reaching(parcel.base).await?;
        let epoch = self.stream.last_of(EPOCH).await?;
        let marker = self.stream.last_of(COMMIT).await?;
        let Some(epoch) = epoch else {
            return Err(self
                .stream
                .misfit(self.epoch_sequence, "the epoch record is gone"));
        };
        if epoch.sequence != self.epoch_sequence {
            let found = EpochRecord::parse(&epoch.body).map(|record| record.epoch);
            return Err(match found {
                Some(found) if found > self.epoch.epoch => Error::Fenced {
                    epoch: found,
                    own: self.epoch.epoch,
                },
                _ => self
                    .stream
                    .misfit(epoch.sequence, "epoch record is not in its order"),
            });
        }
        if ends.last < parcel.base {
            return Err(self
                .stream
                .misfit(ends.last, "the stream ends before what it acknowledged"));
        }
        if let Some(marker) = marker
            && marker.sequence > parcel.base
        {
            let is_own = marker.sequence == parcel.position()
                && Record::open(&marker.body).is_ok_and(|record| record.marker == parcel.commit.marker);
            return if is_own {
                Ok(Fate::Stored)
            } else {
                Err(self.stream.misfit(marker.sequence, "commit is not this owner's"))
            };
        }
        if ends.last > parcel.base {
            return Err(self.stream.misfit(parcel.begin(), "message is part of no commit"));
        }
        Ok(Fate::NotStored)
    }

    /// Waits a moment, and then until the broker is there.
    pub(crate) async fn wait(&self, pause: Duration) {
        let mut link = self.stream.connection.watch();
        tokio::time::sleep(pause).await;
        // The sender lives as long as the client.
        link.wait_for(|link| link.connected).await.ok();
    }
}
