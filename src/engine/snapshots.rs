//! Snapshots of a running engine: made now and then beside the writer, so that the journal may forget what they hold.
//! Looking at each value on the way is also how damage is found that nobody else meets.
//!
//! Owns when one is made and up to where the journal is let go of: what the second-newest holds, so that one of two may be
//! damaged. Never holds the writer up: it works half of the time and rests the other half.

use std::{
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    },
    time::{Duration, Instant},
};

use crate::{
    engine::{
        error::chain,
        handle::{Job, Nudge},
        room::Room,
        snapshot::{SnapshotError, Source},
    },
    journal::Position,
    store::{self, snapshot},
    telemetry::EngineMetrics,
};

/// How long to wait after one that failed.
const RETRY: Duration = Duration::from_secs(60);

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
    fn prune(&self, newest: &Path, keep: usize) -> Result<Option<Position>, store::Error> {
        let all = snapshot::list(&self.folder)?;
        // What is ahead of it is of a journal that is gone, and nothing may be forgotten for it.
        let mut own = all.into_iter().skip_while(|(_, path)| path != newest).skip(1);
        let second = loop {
            let Some((_, path)) = own.next() else {
                return Ok(None);
            };
            match snapshot::read(&path, &mut |_, _| Ok(())) {
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

/// The thread that makes them.
pub(crate) struct Snapshots {
    pub(crate) source: Source,
    pub(crate) interval: Duration,
    pub(crate) keep: usize,
    pub(crate) forget: bool,
    /// It must not take the room that events need.
    pub(crate) room: Arc<Room>,
    pub(crate) writer: Nudge,
    pub(crate) metrics: EngineMetrics,
    /// Closed when the engine stops.
    pub(crate) stop: Receiver<()>,
}

impl Snapshots {
    /// Makes snapshots until the engine stops. One that fails is told of and tried again.
    pub(crate) fn run(self) {
        let mut wait = self.first_wait();
        while self.stop.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            let begun = Instant::now();
            wait = match self.make() {
                Ok(()) => {
                    self.metrics.snapshot(begun.elapsed());
                    self.interval
                }
                Err(SnapshotError::Stopped) => return,
                Err(error) => {
                    snapshot::clear(&self.source.folder).ok();
                    // It looks after the store, which may be damaged; it may have nothing else to do.
                    self.writer.tell(Job::Wake);
                    self.metrics.snapshot_failed();
                    tracing::error!(error = %chain(&error), "no snapshot was made");
                    self.interval.min(RETRY)
                }
            };
        }
    }

    /// How long until the first: as if the service had gone on since the newest was made, or the folder.
    fn first_wait(&self) -> Duration {
        let newest = snapshot::list(&self.source.folder)
            .ok()
            .and_then(|all| all.into_iter().next());
        let since = newest.map_or_else(|| self.source.folder.with_file_name("secrets"), |(_, path)| path);
        let age = || std::fs::metadata(since).ok()?.modified().ok()?.elapsed().ok();
        let age = age();
        age.map_or(self.interval, |age| self.interval.saturating_sub(age))
    }

    fn make(&self) -> Result<(), SnapshotError> {
        let mut goes_on = || {
            if self.stop.try_recv() == Err(TryRecvError::Disconnected) {
                return Err(SnapshotError::Stopped);
            }
            if self.room.is_scarce() {
                return Err(SnapshotError::DiskFull);
            }
            Ok(())
        };
        let path = self.source.snapshot(&mut goes_on)?;
        tracing::info!(snapshot.path = %path.display(), "made a snapshot");
        if let Some(through) = self.source.prune(&path, self.keep)?
            && self.forget
        {
            self.writer.tell(Job::Forget(through));
        }
        Ok(())
    }
}
