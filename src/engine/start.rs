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
        absent::Reading,
        answer::Query,
        batch::Rules,
        cleared,
        deciding::{Alarm, ToDecide, waiting},
        error::Error as WriteError,
        experience::Watch,
        expunge::Beyond,
        handle::{Handle, HealthCell, Job, Nudge},
        known::Known,
        ledger::Ledger,
        memory::Memory,
        occupied::Occupied,
        open::{EngineConfig, Opened, StartError},
        population::Population,
        room::{Room, RoomWatch},
        secrets::Secrets,
        snapshot::Source,
        snapshots::Snapshots,
        standby::Held,
        step::Standing,
        upkeep::Upkeep,
        value::Ranker,
        worker::{Visible, Worker, WorkerConfig},
    },
    journal::{InputPosition, Journal, Position},
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
        let (source, beyond) = (self.source(), self.beyond.clone());
        let (ledger, missing) = owed(config, &self.view.store)?;
        let held = self.held();
        let (view, journal, secrets, lock) = (self.view, self.journal, self.secrets, self.lock);
        let keyring = Arc::clone(secrets.keyring());
        let (store, mut standing) = (view.store, view.standing);
        standing.renewing = rules.adopt(view.noted);
        let has_retention = rules.retention.certain_since(clock()).is_some();
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
            rules,
            under_way: None,
            jobs: waiting,
            held: None,
            upkeep: Upkeep::new(has_retention),
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

/// The other ends of [`Visible`].
struct Seen {
    applied: watch::Receiver<Position>,
    consumed: watch::Receiver<Option<InputPosition>>,
    working: watch::Receiver<bool>,
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

/// What the threads beside the writer have in common.
struct Beside<'a> {
    config: &'a EngineConfig,
    lock: &'a Arc<FolderLock>,
    room: &'a Arc<Room>,
    population: &'a Arc<Population>,
    writer: Nudge,
    metrics: &'a EngineMetrics,
    clock: fn() -> Timestamp,
    block_faces_max: usize,
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

impl Beside<'_> {
    /// The threads, what the writer will know by them, and how it tells of whoever asks for a ranking.
    fn start(
        &self,
        snapshots: Snapshots,
        expunging: &blocking::Sender<()>,
    ) -> Result<(Known, blocking::Sender<()>, Vec<Aside>), StartError> {
        let (store, query) = (snapshots.source.store.clone(), snapshots.query.clone());
        let WorkerConfig {
            known_bytes_max,
            absent_bytes,
            ..
        } = self.config.worker;
        let (known, reading) = Known::of(known_bytes_max, absent_bytes, self.block_faces_max);
        let writer = self.writer.clone();
        store.on_failure(move || writer.tell(Job::Wake));
        let thread = self.spawn("yekta-snapshots", move || snapshots.run())?;
        let stop = expunging.clone();
        let watches = self.watch(query.clone())?;
        let (ranking, ranks) = self.rank(query)?;
        let asides = vec![
            ranks,
            watches,
            self.watch_room(store.clone())?,
            self.read_keys(reading, store)?,
            Aside { stop, thread },
        ];
        Ok((known, ranking, asides))
    }

    /// What makes snapshots, and clears files of who was erased.
    fn snapshots(
        &self,
        (source, beyond): (Source, Option<Arc<dyn Beyond>>),
        (query, secrets): (Query, Arc<Secrets>),
        stop: blocking::Receiver<()>,
    ) -> Snapshots {
        Snapshots {
            secrets,
            source,
            config: self.config.snapshots,
            dir: self.config.dir.clone(),
            beyond,
            query,
            clock: self.clock,
            room: Arc::clone(self.room),
            writer: self.writer.clone(),
            metrics: self.metrics.clone(),
            stop,
        }
    }

    /// What is left to be decided, and the thread that wakes the writer when something is due.
    fn deciding(&self, query: &Query, asides: &mut Vec<Aside>) -> Result<ToDecide, StartError> {
        let (alarm, due) = blocking::channel();
        let (stop, stopped) = blocking::channel();
        let book = query.rules().decide.book.current();
        let deciding = ToDecide::of(query.store(), book, query.keyring(), alarm)?;
        self.metrics.decided().waiting(waiting(query.store())?);
        let alarm = Alarm {
            due,
            writer: self.writer.clone(),
            clock: self.clock,
        };
        let thread = self.spawn("yekta-alarm", move || {
            // It ends with the writer, which sets it.
            let _stopped = stopped;
            alarm.run();
        })?;
        asides.push(Aside { stop, thread });
        Ok(deciding)
    }

    /// The thread that ranks customers by what they are worth, and how it is told that somebody asked.
    fn rank(&self, query: Query) -> Result<(blocking::Sender<()>, Aside), StartError> {
        let (stop, stopped) = blocking::channel();
        let ranker = Ranker {
            policy: query.rules().decide.value.clone(),
            query,
            writer: self.writer.clone(),
            room: Arc::clone(self.room),
            clock: self.clock,
            stop: stopped,
        };
        let thread = self.spawn("yekta-ranking", move || ranker.run())?;
        Ok((stop.clone(), Aside { stop, thread }))
    }

    /// The thread that looks what many customers show.
    fn watch(&self, query: Query) -> Result<Aside, StartError> {
        let (stop, stopped) = blocking::channel();
        let watch = Watch {
            every_us: query.rules().decide.insight_every_us,
            query,
            writer: self.writer.clone(),
            room: Arc::clone(self.room),
            clock: self.clock,
            stop: stopped,
        };
        let thread = self.spawn("yekta-insight", move || watch.run())?;
        Ok(Aside { stop, thread })
    }

    /// How edges reach the writer.
    fn handle(
        &self,
        jobs: mpsc::Sender<Job>,
        seen: Seen,
        health: &Arc<HealthCell>,
        (secrets, query): (Arc<Secrets>, Query),
    ) -> Handle {
        Handle {
            jobs,
            applied: seen.applied,
            consumed: seen.consumed,
            working: seen.working,
            health: Arc::clone(health),
            is_full: self.room.watch(),
            secrets,
            query,
            limits: self.config.handle,
            metrics: self.metrics.clone(),
        }
    }

    /// The thread that reads which keys there are, and then how many profiles.
    fn read_keys(&self, reading: Reading, store: Store) -> Result<Aside, StartError> {
        let (stop, stopped) = blocking::channel();
        let (writer, population) = (self.writer.clone(), Arc::clone(self.population));
        let thread = self.spawn("yekta-keys", move || {
            reading.run(&store, &stopped);
            population.count(&store, &stopped);
            // It may be the first to meet a broken page: the writer ends with it.
            if store.is_damaged() {
                writer.tell(Job::Wake);
            }
        })?;
        Ok(Aside { stop, thread })
    }

    /// The thread that looks how much of the disk is free, and what the folder takes of it.
    fn watch_room(&self, store: Store) -> Result<Aside, StartError> {
        let (stop, stopped) = blocking::channel();
        let watch = RoomWatch {
            room: Arc::clone(self.room),
            occupied: Occupied::of(&self.config.dir, store, self.metrics),
            writer: self.writer.clone(),
            stop: stopped,
        };
        let thread = self.spawn("yekta-room", move || watch.run())?;
        Ok(Aside { stop, thread })
    }

    /// As long as the thread uses the folder, nobody else opens it.
    fn spawn(&self, name: &str, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StartError> {
        let lock = Arc::clone(self.lock);
        spawn(name, self.config, move || {
            let _lock = lock;
            run();
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
