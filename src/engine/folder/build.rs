//! Building a store: of the newest snapshot that serves and the journal behind it, or of the journal alone.
//!
//! Owns that a store has its name only once it is whole and has the fingerprint that the journal states, and that the one
//! which was there is not touched before.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use crate::{
    engine::{
        error::chain,
        folder::{
            open::StartError,
            recover::{Recovered, up_to_date},
            secrets::Secrets,
        },
    },
    journal::{self, FollowedJournal, Journal, Position, ReadJournal},
    store::{
        self, Applied, MetaName, OpenError, Store, StoreConfig,
        snapshot::{self, Meter},
    },
    telemetry::Pace,
};

/// Bytes of a snapshot that are applied together, about, and entries: more make sled slower.
const PART_BYTES: usize = 1 << 20;
const PART_ENTRIES: usize = 256;

/// Where a tenant's store and its snapshots lie.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    /// The store.
    pub(crate) store: PathBuf,
    /// Where it is built from a snapshot before it gets its name.
    draft: PathBuf,
    /// The snapshots.
    pub(crate) snapshots: PathBuf,
}

impl Places {
    pub(crate) fn in_folder(dir: &Path) -> Self {
        Self {
            store: dir.join("store"),
            draft: dir.join("store.draft"),
            snapshots: dir.join("snapshots"),
        }
    }

    /// The same, as if no snapshot had ever been made.
    pub(crate) fn without_snapshots(self) -> Self {
        let snapshots = self.draft.join("none");
        Self { snapshots, ..self }
    }
}

/// What a store is built from and belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) places: &'a Places,
    pub(crate) config: StoreConfig,
    pub(crate) journal: &'a Log,
    pub(crate) secrets: &'a Secrets,
}

/// A journal as far as a store is made of it, whoever writes it.
pub(crate) struct Log {
    pub(crate) identity: String,
    /// Where it ends.
    pub(crate) last: Position,
    /// The term of whoever goes on writing it; 0 where that is somebody else.
    pub(crate) epoch: u64,
    pub(crate) reader: Box<dyn ReadJournal>,
}

impl Log {
    /// One that this process writes.
    pub(crate) fn own(journal: &dyn Journal) -> Self {
        Self {
            identity: journal.identity(),
            last: journal.last(),
            epoch: journal.epoch(),
            reader: journal.reader(),
        }
    }

    /// One that another process writes.
    pub(crate) fn followed(journal: &dyn FollowedJournal) -> Self {
        Self {
            identity: journal.identity(),
            last: journal.last(),
            epoch: 0,
            reader: journal.reader(),
        }
    }
}

/// How a store is set aside that another takes the place of.
pub(crate) type Aside = fn(&Path) -> Result<PathBuf, store::Error>;

/// A store that took the place of another.
pub(crate) struct Replaced {
    pub(crate) view: Recovered,
    /// Where the one that was there is now, if there was one.
    pub(crate) aside: Option<PathBuf>,
}

impl Origin<'_> {
    /// The store in this folder.
    pub(crate) fn opened(self, dir: &Path) -> Result<Store, OpenError> {
        Store::open_by(dir, self.config, self.secrets.cipher().clone())
    }

    /// Builds a store and puts it where the one that is there was, which is set `aside`.
    pub(crate) fn replaced(self, aside: Aside) -> Result<Replaced, StartError> {
        let Places {
            store: place, draft, ..
        } = self.places;
        self.built()?;
        let aside = if place.exists() { Some(aside(place)?) } else { None };
        fs::rename(draft, place).map_err(StartError::io("name the store", place))?;
        place
            .parent()
            .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
            .map_err(StartError::io("sync the folder of", place))?;
        let store = self.opened(place)?;
        let view = Recovered::of(store, self.journal.epoch)?;
        Ok(Replaced { view, aside })
    }

    /// Builds a store in the draft's folder.
    fn built(self) -> Result<(), StartError> {
        for (_, path) in snapshot::list(&self.places.snapshots)? {
            match self.build(Some(&path)) {
                Ok(()) => {
                    tracing::info!(snapshot.path = %path.display(), "built the store from a snapshot");
                    return Ok(());
                }
                Err(error) if is_of_the_snapshot(&error) => {
                    tracing::error!(error = %chain(&error), snapshot.path = %path.display(), "a snapshot does not serve");
                }
                Err(error) => return Err(error),
            }
        }
        self.build(None)
    }

    fn build(self, snapshot: Option<&Path>) -> Result<(), StartError> {
        remove(&self.places.draft)?;
        let store = self.opened(&self.places.draft)?;
        if let Some(path) = snapshot {
            self.load(path, &store)?;
        }
        up_to_date(&store, self, true)?;
        Ok(store.flush()?)
    }

    /// Fills an empty store from the snapshot at `path`.
    fn load(self, path: &Path, store: &Store) -> Result<(), StartError> {
        let bytes = fs::metadata(path).map_or(0, |file| file.len());
        tracing::info!(snapshot.bytes = bytes, "loads a snapshot");
        let (mut part, meter, mut pace) = (Part::default(), Meter::default(), Pace::begin());
        let contents = snapshot::read_metered(path, self.secrets.cipher(), &meter, &mut |key, value| {
            part.add(key, value);
            if !part.is_full() {
                return Ok(());
            }
            if pace.is_due() {
                let loaded = meter.bytes();
                tracing::info!(
                    snapshot.bytes = bytes,
                    snapshot.loaded = loaded,
                    "loads a snapshot"
                );
            }
            part.apply(store, Applied::default())
        })?;
        let expected = self.journal.identity.clone();
        if contents.journal != expected {
            let found = contents.journal;
            return Err(StartError::AnotherJournal { found, expected });
        }
        if contents.secrets != self.secrets.keyring().check() {
            return Err(StartError::OtherSecrets);
        }
        part.apply(store, contents.applied)?;
        tracing::info!(
            journal.position = contents.applied.position,
            journal.last = self.journal.last.0,
            "loaded a snapshot"
        );
        Ok(store.meta_put(MetaName::Journal, expected.as_bytes())?)
    }
}

/// Whether an older snapshot may serve where this one did not.
fn is_of_the_snapshot(error: &StartError) -> bool {
    match error {
        StartError::Store(error) => error.is_damage(),
        StartError::Diverged { .. } | StartError::AnotherJournal { .. } => true,
        StartError::Journal(error) => matches!(error, journal::Error::Gone { .. }),
        _ => false,
    }
}

/// Entries that are applied together.
#[derive(Default)]
struct Part {
    entries: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    bytes: usize,
}

impl Part {
    fn add(&mut self, key: &[u8], value: Option<&[u8]>) {
        self.bytes = self
            .bytes
            .saturating_add(key.len())
            .saturating_add(value.map_or(0, <[u8]>::len));
        self.entries.push((key.to_vec(), value.map(<[u8]>::to_vec)));
    }

    fn is_full(&self) -> bool {
        self.bytes >= PART_BYTES || self.entries.len() >= PART_ENTRIES
    }

    fn apply(&mut self, store: &Store, applied: Applied) -> Result<(), store::Error> {
        let Self { entries, .. } = std::mem::take(self);
        let changes = entries
            .iter()
            .map(|(key, value)| (key.as_slice(), value.as_deref()));
        store.apply(applied, changes)
    }
}

pub(crate) fn remove(folder: &Path) -> Result<(), StartError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StartError::io("remove", folder)(error))
        }
        _ => Ok(()),
    }
}
