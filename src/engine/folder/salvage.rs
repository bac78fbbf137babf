//! A standalone journal that is damaged, while the store has all that was in it: it is set aside, and a new one goes on
//! behind the store.
//!
//! Owns when that loses nothing: the store is sound, and at the last commit that can still be read of the journal, with
//! nothing behind that; or one commit further, which is then the one that is damaged. Anything else is for people.

use std::{
    fs::{self, File},
    path::PathBuf,
    sync::Arc,
};

use crate::{
    engine::{
        EngineConfig,
        folder::{
            build::{Places, remove},
            open::{Folder, StartError},
            recover::sum,
            secrets::Secrets,
            snapshot::{SnapshotError, Source},
        },
    },
    journal::{
        Journal, Position,
        file::{FileJournal, remains},
    },
    store::{Applied, Store, fingerprint::Multiset, set_aside},
};

/// What a journal is called until the one before it is set aside.
const NEW: &str = "journal.new";

impl StartError {
    /// Whether the journal lacks or hides what was in it.
    pub(crate) fn is_of_the_journal(&self) -> bool {
        match self {
            Self::Journal(error) => error.is_damage(),
            Self::JournalLost { .. } => true,
            _ => false,
        }
    }
}

/// Gives a folder a new journal behind its store, if the store has all that was in the damaged one. Says whether it did.
///
/// # Errors
/// [`StartError`] where the disk fails.
pub(crate) fn salvaged(config: &EngineConfig) -> Result<bool, StartError> {
    let folder = Folder::of(config)?;
    let (places, journal) = (Places::in_folder(folder.dir()), folder.dir().join("journal"));
    if !places.store.exists() {
        return Ok(false);
    }
    // A store that is damaged too has nothing to go on from.
    let Ok(store) = Store::open_by(&places.store, config.store, folder.secrets().cipher().clone()) else {
        return Ok(false);
    };
    let (Ok(applied), Ok(sum)) = (store.applied(), sum(&store)) else {
        return Ok(false);
    };
    if !has_all(&applied, &journal)? || sum != Multiset::from_bytes(applied.fingerprint) {
        return Ok(false);
    }
    let new = folder.dir().join(NEW);
    remove(&new)?;
    FileJournal::begin_behind(&new, Position(applied.position), applied.batch)?;
    // ORDER: a snapshot first, since a store that is damaged later cannot be built of what is set aside.
    folder.secrets().keep(true)?;
    snapshot((store, folder.secrets()), &new, places.snapshots, config)?;
    let aside = set_aside(&journal)?;
    finish(&folder)?;
    tracing::error!(journal.aside = %aside.display(), journal.position = applied.position,
        "the journal is damaged; the store has all that was in it, and a new one goes on behind it");
    Ok(true)
}

/// Gives the new journal its name, where the one before it has none any more.
pub(crate) fn finish(folder: &Folder) -> Result<(), StartError> {
    let new = folder.dir().join(NEW);
    if folder.has_journal() || !new.exists() {
        return Ok(());
    }
    let journal = folder.dir().join("journal");
    fs::rename(&new, &journal).map_err(StartError::io("name the journal", &journal))?;
    let synced = File::open(folder.dir()).and_then(|dir| dir.sync_all());
    synced.map_err(StartError::io("sync", folder.dir()))
}

fn has_all(applied: &Applied, journal: &std::path::Path) -> Result<bool, StartError> {
    Ok(remains(journal)?.is_some_and(|remains| {
        let is_at_the_end = applied.position == remains.last.0 && remains.tail_bytes == 0;
        is_at_the_end || applied.batch == remains.batch.saturating_add(1)
    }))
}

fn snapshot(
    (store, secrets): (Store, &Secrets),
    journal: &std::path::Path,
    folder: PathBuf,
    config: &EngineConfig,
) -> Result<(), StartError> {
    let cipher = secrets.cipher().clone();
    let opened = FileJournal::open_by(journal, config.journal.clone(), cipher.clone())?.journal;
    let source = Source {
        store,
        reader: Arc::from(opened.reader()),
        journal: opened.identity(),
        secrets: secrets.keyring().check(),
        cipher,
        folder,
    };
    match source.snapshot(&mut || Ok(())) {
        Err(SnapshotError::Store(error)) => Err(error.into()),
        Err(SnapshotError::Journal(error)) => Err(error.into()),
        Err(SnapshotError::Stopped | SnapshotError::DiskFull) | Ok(_) => Ok(()),
    }
}
