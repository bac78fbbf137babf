//! The thread of a standby: waits for commits, applies them in order, and tells readers how far it is.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        mpsc::{Receiver, Sender, TryRecvError},
    },
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::{
    domain::time::Timestamp,
    engine::{
        erasing::{
            cleared,
            ledger::{self, Ledger},
            withdrawn::Remembered,
        },
        error::{Error, chain},
        folder::recover,
        standby::StandbyMetrics,
        writer::{
            handle::{Health, HealthCell},
            room::Room,
        },
    },
    journal::{Commit, FollowedJournal, InputPosition, Position, ReadJournal, Told},
    store::Store,
    telemetry::Pace,
};

/// How long it waits for a commit before it looks whether to go on: ownership changes hands within it.
const WAIT: Duration = Duration::from_millis(50);
/// Between two questions to whoever keeps the journal and does not answer.
const PAUSE: Duration = Duration::from_millis(200);
/// Bytes of commits that are read at once, about.
const READ_BYTES: usize = 8 << 20;

/// What the thread works with.
pub(crate) struct Following {
    pub(crate) journal: Box<dyn FollowedJournal>,
    pub(crate) reader: Box<dyn ReadJournal>,
    pub(crate) store: Store,
    /// The tenant's folder.
    pub(crate) dir: PathBuf,
    /// Tells who clears its files that there is something to be cleared.
    pub(crate) clearing: Sender<()>,
    pub(crate) ledger: Ledger,
    pub(crate) remembered: Arc<Remembered>,
    pub(crate) applied: watch::Sender<Position>,
    pub(crate) consumed: watch::Sender<Option<InputPosition>>,
    pub(crate) health: Arc<HealthCell>,
    pub(crate) room: Arc<Room>,
    pub(crate) metrics: StandbyMetrics,
    pub(crate) clock: fn() -> Timestamp,
    pub(crate) flush_interval: Duration,
    /// Closed when it is to follow no longer.
    pub(crate) stop: Receiver<()>,
}

impl Following {
    /// Follows until it is told to stop; gives the journal back, to be taken over.
    ///
    /// # Errors
    /// What keeps the store from being a view of the journal any longer.
    pub(crate) fn run(mut self) -> Result<Box<dyn FollowedJournal>, Error> {
        let followed = self.follow();
        if let Err(error) = &followed {
            self.health.set(Health::Failed);
            tracing::error!(error = %chain(error), "follows the journal no longer");
        }
        followed.map(|()| self.journal)
    }

    fn follow(&mut self) -> Result<(), Error> {
        let (mut flushed, mut is_away) = (Instant::now(), false);
        while !self.ends() {
            match self.round() {
                Ok(true) => is_away = false,
                Ok(false) => std::thread::sleep(PAUSE),
                Err(Error::Journal(error)) if error.is_passing() => {
                    if !std::mem::replace(&mut is_away, true) {
                        tracing::warn!(error = %chain(&error), "the journal is not followed: whoever keeps it does not answer");
                    }
                    std::thread::sleep(PAUSE);
                }
                Err(error) => return Err(error),
            }
            if self.store.is_damaged() {
                return Err(Error::Damaged);
            }
            if self.store.is_poisoned() {
                return Err(Error::Unwritten);
            }
            if flushed.elapsed() >= self.flush_interval {
                self.store.flush_soon();
                flushed = Instant::now();
            }
        }
        Ok(self.store.flush()?)
    }

    fn ends(&self) -> bool {
        self.stop.try_recv() == Err(TryRecvError::Disconnected)
    }

    /// Waits for commits and applies what is there; whether there was room for all of it. The store takes nothing on a full
    /// disk: what it lacks the journal has.
    ///
    /// What is there may be much: before each commit it is looked whether to go on.
    pub(crate) fn round(&mut self) -> Result<bool, Error> {
        self.room.look();
        if self.room.is_full() {
            return Ok(false);
        }
        let (told, mut pace) = (self.journal.look(WAIT)?, Pace::begin());
        while *self.applied.borrow() < self.journal.last() {
            let after = *self.applied.borrow();
            for (position, commit) in self.reader.read_after(after, READ_BYTES)? {
                if self.ends() {
                    return Ok(true);
                }
                self.room.look();
                if self.room.is_full() {
                    return Ok(false);
                }
                self.apply(position, &commit)?;
                if pace.is_due() {
                    recover::on_the_way(position, self.journal.last());
                }
            }
        }
        if let Some(told) = told {
            self.count(told);
        }
        Ok(true)
    }

    /// ORDER: as the writer has it. The ledger notes an erasure before anybody can see it, and whoever is told of a position
    /// finds it applied.
    fn apply(&self, position: Position, commit: &Commit) -> Result<(), Error> {
        if ledger::says_gone(&commit.changes) {
            cleared::mark(&self.dir)?;
        }
        self.ledger.follow(&commit.changes)?;
        recover::apply(&self.store, position, commit)?;
        if ledger::erasures_in(&commit.changes).next().is_some() {
            self.remembered.changed();
            // Where nobody clears files any more the standby ends.
            self.clearing.send(()).ok();
        }
        self.metrics.engine.applied(position.0);
        self.applied.send_replace(position);
        if commit.marker.input.is_some() {
            self.consumed.send_replace(commit.marker.input.clone());
        }
        Ok(())
    }

    fn count(&self, told: Told) {
        let lag = (self.clock)().as_micros().saturating_sub(told.stored_us);
        let lag = u64::try_from(lag).map_or(Duration::ZERO, Duration::from_micros);
        self.metrics.cluster.followed(told.position.0, lag);
    }
}
