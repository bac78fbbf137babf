//! A standby: a store that follows the journal which another process writes, and answers questions.
//!
//! Owns the thread that applies what is committed elsewhere, and how a standby becomes the owner: the journal is taken over,
//! the store brought up to its end, and the writer starts over the same store ([`Opened`]). Commands are refused meanwhile.
//! Started by `app` for a process that shares its tenant with others.

mod following;

use std::{
    sync::{Arc, mpsc as blocking},
    thread::JoinHandle,
    time::Duration,
};

use tokio::sync::{mpsc, watch};

use crate::{
    domain::time::Timestamp,
    engine::{
        erasing::{
            cleared::{self, Clearer},
            expunge::Beyond,
            ledger::Ledger,
        },
        error::Error,
        folder::{
            build::{Log, Origin, Places},
            open::{EngineConfig, Folder, Opened, StartError},
            recover::{Recovered, recovered, up_to_date},
            secrets::Secrets,
        },
        queries::answer::Query,
        standby::following::Following,
        state::batch::Rules,
        writer::{
            handle::{Handle, Health, HealthCell},
            room::Room,
            start::{Engine, joined, spawn},
        },
    },
    journal::{FollowedJournal, InputPosition, Position},
    store::{FolderLock, Store},
    telemetry::{ClusterMetrics, EngineMetrics},
};

/// Between two attempts to read a journal that does not answer.
const PAUSE: Duration = Duration::from_millis(100);

/// What is counted of a standby.
#[derive(Clone, Debug)]
pub struct StandbyMetrics {
    /// As of any engine.
    pub engine: EngineMetrics,
    /// How closely it follows.
    pub cluster: ClusterMetrics,
}

/// A folder and its store, whatever this process does with them: it may own its tenant now and stand by later.
#[derive(Clone, Debug)]
pub struct Held {
    pub(crate) places: Places,
    pub(crate) store: Store,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) lock: Arc<FolderLock>,
}

/// A store that follows.
#[derive(Debug)]
pub struct Standby {
    /// How edges reach it: questions are answered, everything else is refused.
    pub handle: Handle,
    following: JoinHandle<Result<Box<dyn FollowedJournal>, Error>>,
    /// Ends with it.
    clearer: JoinHandle<()>,
    stop: blocking::Sender<()>,
    held: Held,
}

/// Why a standby did not become the owner.
#[derive(Debug, thiserror::Error)]
pub enum StandbyError {
    /// It could not follow.
    #[error("follow the journal")]
    Follow(#[source] Error),
    /// It could not take the journal over.
    #[error(transparent)]
    Start(#[from] StartError),
}

impl Held {
    /// Opens the store in `folder` as a view of `journal`, and brings it up to what that held when this began. Blocks until it
    /// is there; then the journal knows of what came meanwhile.
    ///
    /// # Errors
    /// [`StartError`], each saying what to do.
    pub fn open(
        folder: Folder,
        config: &EngineConfig,
        journal: &mut dyn FollowedJournal,
    ) -> Result<Self, StartError> {
        let (dir, secrets, lock) = folder.into_held();
        let places = Places::in_folder(&dir);
        secrets.keep(journal.last() > Position::START)?;
        let view = unless_behind(journal, |log| {
            recovered(Origin {
                places: &places,
                config: config.store,
                journal: log,
                secrets: &secrets,
            })
        })?;
        // A store that is built may take hours: whoever stands by then is not to be as far behind.
        let last = journal.last();
        journal.look_behind(last)?;
        Ok(Self {
            places,
            store: view.store,
            secrets,
            lock: Arc::new(lock),
        })
    }

    /// How edges reach a store that nobody here writes.
    fn handle(
        &self,
        (applied, consumed): (watch::Receiver<Position>, watch::Receiver<Option<InputPosition>>),
        (query, room): (Query, &Room),
        config: &EngineConfig,
        metrics: &EngineMetrics,
    ) -> Handle {
        Handle {
            // Nobody takes from it.
            jobs: mpsc::channel(1).0,
            applied,
            consumed,
            working: watch::channel(false).1,
            health: Arc::new(HealthCell::of(Health::Standby)),
            is_full: room.watch(),
            secrets: Arc::clone(&self.secrets),
            query,
            limits: config.handle,
            metrics: metrics.clone(),
        }
    }

    /// Brings the store up to the end of `log`.
    fn recovered(&self, config: &EngineConfig, log: &Log) -> Result<Recovered, StartError> {
        let origin = Origin {
            places: &self.places,
            config: config.store,
            journal: log,
            secrets: &self.secrets,
        };
        up_to_date(&self.store, origin, false)?;
        Ok(Recovered::of(self.store.clone(), log.epoch)?)
    }
}

impl Standby {
    /// Follows `journal` from now on, with a store that is a view of it. Blocks until the store is where that is.
    ///
    /// # Errors
    /// [`StartError`], each saying what to do.
    pub fn start(
        (held, mut journal): (Held, Box<dyn FollowedJournal>),
        config: &EngineConfig,
        mut rules: Rules,
        metrics: StandbyMetrics,
        clock: fn() -> Timestamp,
    ) -> Result<Self, StartError> {
        let Recovered {
            store,
            standing,
            noted,
        } = unless_behind(journal.as_mut(), |log| held.recovered(config, log))?;
        rules.part.may_follow(&standing)?;
        // What was kept by other rules is read as it was kept; the next owner makes it anew.
        rules.adopt(noted);
        let ledger = Ledger::in_folder(&config.dir);
        cleared::mark_if_behind(&config.dir, &store)?;
        // What it has more than the store is the next owner's to carry out again.
        ledger.missing_in(&store)?;
        let room = Arc::new(Room::of(&config.dir, config.room, &metrics.engine));
        let (applied, is_applied) = watch::channel(Position(store.applied()?.position));
        let (consumed, is_consumed) = watch::channel(standing.input);
        let query = Query::new(
            store.clone(),
            Arc::clone(held.secrets.keyring()),
            Arc::new(rules),
            Arc::from(journal.reader()),
            is_applied.clone(),
        );
        let remembered = Arc::clone(query.remembered());
        let handle = held.handle((is_applied, is_consumed), (query, &room), config, &metrics.engine);
        let (stop, stopped) = blocking::channel();
        let (clearing, told) = blocking::channel();
        let clearer = Clearer {
            dir: config.dir.clone(),
            source: held.source(Log::followed(journal.as_ref())),
            room: Arc::clone(&room),
            told,
        };
        let following = Following {
            dir: config.dir.clone(),
            clearing,
            reader: journal.reader(),
            store,
            journal,
            ledger,
            remembered,
            applied,
            consumed,
            health: Arc::clone(&handle.health),
            room,
            metrics,
            clock,
            flush_interval: config.worker.flush_interval,
            stop: stopped,
        };
        let locks = [(); 2].map(|()| Arc::clone(&held.lock));
        let [lock, also] = locks;
        Ok(Self {
            handle,
            clearer: spawn("yekta-clear", config, move || {
                let _lock = also;
                clearer.run();
            })?,
            following: spawn("yekta-standby", config, move || {
                let _lock = lock;
                following.run()
            })?,
            stop,
            held,
        })
    }

    /// Takes the journal over, and brings the store up to its end: the folder is opened for a writer then. Blocks, also for a
    /// journal that cannot be read just now, as long as `goes_on` says so.
    ///
    /// # Errors
    /// [`StandbyError`].
    pub fn take_over(
        self,
        config: &EngineConfig,
        beyond: Option<Arc<dyn Beyond>>,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Opened, StandbyError> {
        let held = self.held.clone();
        let journal = self.stop().map_err(StandbyError::Follow)?;
        let journal = journal.take_over().map_err(StartError::from)?;
        let view = loop {
            match held.recovered(config, &Log::own(journal.as_ref())) {
                // The journal is ours already: what it holds is read once it answers again.
                Err(StartError::Journal(error)) if error.is_passing() && goes_on() => {
                    std::thread::sleep(PAUSE)
                }
                recovered => break recovered?,
            }
        };
        Ok(Opened {
            places: held.places,
            view,
            journal,
            secrets: held.secrets,
            lock: held.lock,
            beyond,
        })
    }

    /// Follows no longer; gives the journal back. Blocks.
    ///
    /// # Errors
    /// What it failed with.
    pub fn stop(self) -> Result<Box<dyn FollowedJournal>, Error> {
        drop(self.stop);
        let followed = joined(self.following);
        joined(self.clearer);
        followed
    }
}

/// Brings a store up to a journal that another process writes. One that seems to end before what the store has is looked at
/// again: whoever said so may not have known all that is there.
fn unless_behind<T>(
    journal: &mut dyn FollowedJournal,
    up_to_date: impl Fn(&Log) -> Result<T, StartError>,
) -> Result<T, StartError> {
    match up_to_date(&Log::followed(journal)) {
        Err(StartError::JournalLost { store, .. }) => {
            journal.look_behind(store)?;
            up_to_date(&Log::followed(journal))
        }
        done => done,
    }
}

impl Opened {
    /// What is left when the writer stops.
    pub(crate) fn held(&self) -> Held {
        Held {
            places: self.places.clone(),
            store: self.view.store.clone(),
            secrets: Arc::clone(&self.secrets),
            lock: Arc::clone(&self.lock),
        }
    }
}

impl Engine {
    /// Stops, and lets go of everything but the folder and the store: another process owns the tenant. Blocks.
    ///
    /// # Errors
    /// Whatever stopped the writer but that.
    pub fn step_back(self) -> Result<Held, Error> {
        let held = self.held.clone();
        match self.stop() {
            Err(error) if !error.is_fenced() => Err(error),
            _ => Ok(held),
        }
    }
}

#[cfg(test)]
mod tests;
