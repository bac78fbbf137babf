//! The committed state: one sled tree that takes each commit whole and is read by anybody.
//!
//! It owns the rule that a failed write poisons: after one, what is on disk is unknown and an fsync that
//! failed once proves nothing when it succeeds the second time, so everything but reading is refused until a
//! restart. It must never retry. Written by the engine's writer thread alone, which applies and flushes in
//! turn: a flush in another thread holds back every reader behind a waiting batch.

use std::fmt;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::store::codec;
use crate::store::mark::{APPLIED_KEY, META_PREFIX, Named};
use crate::store::unsettled::Unsettled;
use crate::store::{Applied, Bytes, Error, MetaName, Order, View, Visit};

/// File in the folder that sled keeps its log in.
pub(crate) const SLED_LOG: &str = "db";

/// File in the folder that says that the store was found damaged: sled meets a broken page only when it reads it, which
/// may be long after it was opened. The next start builds the store again.
const DAMAGED: &str = "damaged";

/// The smallest key that callers may use.
const FIRST_KEY: &[u8] = &[META_PREFIX + 1];

/// A handle on an open store; clones are cheap and share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    db: sled::Db,
    /// sled's log, opened once more: its own flush does not make it durable.
    log: File,
    log_path: PathBuf,
    unsettled: Unsettled,
    poisoned: AtomicBool,
    damaged: AtomicBool,
}

/// Whether the store in `dir` was found damaged.
pub(crate) fn is_marked_damaged(dir: &Path) -> bool {
    dir.join(DAMAGED).exists()
}

impl Store {
    /// Wraps sled as it opened in `dir`.
    pub(crate) fn over(db: sled::Db, dir: &Path) -> Result<Self, Error> {
        let log_path = dir.join(SLED_LOG);
        let log = File::open(&log_path).map_err(Error::io("open", &log_path))?;
        let unsettled = Unsettled::open(dir).map_err(Error::io("mark", dir))?;
        Ok(Self {
            inner: Arc::new(Inner {
                db,
                log,
                log_path,
                unsettled,
                poisoned: AtomicBool::new(false),
                damaged: AtomicBool::new(false),
            }),
        })
    }

    /// What sled answers. It panics on pages that do not fit together, which may be met long after it was opened: then the
    /// store is damaged like one with a page that cannot be read.
    pub(crate) fn ask<T>(
        &self,
        attempt: &'static str,
        ask: impl FnOnce(&sled::Db) -> sled::Result<T>,
    ) -> Result<T, Error> {
        // Nothing is done with what sled left behind: a write poisons, and damage ends the process.
        match catch_unwind(AssertUnwindSafe(|| ask(&self.inner.db))) {
            Ok(answer) => answer.map_err(Error::engine(attempt)),
            Err(_panic) => Err(Error::Panicked { attempt }),
        }
    }

    pub(crate) fn is_empty(&self) -> Result<bool, Error> {
        self.ask("look whether it is empty", |db| Ok(db.is_empty()))
    }

    /// Takes the changes of a commit and how far that brings the store, as one: readers and a restart see
    /// all of it or nothing. `None` deletes; of two changes of one key the later counts. Not durable before
    /// [`Store::flush`].
    ///
    /// # Errors
    /// [`Error::ReservedKey`] leaves the store as it was; after any other, every later write is refused with
    /// [`Error::Poisoned`].
    pub fn apply<'a>(
        &self,
        applied: Applied,
        changes: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
    ) -> Result<(), Error> {
        let attempt = "apply a batch";
        self.refuse_if_poisoned(attempt)?;
        let mut batch = sled::Batch::default();
        for (key, value) in changes {
            if key < FIRST_KEY {
                return Err(Error::ReservedKey);
            }
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        batch.insert(APPLIED_KEY, codec::encode(&applied)?);
        self.write(attempt, |db| db.apply_batch(batch))
    }

    /// Has sled write, which is not durable before the next flush.
    pub(crate) fn write<T>(
        &self,
        attempt: &'static str,
        write: impl FnOnce(&sled::Db) -> sled::Result<T>,
    ) -> Result<T, Error> {
        let begun = self
            .inner
            .unsettled
            .begin()
            .map_err(Error::io("mark", &self.inner.log_path));
        self.poison_on_error(begun.and_then(|()| self.ask(attempt, write)))
    }

    /// How far the journal has been applied; all zero in a new store.
    ///
    /// # Errors
    /// When that record is missing, damaged or unreadable.
    pub fn applied(&self) -> Result<Applied, Error> {
        let bytes = self.ask("read the applied position", |db| db.get(APPLIED_KEY));
        let bytes = self.noticing(bytes)?.ok_or(Error::Missing {
            record: "applied position",
        })?;
        Ok(codec::decode(&bytes)?)
    }

    /// Makes everything applied so far durable.
    ///
    /// # Errors
    /// When sled or the file system fails; every later write is then refused with [`Error::Poisoned`].
    pub fn flush(&self) -> Result<(), Error> {
        let attempt = "flush";
        self.refuse_if_poisoned(attempt)?;
        let flushed = self.ask(attempt, |db| db.flush());
        // ORDER: sled's flush hands its buffers to the system; only then can fdatasync make them durable.
        let synced = flushed.and_then(|_bytes| {
            let synced = self.inner.log.sync_data();
            let settled = synced.and_then(|()| self.inner.unsettled.end());
            settled.map_err(Error::io("sync", &self.inner.log_path))
        });
        self.poison_on_error(synced)
    }

    /// A named small value.
    ///
    /// # Errors
    /// When it is damaged or unreadable.
    pub fn meta_get(&self, name: MetaName) -> Result<Option<Vec<u8>>, Error> {
        let bytes = self.noticing(self.ask("read a named value", |db| db.get(name.key())))?;
        let named = bytes.map(|bytes| codec::decode::<Named>(&bytes)).transpose()?;
        Ok(named.map(|named| named.value))
    }

    /// Writes a named small value, which is durable when this returns.
    ///
    /// # Errors
    /// As [`Store::flush`]; a value that is too long is refused and poisons nothing.
    pub fn meta_put(&self, name: MetaName, value: &[u8]) -> Result<(), Error> {
        let attempt = "write a named value";
        self.refuse_if_poisoned(attempt)?;
        let record = codec::encode(&Named {
            value: value.to_vec(),
        })?;
        self.write(attempt, |db| db.insert(name.key(), record))?;
        self.flush()
    }

    /// Bytes that the store takes on disk.
    ///
    /// # Errors
    /// When the files cannot be asked.
    pub fn size_on_disk(&self) -> Result<u64, Error> {
        self.ask("measure its files", sled::Db::size_on_disk)
    }

    /// Whether an earlier write failed, so that every later one is refused.
    pub fn is_poisoned(&self) -> bool {
        self.inner.poisoned.load(Ordering::Acquire)
    }

    fn refuse_if_poisoned(&self, attempt: &'static str) -> Result<(), Error> {
        if self.is_poisoned() {
            Err(Error::Poisoned { attempt })
        } else {
            Ok(())
        }
    }

    fn poison_on_error<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.inner.poisoned.store(true, Ordering::Release);
            // The system may have dropped what it could not write, so that what is there is a mixture. What a full disk
            // refused was never there.
            if !error.is_full_disk() {
                self.mark_damaged();
            }
        }
        self.noticing(result)
    }

    /// Whether a read or a write met damage. The process should end: its next start builds the store again.
    pub fn is_damaged(&self) -> bool {
        self.inner.damaged.load(Ordering::Acquire)
    }

    /// Remembers damage, for this process and for the next start.
    fn noticing<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.notice(error);
        }
        result
    }

    fn notice(&self, error: &Error) {
        if error.is_damage() {
            self.mark_damaged();
        }
    }

    fn mark_damaged(&self) {
        if self.inner.damaged.swap(true, Ordering::AcqRel) {
            return;
        }
        // The one needs no room, the other is seen by people too.
        if let Err(error) = self.inner.unsettled.lose() {
            tracing::error!(error = %error, "could not mark the store as unsettled");
        }
        let mark = self.inner.log_path.with_file_name(DAMAGED);
        if let Err(error) = File::create(&mark) {
            tracing::error!(error = %error, path = %mark.display(), "could not mark the store as damaged");
        }
    }
}

impl View for Store {
    fn refused(&self, error: &Error) {
        self.notice(error);
    }

    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Error> {
        if key < FIRST_KEY {
            return Ok(None);
        }
        self.noticing(self.ask("read a key", |db| db.get(key)))
    }

    fn scan(&self, from: &[u8], to: &[u8], order: Order, visit: &mut Visit<'_>) -> Result<(), Error> {
        let from = from.max(FIRST_KEY);
        let attempt = "scan a range";
        let mut range = match to {
            [] => self.ask(attempt, |db| Ok(db.range(from..)))?,
            to if from < to => self.ask(attempt, |db| Ok(db.range(from..to)))?,
            _ => return Ok(()),
        };
        let mut next = || match order {
            Order::Ascending => range.next(),
            Order::Descending => range.next_back(),
        };
        while let Some((key, value)) = self.noticing(self.ask(attempt, |_| next().transpose()))? {
            if visit(&key, &value)?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("log_path", &self.inner.log_path)
            .field("poisoned", &self.inner.poisoned)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
