//! The lock that keeps a data folder to one process. It owns the file `lock` in that folder, and must never
//! wait for it: two servers on one folder is a mistake to report, not a queue. Taken by the composition root
//! before the journal or the store is opened.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Name of the lock file in the data folder.
const LOCK_FILE: &str = "lock";

/// Why a data folder could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process, or another part of this one, holds the folder.
    #[error("data folder {} is in use by another yekta process", dir.display())]
    InUse {
        /// The data folder.
        dir: PathBuf,
    },
    /// The lock file could not be made or locked.
    #[error("could not lock data folder {}, expected a folder that this user may write to", dir.display())]
    Io {
        /// The data folder.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// A data folder held by this process, until this is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct FolderLock {
    /// The operating system lets go of the lock when this closes.
    _file: File,
}

impl FolderLock {
    /// Makes the folder if it is missing and locks it.
    ///
    /// # Errors
    /// [`LockError::InUse`] at once, without waiting, when somebody else holds it.
    pub fn acquire(dir: &Path) -> Result<Self, LockError> {
        let file = lock_file(dir).map_err(|source| LockError::Io {
            dir: dir.to_owned(),
            source,
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::InUse { dir: dir.to_owned() }),
            Err(TryLockError::Error(source)) => Err(LockError::Io {
                dir: dir.to_owned(),
                source,
            }),
        }
    }
}

/// Opens the lock file. It is never deleted: a lock on a deleted file would exclude nobody.
fn lock_file(dir: &Path) -> io::Result<File> {
    fs::create_dir_all(dir)?;
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(dir.join(LOCK_FILE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_holder_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("data");
        let held = FolderLock::acquire(&dir).unwrap();

        let refused = FolderLock::acquire(&dir).unwrap_err();
        assert!(matches!(refused, LockError::InUse { .. }));
        assert_eq!(
            refused.to_string(),
            format!("data folder {} is in use by another yekta process", dir.display())
        );

        drop(held);
        assert!(FolderLock::acquire(&dir).is_ok());
    }

    #[test]
    fn a_file_in_the_place_of_the_folder_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data");
        fs::write(&file, "not a folder").unwrap();
        assert!(matches!(FolderLock::acquire(&file), Err(LockError::Io { .. })));
    }
}
