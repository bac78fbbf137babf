//! Starting an engine over an opened folder: the writer's thread, the thread of the snapshots, and the handle to them.

use std::{
    sync::{Arc, mpsc as blocking},
    thread::JoinHandle,
    time::Duration,
};

use tokio::sync::{mpsc, watch};

use crate::{
    domain::time::Timestamp,
    engine::{
        answer::Query,
        batch::Rules,
        error::Error as WriteError,
        handle::{Handle, HealthCell, Job},
        memory::Memory,
        open::{EngineConfig, Opened, StartError},
        snapshot::Source,
        snapshots::Snapshots,
        upkeep::Upkeep,
        worker::{Visible, Worker},
    },
    journal::ReadJournal,
    store::FolderLock,
    telemetry::EngineMetrics,
};

/// A running engine.
#[derive(Debug)]
pub struct Engine {
    /// How edges reach it.
    pub handle: Handle,
    writer: JoinHandle<Result<(), WriteError>>,
    snapshots: Option<Aside>,
}

/// A thread beside the writer, which ends when its channel closes.
#[derive(Debug)]
struct Aside {
    stop: blocking::Sender<()>,
    thread: JoinHandle<()>,
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
        let source = self.source();
        let Self {
            store,
            mut standing,
            journal,
            keyring,
            lock,
            ..
        } = self;
        standing.renewing = rules.adopt(&store)?;
        let rules = Arc::new(rules);
        let (jobs, waiting) = mpsc::channel(config.queue_jobs_max);
        let (applied, is_applied) = watch::channel(journal.last());
        let (consumed, is_consumed) = watch::channel(standing.input.clone());
        let (working, is_working) = watch::channel(false);
        let reader: Arc<dyn ReadJournal> = Arc::from(journal.reader());
        let lock = Arc::new(lock);
        let jobs_later = jobs.downgrade();
        let snapshots = Aside::start((source, Arc::clone(&lock)), config, jobs_later, &metrics)?;
        let query = Query::new(
            store.clone(),
            Arc::clone(&keyring),
            Arc::clone(&rules),
            reader,
            is_applied.clone(),
        );
        let health = Arc::new(HealthCell::default());
        let handle = Handle {
            jobs,
            applied: is_applied,
            consumed: is_consumed,
            working: is_working,
            health: Arc::clone(&health),
            keyring: Arc::clone(&keyring),
            query,
            limits: config.handle,
            metrics: metrics.clone(),
        };
        let worker = Worker {
            memory: Memory::default(),
            standing,
            store,
            journal,
            keyring,
            rules,
            under_way: None,
            jobs: waiting,
            held: None,
            upkeep: Upkeep::default(),
            stepped: Duration::ZERO,
            visible: Visible {
                applied,
                consumed,
                working,
            },
            health,
            metrics,
            config: config.worker,
            clock,
        };
        let run = move || {
            let _lock = lock;
            worker.run()
        };
        let writer = spawn("yekta-writer", config, run)?;
        Ok(Engine {
            handle,
            writer,
            snapshots,
        })
    }
}

impl Aside {
    /// The thread that makes snapshots, if any are to be made.
    fn start(
        (source, lock): (Source, Arc<FolderLock>),
        config: &EngineConfig,
        jobs: mpsc::WeakSender<Job>,
        metrics: &EngineMetrics,
    ) -> Result<Option<Aside>, StartError> {
        let Some(interval) = config.snapshots.interval else {
            return Ok(None);
        };
        let (stop, stopped) = blocking::channel();
        let snapshots = Snapshots {
            source,
            interval,
            keep: config.snapshots.keep,
            forget: config.snapshots.forget,
            jobs,
            metrics: metrics.clone(),
            stop: stopped,
        };
        let thread = spawn("yekta-snapshots", config, move || {
            // As long as it has the store open, nobody else opens the folder.
            let _lock = lock;
            snapshots.run();
        })?;
        Ok(Some(Aside { stop, thread }))
    }
}

fn spawn<T: Send + 'static>(
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
fn joined<T>(thread: JoinHandle<T>) -> T {
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
        let snapshots = self.snapshots.map(|Aside { stop, thread }| {
            drop(stop);
            thread
        });
        let written = joined(self.writer);
        snapshots.into_iter().for_each(joined);
        written
    }

    /// Whether the writer's thread has ended.
    pub fn has_ended(&self) -> bool {
        self.writer.is_finished()
    }
}
