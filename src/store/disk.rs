//! The sled that holds: what is asked of it, what is written to it, and what becomes of failures.
//!
//! It owns the rule that a failed write poisons: after one, what is on disk is unknown and an fsync that
//! failed once proves nothing when it succeeds the second time, so everything but reading is refused until a
//! restart. It must never retry.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use crate::cipher::AtRest;
use crate::store::beside::{Beside, Both};
use crate::store::files::Files;
use crate::store::{Bytes, Error, Order, Visit};

/// File in the folder that says that the store was found damaged: sled meets a broken page only when it reads it, which
/// may be long after it was opened. The next start builds the store again.
const DAMAGED: &str = "damaged";

/// An open sled, which another one takes the place of when the store is rewritten.
pub(crate) struct Disk {
    /// What holds. Who reads keeps it for as long as that takes.
    pub(crate) files: RwLock<Arc<Files>>,
    /// What values are encrypted by, where they are.
    pub(crate) cipher: AtRest,
    /// What is being filled. ORDER: taken before the files are.
    pub(crate) beside: Mutex<Option<Beside>>,
    pub(crate) poisoned: AtomicBool,
    pub(crate) damaged: AtomicBool,
}

/// Whether the store in `dir` was found damaged.
pub(crate) fn is_marked_damaged(dir: &Path) -> bool {
    dir.join(DAMAGED).exists()
}

impl Disk {
    /// Takes these files as they were opened.
    pub(crate) fn over(files: Files, cipher: AtRest) -> Self {
        Self {
            cipher,
            files: RwLock::new(Arc::new(files)),
            beside: Mutex::default(),
            poisoned: AtomicBool::new(false),
            damaged: AtomicBool::new(false),
        }
    }

    /// What holds now. Where it is rewritten its files stay until the last that has it lets go.
    pub(crate) fn files(&self) -> Arc<Files> {
        Arc::clone(&self.files.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What sled answers, as [`Files::ask`].
    pub(crate) fn ask<T>(
        &self,
        attempt: &'static str,
        ask: impl FnOnce(&sled::Db) -> sled::Result<T>,
    ) -> Result<T, Error> {
        self.files().ask(attempt, ask)
    }

    /// The same of a read: damage that it meets is remembered.
    pub(crate) fn read<T>(
        &self,
        attempt: &'static str,
        ask: impl FnOnce(&sled::Db) -> sled::Result<T>,
    ) -> Result<T, Error> {
        self.noticing(self.ask(attempt, ask))
    }

    /// The value of a key.
    pub(crate) fn get(&self, attempt: &'static str, key: &[u8]) -> Result<Option<Bytes>, Error> {
        let kept = self.read(attempt, |db| db.get(key))?;
        let shown = kept.map(|kept| self.shown(key, kept)).transpose();
        self.noticing(shown)
    }

    /// Has sled write, which is not durable before the next flush.
    pub(crate) fn write<T>(
        &self,
        attempt: &'static str,
        write: impl FnOnce(&mut Both<'_>) -> sled::Result<T>,
    ) -> Result<T, Error> {
        self.refuse_if_poisoned(attempt)?;
        // ORDER: held for the whole of it, so that nothing is copied in the middle and both get the same.
        let mut held = self.beside();
        let files = self.files();
        let begun = files.unsettled.begin();
        let written = begun.map_err(Error::io("mark", &files.log_path)).and_then(|()| {
            files.ask(attempt, |db| {
                let beside = held.as_mut();
                let disk = self;
                write(&mut Both { disk, db, beside })
            })
        });
        drop(held);
        self.poison_on_error(written)
    }

    /// Makes everything written so far durable.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        self.refuse_if_poisoned("flush")?;
        // ORDER: nobody writes meanwhile, or the mark of what is not synced would be gone too early.
        let held = self.beside();
        let flushed = self.files().flush();
        drop(held);
        self.poison_on_error(flushed)
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
        let files = self.files();
        let mut range = match to {
            [] => files.ask(attempt, |db| Ok(db.range(from..)))?,
            to => files.ask(attempt, |db| Ok(db.range(from..to)))?,
        };
        let mut next = || match order {
            Order::Ascending => range.next(),
            Order::Descending => range.next_back(),
        };
        while let Some((key, value)) = self.noticing(files.ask(attempt, |_| next().transpose()))? {
            let value = self.noticing(self.shown(&key, value))?;
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
        if !self.damaged.swap(true, Ordering::AcqRel) {
            self.tell_damaged();
        }
    }

    /// Tells the next start of it.
    pub(crate) fn tell_damaged(&self) {
        let files = self.files();
        // The one needs no room, the other is seen by people too.
        if let Err(error) = files.unsettled.lose() {
            tracing::error!(error = %error, "could not mark the store as unsettled");
        }
        let mark = files.dir.join(DAMAGED);
        if let Err(error) = File::create(&mark) {
            tracing::error!(error = %error, path = %mark.display(), "could not mark the store as damaged");
        }
    }
}
