//! What the journal asks of the file system besides reading and writing. Must never know what a file holds.
//! Called by the rest of the file journal.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use crate::journal::Error;

/// Says what was attempted with `path` when the system refuses.
pub(crate) fn failed(attempt: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io {
        attempt,
        path: path.to_owned(),
        source,
    }
}

/// Makes the names in `folder` durable: a synced file whose name is lost is lost.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(failed("sync folder", folder))
}

/// Makes `folder`, with its name durable, unless it is there.
pub(crate) fn create_folder(folder: &Path) -> Result<(), Error> {
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(failed("create folder", folder))?;
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
        _ => Ok(()),
    }
}

/// Keeps other processes from writing in `folder` for as long as the result lives.
pub(crate) fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join("lock");
    let file = File::create(&path).map_err(failed("create lock", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked {
            folder: folder.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(failed("take lock", &path)(source)),
    }
}
