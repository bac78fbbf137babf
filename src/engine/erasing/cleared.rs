//! Clearing the files of a process that did not carry an erasure out itself: whoever owned the tenant did, cleared its own, and
//! says so in the journal ([`ErasureRecord::gone`](crate::store::ErasureRecord)).
//!
//! Owns the file `clear` in the tenant's folder: it is there from before such a word is applied until all files are written
//! anew. A standby clears beside what follows the journal, an owner where it clears its own.

use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, TryRecvError},
    },
    time::Duration,
};

use crate::{
    engine::{
        erasing::{
            expunge::{ExpungeError, remove_aside},
            ledger::Ledger,
        },
        error::chain,
        folder::snapshot::{GoesOn, SnapshotError, Source},
        writer::room::Room,
    },
    store::{self, Former, Store, snapshot},
};

/// The file that says that there is something to be cleared.
const MARK: &str = "clear";
/// What it is called while that is done: who is erased meanwhile has a mark of their own.
const UNDER_WAY: &str = "clearing";
/// How long until it is tried again where it failed.
const RETRY: Duration = Duration::from_secs(60);

/// Notes durably that the files of `dir` are to be cleared.
///
/// # Errors
/// When the file cannot be made.
pub(crate) fn mark(dir: &Path) -> Result<(), store::Error> {
    let path = dir.join(MARK);
    let made = || {
        File::create(&path)?.sync_all()?;
        File::open(dir)?.sync_all()
    };
    made().map_err(store::Error::io("note that files are to be cleared in", &path))
}

/// Notes it where `store` knows of an erasure as done that the ledger of `dir` does not: it was done by another process.
///
/// ORDER: before the ledger notes it.
///
/// # Errors
/// When the ledger or the store cannot be read, or the file not made.
pub(crate) fn mark_if_behind(dir: &Path, store: &Store) -> Result<(), store::Error> {
    match Ledger::in_folder(dir).lags(store)? {
        true => mark(dir),
        false => Ok(()),
    }
}

/// Whether the files of `dir` are to be cleared.
pub(crate) fn is_marked(dir: &Path) -> bool {
    dir.join(MARK).exists() || dir.join(UNDER_WAY).exists()
}

/// Writes all files of `dir` anew: one snapshot and the store, and nothing of what was before.
///
/// # Errors
/// [`ExpungeError`]: it is to be done again as a whole.
pub(crate) fn clear(dir: &Path, source: &Source, goes_on: GoesOn<'_>) -> Result<(), ExpungeError> {
    // ORDER: before anything is read that may hold who is erased next.
    match fs::rename(dir.join(MARK), dir.join(UNDER_WAY)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(ExpungeError::Aside(error)),
        _ => {}
    }
    let kept = source.snapshot(goes_on)?;
    for (_, path) in snapshot::list(&source.folder)? {
        if path != kept {
            snapshot::remove(&path)?;
        }
    }
    match source.store.rewrite(goes_on)? {
        Former::Removed => {}
        Former::Left => return Err(ExpungeError::Former),
    }
    let unmarked = || -> io::Result<()> {
        remove_aside(dir, &source.folder)?;
        fs::remove_file(dir.join(UNDER_WAY))?;
        File::open(dir)?.sync_all()
    };
    unmarked().map_err(ExpungeError::Aside)?;
    tracing::info!("no file holds what another process erased");
    Ok(())
}

/// The thread of a standby that clears.
pub(crate) struct Clearer {
    pub(crate) dir: std::path::PathBuf,
    pub(crate) source: Source,
    /// It must not take the room that commits need.
    pub(crate) room: Arc<Room>,
    /// Told when there is something to be cleared; closed when the standby ends.
    pub(crate) told: Receiver<()>,
}

impl Clearer {
    /// Clears whenever there is something to be cleared, until the standby ends. What fails is told of and tried again.
    pub(crate) fn run(self) {
        loop {
            let wait = match is_marked(&self.dir) {
                true => match clear(&self.dir, &self.source, &mut || self.goes_on()) {
                    Ok(()) => continue,
                    Err(_) if self.ends() => return,
                    Err(error) => {
                        tracing::error!(error = %chain(&error), "files still hold what another process erased");
                        RETRY
                    }
                },
                false => Duration::MAX,
            };
            if self.told.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    fn ends(&self) -> bool {
        self.told.try_recv() == Err(TryRecvError::Disconnected)
    }

    fn goes_on(&self) -> Result<(), SnapshotError> {
        if self.ends() {
            return Err(SnapshotError::Stopped);
        }
        if self.room.is_scarce() {
            return Err(SnapshotError::DiskFull);
        }
        Ok(())
    }
}
