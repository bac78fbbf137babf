//! Restoring and rebuilding: a folder made of a snapshot, and a store made again.

use std::{
    fs::{self, File},
    path::Path,
};

use crate::{
    engine::{
        EngineConfig,
        open::{Folder, Opened, StartError},
        recover::{Places, failed},
    },
    journal::{Position, file::FileJournal},
    store::{
        Applied, set_aside,
        snapshot::{self, Contents},
    },
};

impl Opened {
    /// How far the store is.
    ///
    /// # Errors
    /// [`StartError::Store`].
    pub fn applied(&self) -> Result<Applied, StartError> {
        Ok(self.store.applied()?)
    }
}

/// Makes the store of a standalone tenant's folder again, of the newest snapshot that serves and the journal behind it, or
/// of the journal alone; the one that was there is set aside.
///
/// # Errors
/// [`StartError`], [`StartError::Diverged`] where what comes out is not what the journal states.
pub fn rebuild(config: &EngineConfig, from_journal_alone: bool) -> Result<Opened, StartError> {
    let folder = Folder::hold(&config.dir)?;
    let journal = folder.journal(config.journal.clone())?;
    let places = Places::in_folder(folder.dir());
    if places.store.exists() {
        set_aside(&places.store)?;
    }
    let places = match from_journal_alone {
        true => places.without_snapshots(),
        false => places,
    };
    Opened::at(folder, places, config, Box::new(journal))
}

/// Makes a standalone tenant's folder, which must be empty, of a snapshot and the secrets of the folder it was made in.
/// What came behind the snapshot is not there; the service goes on from it with a journal of its own.
///
/// # Errors
/// [`StartError::Taken`] where the folder holds something, [`StartError::Store`] where the snapshot is damaged.
pub fn restore(config: &EngineConfig, snapshot: &Path, secrets: &Path) -> Result<Contents, StartError> {
    let folder = Folder::hold(&config.dir)?;
    let places = Places::in_folder(folder.dir());
    let journal = folder.dir().join("journal");
    let taken = folder.dir().join("secrets");
    for path in [&places.store, &places.snapshots, &journal, &taken] {
        if path.exists() {
            return Err(StartError::Taken { path: path.clone() });
        }
    }
    let contents = snapshot::read(snapshot, &mut |_, _| Ok(()))?;
    let Applied { position, batch, .. } = contents.applied;
    copy(secrets, &taken)?;
    fs::create_dir_all(&places.snapshots).map_err(failed("make", &places.snapshots))?;
    copy(snapshot, &snapshot::place(&places.snapshots, &contents))?;
    FileJournal::begin_behind(&journal, Position(position), batch)?;
    let journal = folder.journal(config.journal.clone())?;
    Opened::at(folder, places, config, Box::new(journal))?;
    Ok(contents)
}

/// Copies a file with its rights and makes it durable.
fn copy(from: &Path, to: &Path) -> Result<(), StartError> {
    fs::copy(from, to).map_err(failed("copy", from))?;
    let synced = File::open(to).and_then(|file| file.sync_all());
    synced.map_err(failed("sync", to))
}
