//! Opening a data folder: lock it, open the journal and the store, and bring the store up to the journal.
//!
//! A store that will not open, or does not fit its journal, is set aside and built again: the journal holds every
//! change that was ever acknowledged.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::sync::{mpsc, watch};

use crate::{
    domain::time::Timestamp,
    engine::{
        answer::Query,
        batch::Rules,
        error::Error as WriteError,
        handle::{Handle, HandleLimits, HealthCell, Job},
        secrets,
        step::Standing,
        worker::{Worker, WorkerConfig},
    },
    journal::{
        self, Journal, Position, ReadJournal,
        file::{FileJournal, FileJournalConfig},
    },
    store::{
        self, Applied, FolderLock, Keyring, LockError, OpenError, Order, Store, StoreConfig, View,
        fingerprint::Multiset, keys, set_aside,
    },
    telemetry::EngineMetrics,
};

/// Bytes of commits that recovery reads at a time, about.
const RECOVER_BYTES: usize = 8 << 20;

/// How an engine is set up.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// The tenant's folder.
    pub dir: PathBuf,
    /// Jobs that wait for the writer at most.
    pub queue_jobs_max: usize,
    /// What callers may ask of the queue.
    pub handle: HandleLimits,
    /// What the writer goes by.
    pub worker: WorkerConfig,
    /// The journal.
    pub journal: FileJournalConfig,
    /// The store.
    pub store: StoreConfig,
}

/// Why a data folder cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another process has it.
    #[error(transparent)]
    Locked(#[from] LockError),
    /// The file system failed.
    #[error("{attempt} {}", path.display())]
    Io {
        /// What was being done.
        attempt: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file of secrets is there and is none.
    #[error("read the secrets in {}: expected two keys of 64 hexadecimal digits; without them nothing in the folder can be found", path.display())]
    Secrets {
        /// The file.
        path: PathBuf,
    },
    /// The journal cannot be opened or read.
    #[error("open the journal")]
    Journal(#[from] journal::Error),
    /// The store cannot be opened, and building it again is no remedy.
    #[error("open the store")]
    Open(#[from] OpenError),
    /// The store cannot be brought up to the journal.
    #[error("bring the store up to the journal")]
    Store(#[from] store::Error),
    /// The store holds more than the journal: acknowledged commits are missing from it.
    #[error(
        "open the journal: it ends at position {journal}, but the store has seen {store}; restore the journal folder"
    )]
    JournalLost {
        /// Where the journal ends.
        journal: Position,
        /// How far the store was.
        store: Position,
    },
    /// The rebuilt store is not what the journal says it was.
    #[error("rebuild the store: its fingerprint differs from the journal's at position {at}")]
    Diverged {
        /// Where they were compared.
        at: Position,
    },
}

/// A running engine.
#[derive(Debug)]
pub struct Engine {
    /// How edges reach it.
    pub handle: Handle,
    writer: std::thread::JoinHandle<Result<(), WriteError>>,
}

/// An opened data folder.
#[derive(Debug)]
pub struct Opened {
    store: Store,
    standing: Standing,
    journal: FileJournal,
    keyring: Arc<Keyring>,
    lock: FolderLock,
}

impl Opened {
    /// Opens a tenant's folder, which is made if it is missing, and recovers what the journal holds.
    ///
    /// # Errors
    /// [`StartError`], each saying what to do.
    pub fn open(config: &EngineConfig) -> Result<Self, StartError> {
        let dir = &config.dir;
        let failed = |attempt, path: &Path| {
            let path = path.to_owned();
            move |source| StartError::Io {
                attempt,
                path,
                source,
            }
        };
        std::fs::create_dir_all(dir).map_err(failed("make the data folder", dir))?;
        let lock = FolderLock::acquire(dir)?;
        let keyring = Arc::new(secrets::load_or_make(dir)?);
        let opened = FileJournal::open(&dir.join("journal"), config.journal.clone())?;
        if opened.cut_bytes > 0 {
            tracing::warn!(
                journal.cut_bytes = opened.cut_bytes,
                "cut off an unfinished commit that was never acknowledged"
            );
        }
        let journal = opened.journal;
        let (store, standing) = recovered(&dir.join("store"), config.store, &journal)?;
        Ok(Self {
            store,
            standing,
            journal,
            keyring,
            lock,
        })
    }

    /// Answers questions without a writer, for offline commands.
    pub fn query(&self, rules: Arc<Rules>) -> Query {
        let (_, applied) = watch::channel(self.journal.last());
        let journal: Arc<dyn ReadJournal> = Arc::from(self.journal.reader());
        Query::new(
            self.store.clone(),
            Arc::clone(&self.keyring),
            rules,
            journal,
            applied,
        )
    }

    /// Starts the writer.
    ///
    /// # Errors
    /// When the thread cannot be made.
    pub fn start(
        self,
        config: &EngineConfig,
        rules: Rules,
        metrics: EngineMetrics,
        clock: fn() -> Timestamp,
    ) -> Result<Engine, StartError> {
        let Self {
            store,
            standing,
            journal,
            keyring,
            lock,
        } = self;
        let rules = Arc::new(rules);
        let (jobs, waiting) = mpsc::channel(config.queue_jobs_max);
        let (applied, visible) = watch::channel(journal.last());
        let reader: Arc<dyn ReadJournal> = Arc::from(journal.reader());
        let query = Query::new(
            store.clone(),
            Arc::clone(&keyring),
            Arc::clone(&rules),
            reader,
            visible.clone(),
        );
        let health = Arc::new(HealthCell::default());
        let handle = Handle {
            jobs,
            applied: visible,
            health: Arc::clone(&health),
            keyring: Arc::clone(&keyring),
            query,
            limits: config.handle,
            metrics: metrics.clone(),
        };
        let worker = Worker {
            standing,
            store,
            journal: Box::new(journal),
            keyring,
            rules,
            jobs: waiting,
            applied,
            health,
            metrics,
            config: config.worker,
            clock,
        };
        let run = move || {
            let _lock = lock;
            worker.run()
        };
        let spawned = std::thread::Builder::new()
            .name("yekta-writer".to_owned())
            .spawn(run);
        let writer = spawned.map_err(|source| StartError::Io {
            attempt: "start the writer's thread for",
            path: config.dir.clone(),
            source,
        })?;
        Ok(Engine { handle, writer })
    }
}

impl Engine {
    /// Commits what waits, flushes the store and stops. Blocks.
    ///
    /// # Errors
    /// What stopped the writer, if it had failed.
    pub fn stop(self) -> Result<(), WriteError> {
        // A writer that stopped by itself has closed the queue: then there is nobody to tell.
        self.handle.jobs.blocking_send(Job::Stop).ok();
        self.writer
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Whether the writer's thread has ended.
    pub fn has_ended(&self) -> bool {
        self.writer.is_finished()
    }
}

/// The store at `dir`, up to the journal, and where the writer goes on. A damaged one is set aside and built again, also
/// when the damage shows only while the journal is applied.
fn recovered(
    dir: &Path,
    config: StoreConfig,
    journal: &FileJournal,
) -> Result<(Store, Standing), StartError> {
    let up_to_date = |store: Store| {
        recover(&store, journal)?;
        let standing = standing(&store)?;
        Ok((store, standing))
    };
    let damage = match Store::open(dir, config) {
        Ok(store) => match up_to_date(store) {
            Err(StartError::Store(error)) if error.is_damage() => error.to_string(),
            done => return done,
        },
        Err(error @ OpenError::Corrupt { .. }) => error.to_string(),
        Err(other) => return Err(other.into()),
    };
    let aside = set_aside(dir)?;
    tracing::warn!(error = damage, store.aside = %aside.display(), "set the store aside, building it again from the journal");
    up_to_date(Store::open(dir, config)?)
}

/// Applies what the journal holds behind the store's position.
fn recover(store: &Store, journal: &FileJournal) -> Result<(), StartError> {
    let from = Position(store.applied()?.position);
    if from > journal.last() {
        return Err(StartError::JournalLost {
            journal: journal.last(),
            store: from,
        });
    }
    let reader = journal.reader();
    let (mut at, mut commits) = (from, 0_u64);
    while at < journal.last() {
        for (position, commit) in reader.read_after(at, RECOVER_BYTES)? {
            let marker = &commit.marker;
            let applied = Applied {
                position: position.0,
                batch: marker.batch,
                fingerprint: marker.fingerprint,
            };
            store.apply(
                applied,
                commit
                    .changes
                    .iter()
                    .map(|one| (one.key.as_slice(), one.value.as_deref())),
            )?;
            at = position;
            commits = commits.saturating_add(1);
        }
    }
    if commits > 0 {
        store.flush()?;
        tracing::info!(
            recovered.commits = commits,
            journal.position = at.0,
            "applied what the journal held"
        );
    }
    if from == Position::START
        && commits > 0
        && sum(store)? != Multiset::from_bytes(store.applied()?.fingerprint)
    {
        return Err(StartError::Diverged { at });
    }
    Ok(())
}

/// The sum of the fingerprints that the profiles' records hold.
fn sum(store: &Store) -> Result<Multiset, store::Error> {
    let mut sum = Multiset::default();
    store.scan_prefix(keys::PROFILES, Order::Ascending, &mut |_, value| {
        let record: store::ProfileRecord = store::codec::decode(value)?;
        sum = sum.with(record.fingerprint);
        Ok(std::ops::ControlFlow::Continue(()))
    })?;
    Ok(sum)
}

fn standing(store: &Store) -> Result<Standing, store::Error> {
    let applied = store.applied()?;
    let mut rejections = 0;
    store.scan_prefix(keys::REJECTIONS, Order::Descending, &mut |key, _| {
        rejections = keys::rejection_sequence(key).unwrap_or_default();
        Ok(std::ops::ControlFlow::Break(()))
    })?;
    Ok(Standing {
        batch: applied.batch,
        fingerprint: Multiset::from_bytes(applied.fingerprint),
        rejections,
    })
}
