//! Opening a data folder: lock it, open the journal and the store, and bring the store up to the journal.
//!
//! A store that will not open, or does not fit its journal, is set aside and built again: snapshots and the journal hold
//! every change that was ever acknowledged.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    cipher::MasterKeys,
    engine::{
        erasing::expunge::Beyond,
        error,
        folder::{
            build::{Log, Origin, Places},
            recover::{Recovered, recovered},
            salvage::{self, salvaged},
            secrets::Secrets,
            snapshots::SnapshotConfig,
        },
        writer::{
            handle::HandleLimits,
            room::{self, RoomConfig},
            worker::WorkerConfig,
        },
    },
    journal::{
        self, Journal, Position,
        file::{FileJournal, FileJournalConfig},
    },
    store::{self, FolderLock, LockError, OpenError, Store, StoreConfig},
};

/// What a journal is called once its commits were moved to another one.
pub(crate) const MIGRATED: &str = "journal.migrated";

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
    /// By which master keys the folder's secrets are wrapped, where what is stored is encrypted.
    pub master: Option<MasterKeys>,
    /// The journal.
    pub journal: FileJournalConfig,
    /// The store.
    pub store: StoreConfig,
    /// When snapshots are made.
    pub snapshots: SnapshotConfig,
    /// How much of the disk has to be free.
    pub room: RoomConfig,
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
    /// The secrets are wrapped, and cannot be unwrapped.
    #[error("read the secrets in {}: {problem}; expected in data.key_file, or in data.key, the key that they were last kept under; nothing was changed", path.display())]
    Wrapped {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: &'static str,
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
        "open the journal: it ends at position {journal}, but the store has seen {store}; restore the journal folder, or the journal stream"
    )]
    JournalLost {
        /// Where the journal ends.
        journal: Position,
        /// How far the store was.
        store: Position,
    },
    /// What is in the folder has its journal somewhere else.
    #[error("open the journal in {}: the folder is that of a service on NATS, start it with --nats-url; if it never was, restore the journal folder", path.display())]
    NoJournal {
        /// The tenant's folder.
        path: PathBuf,
    },
    /// The store is a view of another journal.
    #[error(
        "open the store: it is a view of the journal \"{found}\", not of \"{expected}\"; start with that one, bring it along with yekta migrate, or set the data folder aside"
    )]
    AnotherJournal {
        /// Whose view it is.
        found: String,
        /// Whose it was opened for.
        expected: String,
    },
    /// Somebody who was erased came back with an older store and journal, and cannot be erased again.
    #[error("erase again who was erased since the folder was copied")]
    EraseAgain(#[source] Box<error::Error>),
    /// There is no journal in the folder.
    #[error("migrate {}: expected the journal of a standalone service in it", path.display())]
    NothingToMigrate {
        /// The tenant's folder.
        path: PathBuf,
    },
    /// What is in the folder is found under other secrets.
    #[error(
        "open the folder: the file of secrets is not that which its data was kept under; restore that file, without it nothing can be found"
    )]
    OtherSecrets,
    /// Something is where a folder was to be made.
    #[error("restore into a new folder: {} is there already", path.display())]
    Taken {
        /// What is there.
        path: PathBuf,
    },
    /// The journal to move to holds something else.
    #[error(
        "migrate to the journal \"{identity}\": it holds commits already, of another folder or of a migration that was interrupted; remove it to begin again"
    )]
    JournalTaken {
        /// Which journal.
        identity: String,
    },
    /// Customers are in more partitions already.
    #[error(
        "route events to {wanted} partitions: expected {known} or more, which have the customers already; set cluster.partitions to that"
    )]
    FewerPartitions {
        /// What is configured.
        wanted: u32,
        /// How many there are.
        known: u32,
    },
    /// Who is routed to partitions cannot be had here as well.
    #[error(
        "start an engine that has customers: expected a journal of its own, but this one routes events to {known} partitions, which have the customers; set cluster.partitions to {known}"
    )]
    Routes {
        /// How many partitions there are.
        known: u32,
    },
    /// By other rules more is connected than customers are kept together by.
    #[error(
        "route events by other rules: expected that {kinds} join no more than before, as customers are in partitions by what joined until now; set their rules back, only a tenant that has no events yet can have these"
    )]
    JoinsMore {
        /// Which kinds join by more of their values.
        kinds: String,
    },
    /// The rebuilt store is not what the journal says it was.
    #[error("rebuild the store: its fingerprint differs from the journal's at position {at}")]
    Diverged {
        /// Where they were compared.
        at: Position,
    },
}

impl StartError {
    /// For `map_err`: what was attempted with `path` when the system refused.
    pub(crate) fn io(attempt: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io {
            attempt,
            path,
            source,
        }
    }
}

/// An opened data folder.
#[derive(Debug)]
pub struct Opened {
    pub(crate) places: Places,
    pub(crate) view: Recovered,
    pub(crate) journal: Box<dyn Journal>,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) lock: Arc<FolderLock>,
    pub(crate) beyond: Option<Arc<dyn Beyond>>,
}

/// A tenant's folder that this process holds: nobody else opens it meanwhile.
#[derive(Debug)]
pub struct Folder {
    dir: PathBuf,
    secrets: Arc<Secrets>,
    lock: FolderLock,
}

impl Folder {
    /// Takes the folder, which is made if it is missing. Where the disk is full the ballast goes. A store that was rewritten
    /// gets its name, so that whoever looks behind this finds it there.
    ///
    /// # Errors
    /// [`StartError::Locked`] when another process has it, [`StartError::Wrapped`] when its secrets need another master key,
    /// [`StartError::Io`], [`StartError::Store`].
    pub fn hold(dir: &Path, master: Option<&MasterKeys>) -> Result<Self, StartError> {
        std::fs::create_dir_all(dir).map_err(StartError::io("make the data folder", dir))?;
        let lock = FolderLock::acquire(dir)?;
        room::give_way(dir).map_err(StartError::io("give the ballast up of", dir))?;
        store::settle(&dir.join("store"))?;
        Ok(Self {
            secrets: Arc::new(Secrets::find(dir, master)?),
            dir: dir.to_owned(),
            lock,
        })
    }

    /// The folder that `config` is of.
    ///
    /// # Errors
    /// As [`Folder::hold`].
    pub fn of(config: &EngineConfig) -> Result<Self, StartError> {
        Self::hold(&config.dir, config.master.as_ref())
    }

    /// The same with the secrets that lie in it now.
    ///
    /// # Errors
    /// As [`Folder::hold`].
    pub(crate) fn with_its_secrets(self, master: Option<&MasterKeys>) -> Result<Self, StartError> {
        let secrets = Arc::new(Secrets::find(&self.dir, master)?);
        Ok(Self { secrets, ..self })
    }

    /// What tells its secrets from others, and says nothing of them.
    pub fn secrets_check(&self) -> [u8; 16] {
        self.secrets.keyring().check()
    }

    /// The keys of what is in it.
    pub(crate) fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// Opens the journal that lies in the folder; in a new folder it is made.
    ///
    /// # Errors
    /// [`StartError::NoJournal`] where there is data whose journal is not here, [`StartError::Journal`].
    pub fn journal(&self, config: FileJournalConfig) -> Result<FileJournal, StartError> {
        let has_data = ["store", "snapshots", MIGRATED]
            .iter()
            .any(|name| self.dir.join(name).exists());
        if !self.has_journal() && has_data {
            let path = self.dir.clone();
            return Err(StartError::NoJournal { path });
        }
        let opened = FileJournal::open_by(&self.dir.join("journal"), config, self.secrets.cipher().clone())?;
        if opened.cut_bytes > 0 {
            tracing::warn!(
                journal.cut_bytes = opened.cut_bytes,
                "cut off an unfinished commit that was never acknowledged"
            );
        }
        Ok(opened.journal)
    }

    /// Whether commits of a standalone service lie here.
    pub fn has_journal(&self) -> bool {
        self.dir.join("journal").exists()
    }

    /// Whether there is a store here whose journal is somewhere else.
    pub(crate) fn is_view_of_a_stream(&self) -> bool {
        !self.has_journal() && self.dir.join("store").exists()
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn into_parts(self) -> (PathBuf, FolderLock) {
        (self.dir, self.lock)
    }

    /// The same with its secrets.
    pub(crate) fn into_held(self) -> (PathBuf, Arc<Secrets>, FolderLock) {
        (self.dir, self.secrets, self.lock)
    }
}

impl Opened {
    /// Opens a standalone tenant's folder, which is made if it is missing, and recovers what its journal holds.
    ///
    /// # Errors
    /// [`StartError`], each saying what to do.
    pub fn open(config: &EngineConfig) -> Result<Self, StartError> {
        match Self::with_its_journal(config) {
            Err(error) if error.is_of_the_journal() && salvaged(config)? => Self::with_its_journal(config),
            opened => opened,
        }
    }

    fn with_its_journal(config: &EngineConfig) -> Result<Self, StartError> {
        let folder = Folder::of(config)?;
        salvage::finish(&folder)?;
        let journal = folder.journal(config.journal.clone())?;
        Self::over(folder, config, Box::new(journal))
    }

    /// Opens the store in `folder` as the view of `journal`, and recovers what that holds.
    ///
    /// # Errors
    /// [`StartError`], each saying what to do.
    pub fn over(
        folder: Folder,
        config: &EngineConfig,
        journal: Box<dyn Journal>,
    ) -> Result<Self, StartError> {
        let places = Places::in_folder(&folder.dir);
        Self::at((folder, places), config, journal, false)
    }

    /// The same with the store at one of these places; with another than is there, where it is to `replace` that.
    pub(crate) fn at(
        (folder, places): (Folder, Places),
        config: &EngineConfig,
        journal: Box<dyn Journal>,
        replace: bool,
    ) -> Result<Self, StartError> {
        let Folder { lock, secrets, .. } = folder;
        secrets.keep(journal.last() > Position::START)?;
        let log = Log::own(journal.as_ref());
        let origin = Origin {
            places: &places,
            config: config.store,
            journal: &log,
            secrets: &secrets,
        };
        let view = match replace {
            true => origin.replaced(store::set_aside)?.view,
            false => recovered(origin)?,
        };
        Ok(Self {
            places,
            view,
            journal,
            secrets,
            lock: Arc::new(lock),
            beyond: None,
        })
    }

    /// The same where something holds data of the tenant beyond its folder: who is erased is to be erased there, too.
    #[must_use]
    pub fn beside(self, beyond: Arc<dyn Beyond>) -> Self {
        Self {
            beyond: Some(beyond),
            ..self
        }
    }

    /// The term of whoever writes from now on; 0 where nobody else could.
    pub fn epoch(&self) -> u64 {
        self.journal.epoch()
    }

    /// The store alone, for who only reads.
    pub(crate) fn into_store(self) -> (Store, Arc<FolderLock>) {
        (self.view.store, self.lock)
    }
}
