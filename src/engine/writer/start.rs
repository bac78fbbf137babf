//! Starting an engine over an opened folder: the writer's thread, those beside it, and the handle to them.

use std::{
    sync::{Arc, mpsc as blocking},
    thread::JoinHandle,
    time::Duration,
};

use tokio::sync::{mpsc, watch};

use crate::{
    domain::time::Timestamp,
    engine::{
        erasing::{cleared, ledger::Ledger},
        error::Error as WriteError,
        folder::open::{EngineConfig, Opened, StartError},
        identity::memory::Memory,
        queries::answer::Query,
        standby::Held,
        state::batch::Rules,
        step::Standing,
        writer::{
            beside::{Aside, Beside, Seen},
            handle::{Handle, HealthCell, Job, Nudge},
            population::Population,
            room::Room,
            upkeep::Upkeep,
            worker::{Visible, Worker},
        },
    },
    journal::Journal,
    store::{ErasureRecord, FolderLock, Store},
    telemetry::EngineMetrics,
};

/// A running engine.
#[derive(Debug)]
pub struct Engine {
    /// How edges reach it.
    pub handle: Handle,
    writer: JoinHandle<Result<(), WriteError>>,
    asides: Vec<Aside>,
    /// What is left of it when it stops.
    pub(crate) held: Held,
}

impl Opened {
    /// Starts the writer.
    ///
    /// # Errors
    /// When the thread cannot be made.
    pub fn start(
        self,
        config: &EngineConfig,
        mut rules: Rules,
        metrics: EngineMetrics,
        clock: fn() -> Timestamp,
    ) -> Result<Engine, StartError> {
        let (source, beyond) = (self.source(), self.beyond.clone());
        let (ledger, missing) = owed(config, &self.view.store)?;
        let held = self.held();
        let (view, journal, secrets, lock) = (self.view, self.journal, self.secrets, self.lock);
        let (store, mut standing, keyring) = (view.store, view.standing, Arc::clone(secrets.keyring()));
        standing.renewing = rules.adopt(view.noted);
        rules.resolve(&mut standing)?;
        let rules = Arc::new(rules);
        let (jobs, waiting) = mpsc::channel(config.queue_jobs_max);
        let (visible, seen) = visible(journal.as_ref(), &standing);
        let room = Arc::new(Room::of(&config.dir, config.room, &metrics));
        let population = Arc::new(Population::of(&store, &metrics)?);
        let beside = Beside {
            config,
            lock: &lock,
            room: &room,
            population: &population,
            writer: Nudge::to(&jobs, &metrics),
            metrics: &metrics,
            clock,
            block_faces_max: rules.identity.similarity.block_faces_max,
        };
        let query = Query::new(
            store.clone(),
            Arc::clone(&keyring),
            Arc::clone(&rules),
            Arc::from(journal.reader()),
            seen.applied.clone(),
        );
        let (expunging, stop) = blocking::channel();
        let snapshots = beside.snapshots((source, beyond), (query.clone(), Arc::clone(&secrets)), stop);
        let (known, ranking, mut asides) = beside.start(snapshots, &expunging)?;
        let deciding = beside.deciding(&query, &mut asides)?;
        let health = Arc::new(HealthCell::default());
        let handle = beside.handle(jobs, seen, &health, (secrets, query));
        let worker = Worker {
            memory: Memory::default(),
            failing: handle.query.failing().clone(),
            deciding,
            known,
            ledger,
            remembered: Arc::clone(handle.query.remembered()),
            expunging,
            ranking,
            standing,
            store,
            journal,
            keyring,
            upkeep: Upkeep::new(rules.retention.certain_since(clock()).is_some()),
            rules,
            owed: None,
            under_way: None,
            jobs: waiting,
            held: None,
            stepped: Duration::ZERO,
            visible,
            health,
            room,
            population,
            metrics,
            config: config.worker,
            clock,
        };
        let writer = worker.start(config, lock, missing)?;
        Ok(Engine {
            handle,
            writer,
            asides,
            held,
        })
    }
}

/// The ledger, and the erasures that are to be carried out again.
fn owed(config: &EngineConfig, store: &Store) -> Result<(Ledger, Vec<ErasureRecord>), StartError> {
    let ledger = Ledger::in_folder(&config.dir);
    cleared::mark_if_behind(&config.dir, store)?;
    let missing = ledger.missing_in(store)?;
    Ok((ledger, missing))
}

fn visible(journal: &dyn Journal, standing: &Standing) -> (Visible, Seen) {
    let (applied, is_applied) = watch::channel(journal.last());
    let (consumed, is_consumed) = watch::channel(standing.input.clone());
    let (working, is_working) = watch::channel(false);
    let visible = Visible {
        applied,
        consumed,
        working,
    };
    let seen = Seen {
        applied: is_applied,
        consumed: is_consumed,
        working: is_working,
    };
    (visible, seen)
}

impl Worker {
    /// The writer's thread, which holds the folder; first the erasures are carried out again that are `missing`.
    fn start(
        mut self,
        config: &EngineConfig,
        lock: Arc<FolderLock>,
        missing: Vec<ErasureRecord>,
    ) -> Result<JoinHandle<Result<(), WriteError>>, StartError> {
        let erased = self.erase_again(missing);
        erased.map_err(|error| StartError::EraseAgain(Box::new(error)))?;
        spawn("yekta-writer", config, move || {
            let _lock = lock;
            self.run()
        })
    }
}

/// A thread of the engine's.
pub(crate) fn spawn<T: Send + 'static>(
    name: &str,
    config: &EngineConfig,
    run: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, StartError> {
    let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(run);
    spawned.map_err(|source| StartError::Io {
        attempt: "start a thread for",
        path: config.dir.clone(),
        source,
    })
}

/// What a thread ended with.
pub(crate) fn joined<T>(thread: JoinHandle<T>) -> T {
    thread
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl Engine {
    /// Commits what waits, flushes the store and stops. Blocks.
    ///
    /// # Errors
    /// What stopped the writer, if it had failed.
    pub fn stop(self) -> Result<(), WriteError> {
        // A writer that stopped by itself has closed the queue: then there is nobody to tell.
        self.handle.jobs.blocking_send(Job::Stop).ok();
        let asides = self.asides.into_iter().map(|Aside { stop, thread }| {
            drop(stop);
            thread
        });
        let asides: Vec<_> = asides.collect();
        let written = joined(self.writer);
        asides.into_iter().for_each(joined);
        written
    }

    /// Whether the writer's thread has ended.
    pub fn has_ended(&self) -> bool {
        self.writer.is_finished()
    }
}
