//! Snapshots of a running engine: made now and then beside the writer, so that the journal may forget what they hold.
//! Looking at each value on the way is also how damage is found that nobody else meets.
//!
//! Owns when one is made and up to where the journal is let go of: what the second-newest holds, so that one of two may be
//! damaged. Never holds the writer up: it works half of the time and rests the other half.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    },
    time::{Duration, Instant},
};

use crate::{
    domain::time::Timestamp,
    engine::{
        erasing::{elsewhere::Rounds, expunge::Beyond},
        error::chain,
        folder::{
            secrets::Secrets,
            snapshot::{SnapshotError, Source},
        },
        queries::answer::Query,
        writer::{
            chores::Chore,
            handle::{Job, Nudge},
            room::Room,
        },
    },
    journal::Position,
    store::{self, snapshot},
    telemetry::EngineMetrics,
};

/// How long to wait after one that failed.
const RETRY: Duration = Duration::from_secs(60);
/// How long at most until it is looked again what is due.
const LOOK: Duration = Duration::from_secs(60 * 60);
/// How long at most until it is looked again whether something is to be encrypted anew.
const LOOK_AT_KEYS: Duration = Duration::from_secs(5);

/// When snapshots are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotConfig {
    /// How long after one the next is made; `None` makes none, and the journal keeps everything.
    pub interval: Option<Duration>,
    /// How many are kept; two at least.
    pub keep: usize,
    /// Whether the journal forgets what two of them hold.
    pub forget: bool,
}

impl Source {
    /// Removes all but the `keep` newest up to `newest`, and says up to where no start needs the journal any more: to where
    /// the one before it leads. One that is damaged is renamed, and counts no longer.
    pub(crate) fn prune(&self, newest: &Path, keep: usize) -> Result<Option<Position>, store::Error> {
        let all = snapshot::list(&self.folder)?;
        // What is ahead of it is of a journal that is gone, and nothing may be forgotten for it.
        let mut own = all.into_iter().skip_while(|(_, path)| path != newest).skip(1);
        let second = loop {
            let Some((_, path)) = own.next() else {
                return Ok(None);
            };
            match snapshot::read(&path, &self.cipher, &mut |_, _| Ok(())) {
                Ok(contents) => break contents.applied.position,
                Err(error) if error.is_damage() => {
                    tracing::error!(error = %error, "a snapshot is damaged and counts no longer");
                    snapshot::discard(&path)?;
                }
                Err(error) => return Err(error),
            }
        };
        for (_, path) in own.skip(keep.saturating_sub(2)) {
            snapshot::remove(&path)?;
        }
        Ok(Some(Position(second)))
    }
}

/// The thread that makes them, and that clears files of who was erased.
pub(crate) struct Snapshots {
    pub(crate) source: Source,
    pub(crate) config: SnapshotConfig,
    /// The tenant's folder.
    pub(crate) dir: PathBuf,
    /// The keys of what lies there.
    pub(crate) secrets: Arc<Secrets>,
    /// What holds data beyond it, where something does.
    pub(crate) beyond: Option<Arc<dyn Beyond>>,
    pub(crate) query: Query,
    pub(crate) clock: fn() -> Timestamp,
    /// It must not take the room that events need.
    pub(crate) room: Arc<Room>,
    pub(crate) writer: Nudge,
    pub(crate) metrics: EngineMetrics,
    /// Told when somebody was erased; closed when the engine stops.
    pub(crate) stop: Receiver<()>,
}

impl Snapshots {
    /// Makes snapshots, and clears files, until the engine stops. What fails is told of and tried again.
    pub(crate) fn run(self) {
        let interval = self.config.interval;
        let mut next = interval.map(|interval| Instant::now() + self.first_wait(interval));
        let (mut rested, mut pause) = (Instant::now(), RETRY);
        self.look_at_refused();
        let (mut look, mut apart) = (Instant::now() + LOOK, BTreeSet::new());
        let mut rounds = Rounds::of(&self);
        loop {
            let due = next.map(|next| next.saturating_duration_since(Instant::now()));
            let rest = rested.saturating_duration_since(Instant::now());
            let expunging = self.until_expunging().unwrap_or_else(|error| {
                self.failed(&error, "when files are to be cleared is not known");
                None
            });
            let expunging = expunging.map(|wait| wait.max(rest));
            let around = rounds.as_ref().map(Rounds::wait);
            let wait = due
                .into_iter()
                .chain(expunging)
                .chain(around)
                .chain([look.saturating_duration_since(Instant::now())])
                .min()
                .unwrap_or(LOOK);
            let keys = self.secrets.cipher().as_ref().map(|_| LOOK_AT_KEYS);
            let early = keys.filter(|keys| *keys < wait);
            match self.stop.recv_timeout(early.unwrap_or(wait)) {
                Err(RecvTimeoutError::Disconnected) => return,
                Ok(()) => continue,
                // Nothing is due yet, unless somebody replaced a key.
                Err(RecvTimeoutError::Timeout) if early.is_some() => continue,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if look <= Instant::now() {
                look = Instant::now() + LOOK;
                // It may have slept through when events are kept no longer.
                self.writer.tell(Job::Wake);
                self.look_at_refused();
            } else if expunging == Some(wait) {
                match self.expunge(&mut apart, &mut || self.goes_on()) {
                    Ok(()) => pause = RETRY,
                    Err(error) if self.stops() => {
                        return tracing::debug!(%error, "stops while files are cleared");
                    }
                    Err(error) => {
                        self.failed(&error, "files still hold what was erased");
                        rested = Instant::now() + pause;
                        pause = pause.saturating_mul(2).min(LOOK);
                    }
                }
            } else if around == Some(wait)
                && let Some(rounds) = &mut rounds
            {
                self.look_around(rounds);
            } else if due == Some(wait)
                && let Some(interval) = interval
            {
                next = Some(Instant::now() + self.made(interval));
            }
        }
    }

    /// Has the broker delete what it was sent again of those who were erased. What fails is left for the next look.
    fn look_at_refused(&self) {
        if let Err(error) = self.clear_refused(&mut || self.goes_on())
            && !self.stops()
        {
            self.failed(&error, "the broker still holds what was refused as erased");
        }
    }

    /// Whether the engine stops.
    pub(crate) fn stops(&self) -> bool {
        self.stop.try_recv() == Err(TryRecvError::Disconnected)
    }

    /// Makes one; how long until the next.
    fn made(&self, interval: Duration) -> Duration {
        let begun = Instant::now();
        match self.make() {
            Ok(()) => {
                self.metrics.snapshot(begun.elapsed());
                interval
            }
            Err(SnapshotError::Stopped) => interval,
            Err(error) => {
                self.failed(&error, "no snapshot was made");
                self.metrics.snapshot_failed();
                interval.min(RETRY)
            }
        }
    }

    pub(crate) fn failed(&self, error: &dyn std::error::Error, what: &str) {
        snapshot::clear(&self.source.folder).ok();
        // The writer looks after the store, which may be damaged; it may have nothing else to do.
        self.writer.tell(Job::Wake);
        tracing::error!(error = %chain(error), "{what}");
    }

    /// How long until the first: as if the service had gone on since the newest was made, or the folder.
    fn first_wait(&self, interval: Duration) -> Duration {
        let newest = snapshot::list(&self.source.folder)
            .ok()
            .and_then(|all| all.into_iter().next());
        let since = newest.map_or_else(|| self.source.folder.with_file_name("secrets"), |(_, path)| path);
        let age = || std::fs::metadata(since).ok()?.modified().ok()?.elapsed().ok();
        let age = age();
        age.map_or(interval, |age| interval.saturating_sub(age))
    }

    /// Says why something is not to be gone on with.
    pub(crate) fn goes_on(&self) -> Result<(), SnapshotError> {
        // Somebody who is erased meanwhile is looked for afterwards.
        if self.stops() {
            return Err(SnapshotError::Stopped);
        }
        if self.room.is_scarce() {
            return Err(SnapshotError::DiskFull);
        }
        Ok(())
    }

    fn make(&self) -> Result<(), SnapshotError> {
        let path = self.source.snapshot(&mut || self.goes_on())?;
        tracing::info!(snapshot.path = %path.display(), "made a snapshot");
        if let Some(beyond) = &self.beyond {
            let shelved = beyond.shelve(&path, false, &mut || self.goes_on().is_ok());
            if let Err(error) = shelved {
                tracing::warn!(error = %chain(&*error), "other processes do not find the snapshot");
            }
        }
        if let Some(through) = self.source.prune(&path, self.config.keep)?
            && self.config.forget
        {
            self.writer.tell(Job::Chore(Chore::Forget(through)));
        }
        Ok(())
    }
}
