//! sled and the files that it keeps itself in: what is asked of it, and how what it was given becomes durable.
//!
//! Owns what stands together in one folder: sled, its log opened once more, and the mark of what is not synced. It must never
//! decide what becomes of a failure: that is the business of who holds it (`disk`, `beside`).

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use crate::store::{Error, open::sled_in, unsettled::Unsettled};

/// File in the folder that sled keeps its log in.
pub(crate) const SLED_LOG: &str = "db";

/// An open sled and its folder. sled opens some of its files by their path, so the folder keeps its name meanwhile.
pub(crate) struct Files {
    pub(crate) db: sled::Db,
    /// sled's log, opened once more: its own flush does not make it durable.
    pub(crate) log: File,
    pub(crate) log_path: PathBuf,
    pub(crate) dir: PathBuf,
    pub(crate) unsettled: Unsettled,
}

impl Files {
    /// Takes sled as it opened in `dir`.
    pub(crate) fn over(db: sled::Db, dir: &Path) -> Result<Self, Error> {
        let log_path = dir.join(SLED_LOG);
        let log = File::open(&log_path).map_err(Error::io("open", &log_path))?;
        let unsettled = Unsettled::open(dir).map_err(Error::io("mark", dir))?;
        let dir = dir.to_owned();
        Ok(Self {
            db,
            log,
            log_path,
            dir,
            unsettled,
        })
    }

    /// Makes an empty one in `dir`, where nothing is.
    pub(crate) fn make(dir: &Path, cache_bytes: u64) -> Result<Self, Error> {
        let made = catch_unwind(AssertUnwindSafe(|| sled_in(dir, cache_bytes)));
        let attempt = "make its folder anew";
        let db = made.unwrap_or_else(|_panic| Err(Error::Panicked { attempt }))?;
        Self::over(db, dir)
    }

    /// What sled answers. It panics on pages that do not fit together, which may be met long after it was opened: then the
    /// store is damaged like one with a page that cannot be read.
    pub(crate) fn ask<T>(
        &self,
        attempt: &'static str,
        ask: impl FnOnce(&sled::Db) -> sled::Result<T>,
    ) -> Result<T, Error> {
        // Nothing is done with what sled left behind: a write poisons, and damage ends the process.
        match catch_unwind(AssertUnwindSafe(|| ask(&self.db))) {
            Ok(answer) => answer.map_err(Error::engine(attempt)),
            Err(_panic) => Err(Error::Panicked { attempt }),
        }
    }

    /// Makes everything written so far durable.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        let flushed = self.ask("flush", |db| db.flush());
        // ORDER: sled's flush hands its buffers to the system; only then can fdatasync make them durable.
        flushed.and_then(|_bytes| {
            let synced = self.log.sync_data();
            let settled = synced.and_then(|()| self.unsettled.end());
            settled.map_err(Error::io("sync", &self.log_path))
        })
    }

    /// The same, and the names of all files in the folder: nothing of it was durable before.
    pub(crate) fn make_durable(&self) -> Result<(), Error> {
        self.flush()?;
        sync_all(&self.dir).map_err(Error::io("sync", &self.dir))
    }
}

/// Syncs a folder and whatever is in it.
fn sync_all(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let synced = if path.is_dir() {
            sync_all(&path)
        } else {
            File::open(&path).and_then(|file| file.sync_all())
        };
        match synced {
            // sled makes a snapshot of itself now and then, under another name first.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            synced => synced?,
        }
    }
    File::open(dir)?.sync_all()
}
