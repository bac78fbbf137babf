//! The thread beside the writer that ranks customers: when it is time, or somebody asks.
//!
//! Never holds the writer up: it works half of the time and rests the other half (`gather`), and what it hands over (`changed`) takes
//! its turn among what comes. Of a resolver it reads what all partitions have, and hands over what they come to; of a partition it
//! ranks by that.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    decide::value::{Customers, Policy, Scale},
    domain::time::Timestamp,
    engine::{
        api::{Command, CommandError},
        error::chain,
        parting::Part,
        queries::answer::{Query, QueryError},
        value::{End, Measured, Valuing, changed::Changed},
        writer::{
            handle::{Job, Nudge},
            room::Room,
        },
    },
    store::{self, ProfileId, RankingRecord, Read as _, ScaleRecord, keys::value as keys},
};

/// How long to wait after what failed.
const RETRY: Duration = Duration::from_secs(60);
/// How long at most until it is looked again what is due; and how long a service runs before it ranks for the first time.
const LOOK: Duration = Duration::from_secs(60 * 60);

/// Why customers were not ranked.
#[derive(Debug, thiserror::Error)]
pub(super) enum RankError {
    /// Customers cannot be read.
    #[error("rank customers")]
    Query(#[from] QueryError),
    /// Standings cannot be read.
    #[error("rank customers")]
    Store(#[from] store::Error),
    /// The writer took no standings.
    #[error("keep what customers are worth")]
    Keep(#[source] CommandError),
    /// A partition is answered for by somebody else now, or by nobody: its store is not to be held open.
    #[error("rank customers: a partition is no longer served as it was")]
    Away,
    /// The service stops.
    #[error("rank customers: the service stops")]
    Stopped,
}

/// A ranking that is asked for: how often it was by now, and the time by which it ranks.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    times: u64,
    pub(super) at: Timestamp,
}

/// What is to be done.
enum Due {
    /// What was asked for.
    Rank(Asked),
    /// It is time to ask for it.
    Ask,
    /// Nothing for so long.
    Nothing(Duration),
}

/// The thread that ranks.
pub(crate) struct Ranker {
    pub(crate) policy: Policy,
    pub(crate) query: Query,
    pub(crate) writer: Nudge,
    /// It must not take the room that events need.
    pub(crate) room: Arc<Room>,
    pub(crate) clock: fn() -> Timestamp,
    /// Told when somebody asked; closed when the engine stops.
    pub(crate) stop: Receiver<()>,
}

impl Ranker {
    /// Ranks when it is time or somebody asks, until the engine stops. What fails is told of and tried again.
    pub(crate) fn run(self) {
        let started = Instant::now();
        loop {
            let done = self.due(started).and_then(|due| match due {
                Due::Rank(asked) => self.rank(asked),
                Due::Ask => self.order(Valuing::Ask).map(|()| Duration::ZERO),
                Due::Nothing(wait) => Ok(wait.min(LOOK)),
            });
            let wait = match done {
                Ok(wait) => wait,
                Err(RankError::Stopped) => return,
                Err(RankError::Away) => {
                    tracing::info!("customers are ranked later: a partition is no longer served as it was");
                    RETRY
                }
                Err(error) => {
                    // The writer looks after the store, which may be damaged; it may have nothing else to do.
                    self.writer.tell(Job::Wake);
                    tracing::error!(error = %chain(&error), "customers are not ranked");
                    RETRY
                }
            };
            if self.stop.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Nothing where the disk is nearly full. What was asked for goes first. A service that never ranked does so a while after
    /// its start; else it goes by the time of the last, as if it had gone on since.
    fn due(&self, started: Instant) -> Result<Due, RankError> {
        if self.room.is_full() {
            return Ok(Due::Nothing(RETRY));
        }
        let record: Option<RankingRecord> = self.query.store().record(keys::RANKING)?;
        let record = record.unwrap_or_default();
        let (times, is_asked) = (record.asked, record.asked > record.done);
        if self.query.rules().part.is_partition() {
            return self.due_by_scale(&record);
        }
        if let Some(at) = record.asked_at.filter(|_| is_asked) {
            return Ok(Due::Rank(Asked { times, at }));
        }
        let every = Duration::from_micros(self.policy.every_us);
        if every.is_zero() {
            return Ok(Due::Nothing(LOOK));
        }
        let wait = match record.at {
            Some(at) => {
                let gone = (self.clock)().micros_since(at).max(0).unsigned_abs();
                every.saturating_sub(Duration::from_micros(gone))
            }
            None => every.min(LOOK).saturating_sub(started.elapsed()),
        };
        Ok(match wait.is_zero() {
            true => Due::Ask,
            false => Due::Nothing(wait),
        })
    }

    /// The same of a partition, which ranks by what its resolver wrote last and never by itself. A version before this one kept that and
    /// did nothing about it.
    fn due_by_scale(&self, record: &RankingRecord) -> Result<Due, RankError> {
        let scale: Option<ScaleRecord> = self.query.store().record(keys::SCALE)?;
        let is_due = |scale: &ScaleRecord| record.asked > record.done || record.at < Some(scale.at);
        Ok(match scale.filter(is_due) {
            Some(scale) => Due::Rank(Asked {
                times: record.asked,
                at: scale.at,
            }),
            None => Due::Nothing(LOOK),
        })
    }

    /// Ranks customers, and has the writer keep what that comes to; how long to wait until it is looked again what is due.
    fn rank(&self, asked: Asked) -> Result<Duration, RankError> {
        let begun = Instant::now();
        let own = || self.gathered(vec![self.query.clone()], asked.at);
        let (customers, changes) = match self.query.rules().part {
            Part::Whole => {
                let customers = own()?;
                let scale = customers.scale(&self.policy);
                self.stand(asked, customers, &scale)?
            }
            Part::Partition { .. } => match self.query.scale()? {
                Some(scale) => self.stand(asked, own()?, &scale)?,
                None => return Ok(LOOK),
            },
            Part::Resolver { .. } => match self.query.whole(|pause| self.rest(pause))? {
                Some(whole) => (self.measure(asked, whole)?, 0),
                None => return Ok(RETRY),
            },
        };
        tracing::info!(
            customers,
            changes,
            took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "customers are ranked"
        );
        Ok(Duration::ZERO)
    }

    /// Has the writer keep who stands elsewhere by a scale than they did; how many stand, and how many that are.
    fn stand(
        &self,
        asked: Asked,
        customers: Customers<ProfileId>,
        scale: &Scale,
    ) -> Result<(u64, usize), RankError> {
        let customers = customers.ranked(scale);
        let end = asked.end(customers.len(), scale);
        let count = end.customers;
        let mut changed = Changed::of(self, asked.at, scale);
        changed.find(&customers)?;
        changed.find_gone(&customers)?;
        Ok((count, changed.end(end)?))
    }

    /// Has the writer of a resolver keep what all customers come to; how many they are.
    fn measure(&self, asked: Asked, whole: Query) -> Result<u64, RankError> {
        let parts = whole.parts().to_vec();
        drop(whole);
        let customers = self.gathered(parts, asked.at)?;
        let scale = customers.scale(&self.policy);
        let end = asked.end(customers.count(), &scale);
        drop(customers);
        let count = end.customers;
        self.order(Valuing::Measure(Box::new(Measured { scale, end })))?;
        Ok(count)
    }

    /// Rests for so long; whether it goes on.
    fn rest(&self, pause: Duration) -> bool {
        thread::sleep(pause);
        self.goes_on().is_ok()
    }

    pub(super) fn goes_on(&self) -> Result<(), RankError> {
        match self.stop.try_recv() {
            Err(TryRecvError::Disconnected) => Err(RankError::Stopped),
            // Whoever asks meanwhile has it done after this one.
            Ok(()) | Err(TryRecvError::Empty) => Ok(()),
        }
    }

    /// Has the writer carry something out, and waits until that can be seen.
    pub(super) fn order(&self, valuing: Valuing) -> Result<(), RankError> {
        match self.writer.order(Command::Rank(valuing)) {
            Some(answer) => answer.map(drop).map_err(RankError::Keep),
            None => Err(RankError::Stopped),
        }
    }
}

impl Asked {
    fn end(self, customers: usize, scale: &Scale) -> End {
        End {
            asked: self.times,
            at: self.at,
            customers: u64::try_from(customers).unwrap_or(u64::MAX),
            currency: scale.currency.clone(),
        }
    }
}
