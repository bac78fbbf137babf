//! Ranking all customers, in a thread beside the writer: it reads what is committed, keeps a few numbers of whoever bought
//! something in memory, and hands over which standings changed. Of a resolver it reads what all partitions have, and hands over what
//! they come to; of a partition it ranks by that.
//!
//! Never holds the writer up: it works half of the time and rests the other half, and what it hands over takes its turn
//! among what comes. What comes while it reads counts for who is read after it, so the next ranking puts it right.

use std::{
    ops::ControlFlow,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    decide::value::{Customers, Policy, Purchases, Rank, Standing},
    domain::{profile::Profile, time::Timestamp},
    engine::{
        api::{Command, CommandError},
        error::chain,
        parting::Part,
        queries::answer::{Query, QueryError},
        state::atoms::Atoms,
        value::{End, Measured, Revaluation, Valuing},
        writer::{
            handle::{Job, Nudge},
            room::Room,
        },
    },
    store::{
        self, Order, ProfileId, ProfileRecord, RankingRecord, Read, StandingRecord, View, keys::value as keys,
    },
};

/// Profiles that are read at a time.
const PROFILES: usize = 128;
/// Standings that one command changes.
const CHANGES: usize = 256;
/// How long to wait after what failed.
const RETRY: Duration = Duration::from_secs(60);
/// How long at most until it is looked again what is due; and how long a service runs before it ranks for the first time.
const LOOK: Duration = Duration::from_secs(60 * 60);

/// Why customers were not ranked.
#[derive(Debug, thiserror::Error)]
enum RankError {
    /// Customers cannot be read.
    #[error("rank customers")]
    Query(#[from] QueryError),
    /// Standings cannot be read.
    #[error("rank customers")]
    Store(#[from] store::Error),
    /// The writer took no standings.
    #[error("keep what customers are worth")]
    Keep(#[source] CommandError),
    /// The service stops.
    #[error("rank customers: the service stops")]
    Stopped,
}

/// What is to be done.
enum Due {
    /// What was asked for: how often that was, and the time by which it ranks.
    Rank(u64, Timestamp),
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
                Due::Rank(asked, at) => self.rank(asked, at),
                Due::Ask => self.order(Valuing::Ask).map(|()| Duration::ZERO),
                Due::Nothing(wait) => Ok(wait.min(LOOK)),
            });
            let wait = match done {
                Ok(wait) => wait,
                Err(RankError::Stopped) => return,
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
        if let Some(at) = record.asked_at.filter(|_| record.asked > record.done) {
            return Ok(Due::Rank(record.asked, at));
        }
        let every = Duration::from_micros(self.policy.every_us);
        if every.is_zero() || self.query.rules().part.is_partition() {
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

    /// Ranks all customers as of a time, and has the writer keep what changed; how long to wait until it is looked again what is due.
    fn rank(&self, asked: u64, at: Timestamp) -> Result<Duration, RankError> {
        let begun = Instant::now();
        let Some(whole) = self.query.whole(|pause| self.rest(pause))? else {
            return Ok(RETRY);
        };
        let customers = self.gathered(&whole, at)?;
        let scale = match self.query.rules().part {
            Part::Partition { .. } => self.query.scale()?.unwrap_or_default(),
            Part::Whole | Part::Resolver { .. } => customers.scale(&self.policy),
        };
        let count = u64::try_from(customers.count()).unwrap_or(u64::MAX);
        let end = End {
            asked,
            at,
            customers: count,
            currency: scale.currency.clone(),
        };
        let changes = match self.query.rules().part {
            Part::Resolver { .. } => {
                self.order(Valuing::Measure(Box::new(Measured { scale, end })))?;
                0
            }
            Part::Whole | Part::Partition { .. } => self.change(&customers.ranked(&scale), end)?,
        };
        tracing::info!(
            customers = count,
            changes,
            took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "customers are ranked"
        );
        Ok(Duration::ZERO)
    }

    /// Has the writer keep what changed; how many that are.
    fn change(&self, customers: &[(ProfileId, Rank)], end: End) -> Result<usize, RankError> {
        let mut changed = Changed {
            ranker: self,
            changes: Vec::with_capacity(CHANGES),
            count: 0,
        };
        changed.find(customers, end.at)?;
        changed.find_gone(customers)?;
        changed.end(end)
    }

    /// All who bought something. Of one engine in the order of their ids, which the rest of a ranking relies on.
    fn gathered(&self, whole: &Query, at: Timestamp) -> Result<Customers<ProfileId>, RankError> {
        let mut customers = Customers::default();
        for part in whole.parts() {
            self.gather(part, at, &mut customers)?;
        }
        Ok(customers)
    }

    fn gather(
        &self,
        part: &Query,
        at: Timestamp,
        customers: &mut Customers<ProfileId>,
    ) -> Result<(), RankError> {
        let mut after = None;
        loop {
            self.goes_on()?;
            let begun = Instant::now();
            let ids = part.ids_after(after, PROFILES)?;
            let Some(last) = ids.last().copied() else {
                return Ok(());
            };
            for id in ids {
                let read = |record: &ProfileRecord| self.purchases(part, record, at);
                if let Some(purchases) = part.settled(id, read)?.flatten() {
                    customers.add(id, purchases);
                }
            }
            after = Some(last);
            thread::sleep(begun.elapsed());
        }
    }

    /// What a customer bought. Most bought nothing: then nothing is put together.
    fn purchases(
        &self,
        part: &Query,
        record: &ProfileRecord,
        at: Timestamp,
    ) -> Result<Option<Purchases>, QueryError> {
        let store = part.store();
        let mut atoms = Vec::new();
        for id in record.members.iter().chain(&record.attributed) {
            atoms.extend(store.atom(*id)?);
        }
        if atoms.iter().all(|atom| atom.aggregate.sales.is_empty()) {
            return Ok(None);
        }
        let all = atoms.iter().map(|atom| (&atom.claim, &atom.aggregate));
        let profile = Profile::combine(all, &part.rules().fold);
        Ok(Purchases::of(&profile, self.policy.window_us, at))
    }

    /// Rests for so long; whether it goes on.
    fn rest(&self, pause: Duration) -> bool {
        thread::sleep(pause);
        self.goes_on().is_ok()
    }

    fn goes_on(&self) -> Result<(), RankError> {
        match self.stop.try_recv() {
            Err(TryRecvError::Disconnected) => Err(RankError::Stopped),
            // Whoever asks meanwhile has it done after this one.
            Ok(()) | Err(TryRecvError::Empty) => Ok(()),
        }
    }

    /// Has the writer carry something out, and waits until that can be seen.
    fn order(&self, valuing: Valuing) -> Result<(), RankError> {
        match self.writer.order(Command::Rank(valuing)) {
            Some(answer) => answer.map(drop).map_err(RankError::Keep),
            None => Err(RankError::Stopped),
        }
    }
}

/// Standings that changed, on their way to the writer.
struct Changed<'a> {
    ranker: &'a Ranker,
    changes: Vec<(ProfileId, Option<StandingRecord>)>,
    count: usize,
}

impl Changed<'_> {
    /// Finds who stands elsewhere than was kept.
    fn find(&mut self, customers: &[(ProfileId, Rank)], at: Timestamp) -> Result<(), RankError> {
        for customers in customers.chunks(PROFILES) {
            self.ranker.goes_on()?;
            let begun = Instant::now();
            for (id, rank) in customers {
                let kept = self.ranker.query.standing(*id)?.map(Standing::from);
                let now = rank.standing();
                if kept.as_ref() != Some(&now) {
                    self.add(*id, Some(record(now, at)))?;
                }
            }
            thread::sleep(begun.elapsed());
        }
        Ok(())
    }

    /// Finds who stood and does not any more: who bought nothing lately, and who is gone.
    fn find_gone(&mut self, customers: &[(ProfileId, Rank)]) -> Result<(), RankError> {
        let mut from = keys::STANDINGS.to_vec();
        loop {
            self.ranker.goes_on()?;
            let ids = self.kept_from(&from)?;
            let Some(last) = ids.last() else { return Ok(()) };
            from = keys::behind_standing(*last);
            for id in ids {
                if customers.binary_search_by_key(&id, |(id, _)| *id).is_err() {
                    self.add(id, None)?;
                }
            }
        }
    }

    /// The next of whom a standing is kept.
    fn kept_from(&self, from: &[u8]) -> Result<Vec<ProfileId>, RankError> {
        let mut ids = Vec::new();
        let store = self.ranker.query.store();
        store.scan(from, &[], Order::Ascending, &mut |key, _| {
            let id = keys::standing_of(key).filter(|_| ids.len() < CHANGES);
            ids.extend(id);
            Ok(match id {
                Some(_) => ControlFlow::Continue(()),
                None => ControlFlow::Break(()),
            })
        })?;
        Ok(ids)
    }

    fn add(&mut self, id: ProfileId, standing: Option<StandingRecord>) -> Result<(), RankError> {
        self.changes.push((id, standing));
        if self.changes.len() < CHANGES {
            return Ok(());
        }
        self.ranker.goes_on()?;
        self.hand_over(None)
    }

    /// Hands the rest over; how many there were.
    fn end(mut self, end: End) -> Result<usize, RankError> {
        self.hand_over(Some(end))?;
        Ok(self.count)
    }

    fn hand_over(&mut self, end: Option<End>) -> Result<(), RankError> {
        let changes = std::mem::take(&mut self.changes);
        self.count = self.count.saturating_add(changes.len());
        let revaluation = Box::new(Revaluation { changes, end });
        self.ranker.order(Valuing::Take(revaluation))
    }
}

/// A standing as it is kept.
fn record(standing: Standing, at: Timestamp) -> StandingRecord {
    StandingRecord {
        recency: standing.recency,
        frequency: standing.frequency,
        monetary: standing.monetary,
        name: standing.name,
        tier: standing.tier,
        at,
    }
}
