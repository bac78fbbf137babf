//! Restoring and rebuilding: a folder made of a snapshot, and a store made again.

use std::{
    fs::{self, File},
    path::Path,
};

use crate::{
    engine::{
        EngineConfig,
        erasing::ledger::LEDGER,
        folder::{
            build::Places,
            open::{Folder, Opened, StartError},
            secrets::Secrets,
        },
    },
    journal::{Position, file::FileJournal},
    store::{
        Applied,
        snapshot::{self, Contents},
    },
};

impl Opened {
    /// How far the store is.
    ///
    /// # Errors
    /// [`StartError::Store`].
    pub fn applied(&self) -> Result<Applied, StartError> {
        Ok(self.view.store.applied()?)
    }
}

/// Makes the store of a standalone tenant's folder again, of the newest snapshot that serves and the journal behind it, or
/// of the journal alone; the one that was there is set aside.
///
/// # Errors
/// [`StartError`], [`StartError::Diverged`] where what comes out is not what the journal states.
pub fn rebuild(config: &EngineConfig, from_journal_alone: bool) -> Result<Opened, StartError> {
    let folder = Folder::of(config)?;
    let journal = folder.journal(config.journal.clone())?;
    let places = Places::in_folder(folder.dir());
    let places = match from_journal_alone {
        true => places.without_snapshots(),
        false => places,
    };
    Opened::at((folder, places), config, Box::new(journal), true)
}

/// Makes a standalone tenant's folder, which must be empty, of a snapshot and the secrets of the folder it was made in.
/// What came behind the snapshot is not there; the service goes on from it with a journal of its own.
///
/// # Errors
/// [`StartError::Taken`] where the folder holds something, [`StartError::Store`] where the snapshot is damaged.
pub fn restore(config: &EngineConfig, snapshot: &Path, secrets: &Path) -> Result<Contents, StartError> {
    let folder = Folder::hold(&config.dir, None)?;
    let places = Places::in_folder(folder.dir());
    let journal = folder.dir().join("journal");
    let taken = folder.dir().join("secrets");
    for path in [&places.store, &places.snapshots, &journal, &taken] {
        if path.exists() {
            return Err(StartError::Taken { path: path.clone() });
        }
    }
    let its = Secrets::at(secrets, config.master.as_ref())?;
    let contents = snapshot::read(snapshot, its.cipher(), &mut |_, _| Ok(()))?;
    if contents.journal != FileJournal::IDENTITY {
        let (found, expected) = (contents.journal, FileJournal::IDENTITY.to_owned());
        return Err(StartError::AnotherJournal { found, expected });
    }
    let Applied { position, batch, .. } = contents.applied;
    // ORDER: with a journal that begins behind it, a folder that is not whole yet is never taken for an empty one.
    FileJournal::begin_behind(&journal, Position(position), batch)?;
    copy(secrets, &taken)?;
    // Who was erased since the snapshot was made is in it.
    let (erased, ledger) = (secrets.with_file_name(LEDGER), folder.dir().join(LEDGER));
    if erased.exists() && !ledger.exists() {
        copy(&erased, &ledger)?;
    } else if !ledger.exists() {
        tracing::warn!(
            expected = %erased.display(),
            "there is no ledger of erasures: who was erased since the snapshot was made is back; put the file erasures into \
             the folder before it is served"
        );
    }
    fs::create_dir_all(&places.snapshots).map_err(StartError::io("make", &places.snapshots))?;
    copy(snapshot, &snapshot::place(&places.snapshots, &contents))?;
    let folder = folder.with_its_secrets(config.master.as_ref())?;
    let journal = folder.journal(config.journal.clone())?;
    Opened::at((folder, places), config, Box::new(journal), false)?;
    Ok(contents)
}

/// Copies a file with its rights and makes it durable; it has its name once it is whole.
fn copy(from: &Path, to: &Path) -> Result<(), StartError> {
    let draft = to.with_extension("draft");
    let copied = fs::copy(from, &draft).and_then(|_| File::open(&draft)?.sync_all());
    copied.map_err(StartError::io("copy", from))?;
    fs::rename(&draft, to).map_err(StartError::io("name", to))?;
    to.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        .map_err(StartError::io("sync the folder of", to))
}
