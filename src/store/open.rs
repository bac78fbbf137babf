//! Opening the store's folder, and setting a damaged one aside. It owns the difference between damage (the
//! caller sets the folder aside and rebuilds from the journal), trouble with the disk, and a folder of a
//! newer build; it must never repair anything, and deletes nothing but one that was behind before. Called at start, under the folder lock.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::cipher::AtRest;
use crate::store::codec;
use crate::store::disk::is_marked_damaged;
use crate::store::files::SLED_LOG;
use crate::store::mark::{APPLIED_KEY, FORMAT, FORMAT_KEY, Format};
use crate::store::unsettled::lost_power;
use crate::store::{Applied, Bytes, Error, Store};

/// How long sled's threads may take to let go of a folder whose last handle was dropped.
const LET_GO_MAX: Duration = Duration::from_secs(5);

/// What a store is opened with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreConfig {
    /// Bytes of sled's page cache. A hint: the process may take several times as much.
    pub cache_bytes: u64,
    /// Bytes of commits that may wait to be handed to sled, beside one that is larger.
    pub behind_bytes_max: usize,
}

impl StoreConfig {
    /// With a page cache of so many bytes.
    pub const fn caching(cache_bytes: u64) -> Self {
        Self {
            cache_bytes,
            behind_bytes_max: 32 << 20,
        }
    }
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be trusted: set it aside and rebuild from snapshot and journal.
    #[error("store {} is damaged, set it aside and rebuild it from the journal", dir.display())]
    Corrupt {
        /// The store's folder.
        dir: PathBuf,
        /// How that was seen.
        #[source]
        damage: Damage,
    },
    /// The disk or its rights are in the way; the folder may be sound.
    #[error("could not open store {}, expected a folder that can be read and written", dir.display())]
    Io {
        /// The store's folder.
        dir: PathBuf,
        /// What failed.
        source: Error,
    },
    /// A newer build wrote the folder.
    #[error("store {} has format {found}, this build knows formats up to {known}", dir.display())]
    NewerFormat {
        /// The store's folder.
        dir: PathBuf,
        /// Format of the folder.
        found: u32,
        /// Newest format of this build.
        known: u32,
    },
}

/// How damage was seen.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// An earlier process met a page that could not be read.
    #[error("a page of it could not be read")]
    Marked,
    /// The machine stopped before what was written was synced.
    #[error("the machine stopped while it was written to, so that it may be a mixture of old and new")]
    LostPower,
    /// sled panicked, as it does on some broken files.
    #[error("sled panicked while opening it")]
    Panic,
    /// There are keys, but nothing says in which format.
    #[error("it has keys but no format record")]
    NoFormat,
    /// The format is none that any build wrote.
    #[error("its format {found} was never written by any build")]
    UnknownFormat {
        /// The format it claims.
        found: u32,
    },
    /// It, or one of the store's own records, cannot be read.
    #[error(transparent)]
    Unreadable(Error),
}

impl Store {
    /// Opens the store in the folder `dir`, which is made if it is missing.
    ///
    /// # Errors
    /// [`OpenError`]; a [`OpenError::Corrupt`] one is for the caller to [`set_aside`].
    pub fn open(dir: &Path, config: StoreConfig) -> Result<Self, OpenError> {
        Self::open_by(dir, config, None)
    }

    /// The same where values are encrypted, if `cipher` says by what.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_by(dir: &Path, config: StoreConfig, cipher: AtRest) -> Result<Self, OpenError> {
        guarded(dir, || open_and_check(dir, config, cipher))
    }
}

/// Whether there is a store in `dir` that a start may go on from, as far as is seen without opening it.
pub(crate) fn is_trusted(dir: &Path) -> bool {
    // Where that cannot be read, opening it says so.
    dir.exists() && !is_marked_damaged(dir) && !lost_power(dir).unwrap_or(false)
}

/// Turns a panic into damage. Nothing of a store that panicked half way is kept, so no broken invariant can
/// be observed.
fn guarded(dir: &Path, open: impl FnOnce() -> Result<Store, OpenError>) -> Result<Store, OpenError> {
    catch_unwind(AssertUnwindSafe(open)).unwrap_or_else(|_panic| {
        Err(OpenError::Corrupt {
            dir: dir.to_owned(),
            damage: Damage::Panic,
        })
    })
}

fn open_and_check(dir: &Path, config: StoreConfig, cipher: AtRest) -> Result<Store, OpenError> {
    let refused = |error| refusal(dir, error);
    if is_marked_damaged(dir) {
        return Err(OpenError::Corrupt {
            dir: dir.to_owned(),
            damage: Damage::Marked,
        });
    }
    let is_suspect = lost_power(dir).map_err(Error::io("read the mark of", dir));
    if is_suspect.map_err(refused)? {
        return Err(OpenError::Corrupt {
            dir: dir.to_owned(),
            damage: Damage::LostPower,
        });
    }
    await_former_handle(dir);
    let db = sled_in(dir, config.cache_bytes).map_err(refused)?;
    let store = Store::over(db, dir, config, cipher).map_err(refused)?;
    if store.is_empty().map_err(refused)? {
        mark_new(&store).map_err(refused)?;
    } else {
        check_format(&store, dir)?;
        store.disk().refuse_without_key().map_err(refused)?;
    }
    store.applied().map_err(refused)?;
    Ok(store)
}

/// sled in the folder `dir`, which is made if it is missing.
pub(crate) fn sled_in(dir: &Path, cache_bytes: u64) -> Result<sled::Db, Error> {
    sled::Config::new()
        .path(dir)
        // sled's own flushing thread only logs the errors of its fsync; the writer flushes and looks.
        .flush_every_ms(None)
        .use_compression(false)
        .cache_capacity(cache_bytes)
        .open()
        .map_err(Error::engine("open its folder"))
}

/// Waits until sled's lock is free: its threads hold it a moment longer than the last handle lives, so a
/// store that was just dropped could not be opened again. The folder lock keeps other processes out, so
/// nobody else can hold it; when it stays held, sled says so. Whether it is free.
pub(crate) fn await_former_handle(dir: &Path) -> bool {
    let Ok(log) = File::open(dir.join(SLED_LOG)) else {
        return true;
    };
    let deadline = Instant::now() + LET_GO_MAX;
    while matches!(log.try_lock(), Err(TryLockError::WouldBlock)) {
        if Instant::now() >= deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(1));
    }
    true
}

/// Writes the format and the start of the journal into an empty store, as one, so that a crash leaves either
/// an empty store or a marked one.
fn mark_new(store: &Store) -> Result<(), Error> {
    let mut batch = sled::Batch::default();
    let applied = Bytes::from(codec::encode(&Applied::default())?);
    batch.insert(FORMAT_KEY, codec::encode(&Format { number: FORMAT })?);
    batch.insert(APPLIED_KEY, store.disk().kept(APPLIED_KEY, &applied));
    store
        .disk()
        .write("mark a new folder", |both| both.apply_batch(&batch))?;
    store.flush()
}

fn check_format(store: &Store, dir: &Path) -> Result<(), OpenError> {
    let refused = |error| refusal(dir, error);
    let corrupt = |damage| {
        Err(OpenError::Corrupt {
            dir: dir.to_owned(),
            damage,
        })
    };
    let bytes = store
        .disk()
        .ask("read its format", |db| db.get(FORMAT_KEY))
        .map_err(refused)?;
    let Some(bytes) = bytes else {
        return corrupt(Damage::NoFormat);
    };
    let format: Format = codec::decode(&bytes).map_err(|error| refused(error.into()))?;
    match format.number {
        FORMAT => Ok(()),
        found if found > FORMAT => Err(OpenError::NewerFormat {
            dir: dir.to_owned(),
            found,
            known: FORMAT,
        }),
        found => corrupt(Damage::UnknownFormat { found }),
    }
}

/// Damage, or trouble with the disk: a file that ends too early or holds nonsense is damage, although it
/// arrives as an error of the file system.
fn refusal(dir: &Path, error: Error) -> OpenError {
    let dir = dir.to_owned();
    let of_the_disk = match &error {
        Error::Engine {
            source: sled::Error::Io(source),
            ..
        }
        | Error::Io { source, .. } => {
            !matches!(source.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidData)
        }
        // It is sound, and nothing to build it of could be read either.
        Error::NoKey => true,
        _ => false,
    };
    if of_the_disk {
        OpenError::Io { dir, source: error }
    } else {
        OpenError::Corrupt {
            dir,
            damage: Damage::Unreadable(error),
        }
    }
}

/// Renames a damaged folder to `<dir>.damaged-<n>`, with the first free `n` from 1, and answers that path.
/// The caller holds the folder lock and no store over `dir`.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be renamed.
pub fn set_aside(dir: &Path) -> Result<PathBuf, Error> {
    let failed = Error::io("set aside", dir);
    let aside = first_free(dir).map_err(&failed)?;
    fs::rename(dir, &aside).map_err(&failed)?;
    Ok(aside)
}

/// Renames a folder that lacks what its journal let go of to `<dir>.behind`, in the place of the one that was there, and
/// answers that path. The caller holds the folder lock and no store over `dir`.
///
/// # Errors
/// [`Error::Io`] when the folder cannot be renamed, or the one before not removed.
pub(crate) fn set_behind(dir: &Path) -> Result<PathBuf, Error> {
    let failed = Error::io("set aside", dir);
    let mut name = dir.as_os_str().to_owned();
    name.push(".behind");
    let behind = PathBuf::from(name);
    match fs::remove_dir_all(&behind) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    fs::rename(dir, &behind).map_err(&failed)?;
    Ok(behind)
}

fn first_free(dir: &Path) -> io::Result<PathBuf> {
    for number in 1..=u32::MAX {
        let mut name = dir.as_os_str().to_owned();
        name.push(format!(".damaged-{number}"));
        let path = PathBuf::from(name);
        if !path.try_exists()? {
            return Ok(path);
        }
    }
    Err(io::Error::from(ErrorKind::AlreadyExists))
}

#[cfg(test)]
mod tests;
