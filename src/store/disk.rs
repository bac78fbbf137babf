//! sled and the file that it keeps its log in: what is asked of it, what is written to it, and what becomes of failures.
//!
//! It owns the rule that a failed write poisons: after one, what is on disk is unknown and an fsync that
//! failed once proves nothing when it succeeds the second time, so everything but reading is refused until a
//! restart. It must never retry.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::store::unsettled::Unsettled;
use crate::store::{Error, Order, Visit};

/// File in the folder that sled keeps its log in.
pub(crate) const SLED_LOG: &str = "db";

/// File in the folder that says that the store was found damaged: sled meets a broken page only when it reads it, which
/// may be long after it was opened. The next start builds the store again.
const DAMAGED: &str = "damaged";

/// An open sled.
pub(crate) struct Disk {
    pub(crate) db: sled::Db,
    /// sled's log, opened once more: its own flush does not make it durable.
    pub(crate) log: File,
    pub(crate) log_path: PathBuf,
    pub(crate) unsettled: Unsettled,
    pub(crate) poisoned: AtomicBool,
    pub(crate) damaged: AtomicBool,
}

/// Whether the store in `dir` was found damaged.
pub(crate) fn is_marked_damaged(dir: &Path) -> bool {
    dir.join(DAMAGED).exists()
}

impl Disk {
    /// Takes sled as it opened in `dir`.
    pub(crate) fn over(db: sled::Db, dir: &Path) -> Result<Self, Error> {
        let log_path = dir.join(SLED_LOG);
        let log = File::open(&log_path).map_err(Error::io("open", &log_path))?;
        let unsettled = Unsettled::open(dir).map_err(Error::io("mark", dir))?;
        Ok(Self {
            db,
            log,
            log_path,
            unsettled,
            poisoned: AtomicBool::new(false),
            damaged: AtomicBool::new(false),
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
        match catch_unwind(AssertUnwindSafe(|| ask(&self.db))) {
            Ok(answer) => answer.map_err(Error::engine(attempt)),
            Err(_panic) => Err(Error::Panicked { attempt }),
        }
    }

    /// The same of a read: damage that it meets is remembered.
    pub(crate) fn read<T>(
        &self,
        attempt: &'static str,
        ask: impl FnOnce(&sled::Db) -> sled::Result<T>,
    ) -> Result<T, Error> {
        self.noticing(self.ask(attempt, ask))
    }

    /// Has sled write, which is not durable before the next flush.
    pub(crate) fn write<T>(
        &self,
        attempt: &'static str,
        write: impl FnOnce(&sled::Db) -> sled::Result<T>,
    ) -> Result<T, Error> {
        self.refuse_if_poisoned(attempt)?;
        let begun = self.unsettled.begin().map_err(Error::io("mark", &self.log_path));
        self.poison_on_error(begun.and_then(|()| self.ask(attempt, write)))
    }

    /// Makes everything written so far durable.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        let attempt = "flush";
        self.refuse_if_poisoned(attempt)?;
        let flushed = self.ask(attempt, |db| db.flush());
        // ORDER: sled's flush hands its buffers to the system; only then can fdatasync make them durable.
        let synced = flushed.and_then(|_bytes| {
            let synced = self.log.sync_data();
            let settled = synced.and_then(|()| self.unsettled.end());
            settled.map_err(Error::io("sync", &self.log_path))
        });
        self.poison_on_error(synced)
    }

    /// Visits the keys from `from` (included) to `to` (excluded; empty for the end of all) until `visit` breaks.
    pub(crate) fn scan(
        &self,
        from: &[u8],
        to: &[u8],
        order: Order,
        visit: &mut Visit<'_>,
    ) -> Result<(), Error> {
        let attempt = "scan a range";
        let mut range = match to {
            [] => self.ask(attempt, |db| Ok(db.range(from..)))?,
            to => self.ask(attempt, |db| Ok(db.range(from..to)))?,
        };
        let mut next = || match order {
            Order::Ascending => range.next(),
            Order::Descending => range.next_back(),
        };
        while let Some((key, value)) = self.read(attempt, |_| next().transpose())? {
            if visit(&key, &value)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Whether an earlier write failed, so that every later one is refused.
    pub(crate) fn is_poisoned(&self) -> bool {
        self.poisoned.load(Ordering::Acquire)
    }

    pub(crate) fn refuse_if_poisoned(&self, attempt: &'static str) -> Result<(), Error> {
        if self.is_poisoned() {
            Err(Error::Poisoned { attempt })
        } else {
            Ok(())
        }
    }

    pub(crate) fn poison_on_error<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.poisoned.store(true, Ordering::Release);
            // The system may have dropped what it could not write, so that what is there is a mixture. What a full disk
            // refused was never there.
            if !error.is_full_disk() {
                self.mark_damaged();
            }
        }
        self.noticing(result)
    }

    /// Whether a read or a write met damage.
    pub(crate) fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Acquire)
    }

    /// Remembers damage, for this process and for the next start.
    pub(crate) fn noticing<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.notice(error);
        }
        result
    }

    pub(crate) fn notice(&self, error: &Error) {
        if error.is_damage() {
            self.mark_damaged();
        }
    }

    fn mark_damaged(&self) {
        if self.damaged.swap(true, Ordering::AcqRel) {
            return;
        }
        // The one needs no room, the other is seen by people too.
        if let Err(error) = self.unsettled.lose() {
            tracing::error!(error = %error, "could not mark the store as unsettled");
        }
        let mark = self.log_path.with_file_name(DAMAGED);
        if let Err(error) = File::create(&mark) {
            tracing::error!(error = %error, path = %mark.display(), "could not mark the store as damaged");
        }
    }
}
