//! The threads beside the writer, and the handle to it: what is put together once at a start.

use std::{
    sync::{Arc, mpsc as blocking},
    thread::JoinHandle,
};

use tokio::sync::{mpsc, watch};

use crate::{
    domain::time::Timestamp,
    engine::{
        deciding::{Alarm, ToDecide, waiting},
        erasing::expunge::Beyond,
        experience::Watch,
        folder::{
            occupied::Occupied,
            open::{EngineConfig, StartError},
            secrets::Secrets,
            snapshot::Source,
            snapshots::Snapshots,
        },
        queries::answer::Query,
        resolver::pace,
        state::{absent::Reading, known::Known},
        value::Ranker,
        writer::{
            handle::{Handle, HealthCell, Job, Nudge},
            population::Population,
            room::{Room, RoomWatch},
            start::spawn,
            worker::WorkerConfig,
        },
    },
    journal::{InputPosition, Position},
    store::{FolderLock, Store},
    telemetry::EngineMetrics,
};

/// A thread beside the writer, which ends when its channel closes.
#[derive(Debug)]
pub(crate) struct Aside {
    pub(crate) stop: blocking::Sender<()>,
    pub(crate) thread: JoinHandle<()>,
}

/// The other ends of [`Visible`](crate::engine::writer::worker::Visible).
pub(crate) struct Seen {
    pub(crate) applied: watch::Receiver<Position>,
    pub(crate) consumed: watch::Receiver<Option<InputPosition>>,
    pub(crate) working: watch::Receiver<bool>,
}

/// What the threads beside the writer have in common.
pub(crate) struct Beside<'a> {
    pub(crate) config: &'a EngineConfig,
    pub(crate) lock: &'a Arc<FolderLock>,
    pub(crate) room: &'a Arc<Room>,
    pub(crate) population: &'a Arc<Population>,
    pub(crate) writer: Nudge,
    pub(crate) metrics: &'a EngineMetrics,
    pub(crate) clock: fn() -> Timestamp,
    pub(crate) block_faces_max: usize,
}

impl Beside<'_> {
    /// The threads, what the writer will know by them, and how it tells of whoever asks for a ranking.
    pub(crate) fn start(
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
        let paces = self.pace(query.clone())?;
        let (ranking, ranks) = self.rank(query)?;
        let asides = vec![
            ranks,
            watches,
            paces,
            self.watch_room(store.clone())?,
            self.read_keys(reading, store)?,
            Aside { stop, thread },
        ];
        Ok((known, ranking, asides))
    }

    /// What makes snapshots, and clears files of who was erased.
    pub(crate) fn snapshots(
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
    pub(crate) fn deciding(&self, query: &Query, asides: &mut Vec<Aside>) -> Result<ToDecide, StartError> {
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

    /// The thread that wakes a resolver's writer while customers are to go to other partitions; it ends where there is none.
    fn pace(&self, query: Query) -> Result<Aside, StartError> {
        let (stop, stopped) = blocking::channel();
        let writer = self.writer.clone();
        let thread = self.spawn("yekta-spread", move || pace(&query, &writer, &stopped))?;
        Ok(Aside { stop, thread })
    }

    /// How edges reach the writer.
    pub(crate) fn handle(
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
