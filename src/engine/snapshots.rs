//! Snapshots of a running engine: made now and then beside the writer, so that the journal may forget what they hold. Each
//! value is looked at on the way: it is also how damage is found that nobody else meets.
//!
//! Owns when one is made, how it becomes the state after one commit although the writer goes on, and up to where the
//! journal is let go of: what the second-newest holds, so that one of two may be damaged. Never holds the writer up: it
//! works half of the time and rests the other half.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    },
    time::{Duration, Instant},
};

use tokio::sync::mpsc::{Sender, WeakSender};

use crate::{
    engine::{error::chain, handle::Job, open::Opened},
    journal::{self, Position, ReadJournal},
    store::{
        self, Applied, Order, Store, View, codec,
        snapshot::{self, Draft},
    },
    telemetry::EngineMetrics,
};

/// Keys that are read at a time, before the writer gets a rest from it.
const KEYS_AT_ONCE: usize = 512;
/// Bytes of commits that are read at a time, about.
const COMMITS_BYTES: usize = 4 << 20;
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

/// Why a snapshot was not made.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The store cannot be read, or the file not written.
    #[error("make a snapshot")]
    Store(#[from] store::Error),
    /// The commits that came meanwhile cannot be read.
    #[error("make a snapshot: read the commits that came meanwhile")]
    Journal(#[from] journal::Error),
    /// The service stops.
    #[error("make a snapshot: the service stops")]
    Stopped,
}

/// What is needed to make one.
pub(crate) struct Source {
    pub(crate) store: Store,
    pub(crate) reader: Arc<dyn ReadJournal>,
    /// Which journal that is.
    pub(crate) journal: String,
    /// What tells other secrets from those of the store.
    pub(crate) secrets: [u8; 16],
    /// Where snapshots lie.
    pub(crate) folder: PathBuf,
}

impl Opened {
    /// Makes a snapshot of the folder as it is.
    ///
    /// # Errors
    /// [`SnapshotError`].
    pub fn snapshot(&self) -> Result<PathBuf, SnapshotError> {
        self.source().snapshot(&mut || true)
    }

    /// What snapshots of it are made of.
    pub(crate) fn source(&self) -> Source {
        Source {
            store: self.store.clone(),
            reader: Arc::from(self.journal.reader()),
            journal: self.journal.identity(),
            secrets: self.keyring.check(),
            folder: self.places.snapshots.clone(),
        }
    }
}

impl Source {
    /// Makes a snapshot while the writer may go on, unless `goes_on` says no in between.
    ///
    /// A commit's changes are images of keys as they are after it. What is read of the store lacks none of the commits up
    /// to `from` and has nothing of those behind `to`; with the changes of those in between it is the state after `to`.
    pub(crate) fn snapshot(&self, goes_on: &mut dyn FnMut() -> bool) -> Result<PathBuf, SnapshotError> {
        let mut draft = Draft::begin(&self.folder)?;
        let from = self.store.applied()?;
        let mut next = Some(Vec::new());
        while let Some(key) = next {
            let begun = Instant::now();
            next = self.part(&key, &mut draft)?;
            if !goes_on() {
                return Err(SnapshotError::Stopped);
            }
            std::thread::sleep(begun.elapsed());
        }
        let to = self.store.applied()?;
        let applied = self.meanwhile(from, Position(to.position), &mut draft)?;
        if !goes_on() {
            return Err(SnapshotError::Stopped);
        }
        Ok(draft.finish(applied, self.journal.clone(), self.secrets)?)
    }

    /// Adds the keys from `from` on, as far as one part goes; where the next begins.
    fn part(&self, from: &[u8], draft: &mut Draft) -> Result<Option<Vec<u8>>, store::Error> {
        let (mut read, mut next) = (0, None);
        self.store.scan(from, &[], Order::Ascending, &mut |key, value| {
            if read == KEYS_AT_ONCE {
                next = Some(key.to_vec());
                return Ok(ControlFlow::Break(()));
            }
            read += 1;
            self.sound(value)?;
            draft.add(key, Some(value))?;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(next)
    }

    /// Checks a value: what is damaged must not get into a snapshot, and the store that holds it is built again.
    fn sound(&self, value: &[u8]) -> Result<(), store::Error> {
        codec::check(value).map_err(|error| {
            let error = error.into();
            self.store.refused(&error);
            error
        })
    }

    /// Adds what the commits behind `from` changed up to `to`, and says where that leads.
    fn meanwhile(&self, from: Applied, to: Position, draft: &mut Draft) -> Result<Applied, SnapshotError> {
        let mut applied = from;
        while applied.position < to.0 {
            for (position, commit) in self
                .reader
                .read_after(Position(applied.position), COMMITS_BYTES)?
            {
                if position > to {
                    return Ok(applied);
                }
                for change in &commit.changes {
                    draft.add(&change.key, change.value.as_deref())?;
                }
                applied = Applied {
                    position: position.0,
                    batch: commit.marker.batch,
                    fingerprint: commit.marker.fingerprint,
                };
            }
        }
        Ok(applied)
    }

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
                    let aside = path.with_extension("damaged");
                    std::fs::rename(&path, aside).map_err(failed("rename", &path))?;
                }
                Err(error) => return Err(error),
            }
        };
        for (_, path) in own.skip(keep.saturating_sub(2)) {
            std::fs::remove_file(&path).map_err(failed("remove", &path))?;
        }
        Ok(Some(Position(second)))
    }
}

fn failed(attempt: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> store::Error {
    let path = path.to_owned();
    move |source| store::Error::Io {
        attempt,
        path,
        source,
    }
}

/// The thread that makes them.
pub(crate) struct Snapshots {
    pub(crate) source: Source,
    pub(crate) interval: Duration,
    pub(crate) keep: usize,
    pub(crate) forget: bool,
    /// To the writer, which does not wait for this thread to end.
    pub(crate) jobs: WeakSender<Job>,
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
                    self.wake();
                    self.metrics.snapshot_failed();
                    tracing::error!(error = %chain(&error), "no snapshot was made");
                    self.interval.min(RETRY)
                }
            };
        }
    }

    /// Has the writer look after the store, which may be damaged; it may have nothing else to do.
    fn wake(&self) {
        if let Some(jobs) = self.jobs.upgrade() {
            self.send(&jobs, Job::Wake);
        }
    }

    fn send(&self, jobs: &Sender<Job>, job: Job) {
        // Where the writer has stopped there is nobody to tell.
        if jobs.blocking_send(job).is_ok() {
            self.metrics.queue_pushed();
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
        let mut goes_on = || self.stop.try_recv() != Err(TryRecvError::Disconnected);
        let path = self.source.snapshot(&mut goes_on)?;
        tracing::info!(snapshot.path = %path.display(), "made a snapshot");
        if let Some(through) = self.source.prune(&path, self.keep)?
            && self.forget
            && let Some(jobs) = self.jobs.upgrade()
        {
            self.send(&jobs, Job::Forget(through));
        }
        Ok(())
    }
}
