//! The sled that a rewrite fills beside the one that holds, and how it comes to hold itself.
//!
//! Owns that both have the same once all keys were copied: a part is copied while nobody writes, and what is written goes
//! into both. What fails in the new one must never be a failure of the store: only the rewrite ends.

use std::sync::{Arc, MutexGuard, PoisonError};

use crate::store::{Bytes, Error, disk::Disk, files::Files};

/// Keys that are copied at a time, before others may write.
const KEYS_AT_ONCE: usize = 512;

/// A sled that is being filled.
pub(crate) struct Beside {
    files: Arc<Files>,
    /// What failed; it gets nothing more then.
    failed: Option<Error>,
}

impl Beside {
    fn take<T>(&mut self, write: impl FnOnce(&sled::Db) -> sled::Result<T>) {
        if self.failed.is_none() {
            self.failed = self.files.ask("rewrite its files", write).err();
        }
    }

    /// Whether it has all that it was given.
    fn sound(&mut self) -> Result<(), Error> {
        self.failed.take().map_or(Ok(()), Err)
    }
}

/// Where a write goes: into the sled that holds, and into the one that is being filled, if there is one.
pub(crate) struct Both<'a> {
    pub(crate) disk: &'a Disk,
    pub(crate) db: &'a sled::Db,
    pub(crate) beside: Option<&'a mut Beside>,
}

impl Both<'_> {
    pub(crate) fn insert(&mut self, key: &[u8], value: &Bytes) -> sled::Result<()> {
        let kept = self.disk.kept(key, value);
        self.each(|db| db.insert(key, &kept).map(drop))
    }

    pub(crate) fn remove(&mut self, key: &[u8]) -> sled::Result<()> {
        self.each(|db| db.remove(key).map(drop))
    }

    pub(crate) fn apply_batch(&mut self, batch: &sled::Batch) -> sled::Result<()> {
        self.each(|db| db.apply_batch(batch.clone()))
    }

    fn each(&mut self, write: impl Fn(&sled::Db) -> sled::Result<()>) -> sled::Result<()> {
        write(self.db)?;
        if let Some(beside) = &mut self.beside {
            beside.take(write);
        }
        Ok(())
    }
}

impl Disk {
    /// Held by who writes, by who makes durable, and by who copies or changes over.
    pub(crate) fn beside(&self) -> MutexGuard<'_, Option<Beside>> {
        self.beside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on what is written goes into these too, which are empty.
    pub(crate) fn begin_beside(&self, files: Files) {
        let files = Arc::new(files);
        *self.beside() = Some(Beside { files, failed: None });
    }

    /// Copies the keys from `from` on, the store's own among them, as far as one part goes; where the next begins. What was
    /// encrypted under a former key, or not at all, is under the one that is used now then.
    ///
    /// Nobody writes meanwhile, so that no value is older than what was written and no key comes back that was deleted.
    pub(crate) fn copy_beside(&self, from: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let attempt = "copy its keys";
        let mut held = self.beside();
        let Some(beside) = held.as_mut() else {
            return Ok(None);
        };
        let files = self.files();
        let mut range = files.ask(attempt, |db| Ok(db.range(from..)))?;
        let mut next = || self.noticing(files.ask(attempt, |_| range.next().transpose()));
        for _ in 0..KEYS_AT_ONCE {
            let Some((key, value)) = next()? else {
                return beside.sound().map(|()| None);
            };
            let value = self.noticing(self.kept_anew(&key, value))?;
            beside.take(|db| db.insert(&key, value));
        }
        beside.sound()?;
        Ok(next()?.map(|(key, _)| key.to_vec()))
    }

    /// Makes what was filled so far durable while others write, so that little is left to be done when it comes to hold.
    pub(crate) fn flush_beside(&self) -> Result<(), Error> {
        let files = self.beside().as_ref().map(|beside| Arc::clone(&beside.files));
        files.map_or(Ok(()), |files| files.make_durable())
    }

    /// Has the sled that was filled hold from now on, and answers the one that held. `say` has to say so on disk.
    ///
    /// # Errors
    /// Whatever failed in it: then everything is as it was.
    pub(crate) fn change_over(&self, say: impl FnOnce() -> Result<(), Error>) -> Result<Arc<Files>, Error> {
        let attempt = "change over to its new files";
        let mut held = self.beside();
        self.refuse_if_poisoned(attempt)?;
        if self.is_damaged() {
            return Err(Error::Damaged { attempt });
        }
        let Some(beside) = held.as_mut() else {
            return Err(Error::Poisoned { attempt });
        };
        beside.sound()?;
        // ORDER: all of it is durable before it is said to hold, and that is durable before anything is written to it alone.
        // Its mark of what is not synced is made with zeros and was not set yet: that is first done by a write to it alone.
        beside.files.make_durable()?;
        say()?;
        let new = Arc::clone(&beside.files);
        let former = std::mem::replace(
            &mut *self.files.write().unwrap_or_else(PoisonError::into_inner),
            new,
        );
        *held = None;
        drop(held);
        // Somebody may have met damage meanwhile and have told it of the files that are no more.
        if self.is_damaged() {
            self.tell_damaged();
        }
        Ok(former)
    }

    /// Lets go of what was filled: what is written goes only where it went before.
    pub(crate) fn give_beside_up(&self) {
        // Closed only once others may write again.
        let given_up = self.beside().take();
        drop(given_up);
    }
}
