//! The committed state: one sled tree, and over it the commits that it does not have yet. It takes each commit whole and
//! is read by anybody.
//!
//! Written by the engine's writer thread alone; sled gets the commits in a thread beside it
//! ([`behind`](crate::store::behind)).

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex},
};

use crate::{
    cipher::AtRest,
    store::{
        Applied, Bytes, Error, MetaName, Order, StoreConfig, View, Visit,
        behind::Behind,
        codec,
        disk::Disk,
        files::Files,
        layers::{self, FIRST_KEY, Layer},
        mark::{APPLIED_KEY, Named},
        merge::merge,
        rewritten::Folders,
    },
};

mod rewrite;

pub use crate::store::sled_store::rewrite::Former;

/// A handle on an open store; clones are cheap and share it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    /// Goes first: what it has yet to hand over needs the other.
    behind: Behind,
    disk: Arc<Disk>,
    /// Where it lies, by turns.
    folders: Folders,
    config: StoreConfig,
    /// Held while it is rewritten.
    rewriting: Mutex<()>,
}

impl Store {
    /// Wraps sled as it opened in `dir`.
    pub(crate) fn over(db: sled::Db, dir: &Path, config: StoreConfig, cipher: AtRest) -> Result<Self, Error> {
        Ok(Self::on(Files::over(db, dir)?, config, cipher))
    }

    fn on(files: Files, config: StoreConfig, cipher: AtRest) -> Self {
        let folders = Folders::of(&files.dir);
        let disk = Arc::new(Disk::over(files, cipher));
        let inner = Arc::new(Inner {
            behind: Behind::over(Arc::clone(&disk), config.behind_bytes_max),
            disk,
            folders,
            config,
            rewriting: Mutex::default(),
        });
        Self { inner }
    }

    /// What sled and its files are asked for.
    pub(crate) fn disk(&self) -> &Disk {
        &self.inner.disk
    }

    pub(crate) fn is_empty(&self) -> Result<bool, Error> {
        self.disk()
            .ask("look whether it is empty", |db| Ok(db.is_empty()))
    }

    /// Takes the changes of a commit and how far that brings the store, as one: readers see all of it or nothing, and a
    /// restart goes on from a commit that it has the whole of. `None` deletes; of two changes of one key the later counts.
    /// Not durable before [`Store::flush`]; waits while `store.behind_bytes_max` of commits have yet to be handed to sled.
    ///
    /// # Errors
    /// [`Error::ReservedKey`] leaves the store as it was. [`Error::Poisoned`] where sled failed to take an earlier one: then
    /// every later write is refused.
    pub fn apply<'a>(
        &self,
        applied: Applied,
        changes: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
    ) -> Result<(), Error> {
        self.disk().refuse_if_poisoned("apply a commit")?;
        self.inner.behind.publish(Layer::of(applied, changes)?)
    }

    /// How far the journal has been applied; all zero in a new store.
    ///
    /// # Errors
    /// When that record is missing, damaged or unreadable.
    pub fn applied(&self) -> Result<Applied, Error> {
        if let Some(applied) = self.inner.behind.applied() {
            return Ok(applied);
        }
        let bytes = self.disk().get("read the applied position", APPLIED_KEY)?;
        let bytes = bytes.ok_or(Error::Missing {
            record: "applied position",
        })?;
        Ok(codec::decode(&bytes)?)
    }

    /// Makes everything applied so far durable.
    ///
    /// # Errors
    /// When sled or the file system fails; every later write is then refused with [`Error::Poisoned`].
    pub fn flush(&self) -> Result<(), Error> {
        self.inner.behind.drained()?;
        self.disk().flush()
    }

    /// Has everything applied so far made durable, without waiting for it. Where that fails, the next commit is refused.
    pub fn flush_soon(&self) {
        self.inner.behind.flush_soon();
    }

    /// Has `tell` called once, from another thread, where what was applied cannot be written: nothing can be applied then.
    pub fn on_failure(&self, tell: impl Fn() + Send + Sync + 'static) {
        self.inner.behind.on_failure(tell);
    }

    /// A named small value.
    ///
    /// # Errors
    /// When it is damaged or unreadable.
    pub fn meta_get(&self, name: MetaName) -> Result<Option<Vec<u8>>, Error> {
        let bytes = self.disk().get("read a named value", name.key())?;
        let named = bytes.map(|bytes| codec::decode::<Named>(&bytes)).transpose()?;
        Ok(named.map(|named| named.value))
    }

    /// Writes a named small value, which is durable when this returns.
    ///
    /// # Errors
    /// As [`Store::flush`]; a value that is too long is refused and poisons nothing.
    pub fn meta_put(&self, name: MetaName, value: &[u8]) -> Result<(), Error> {
        let attempt = "write a named value";
        self.disk().refuse_if_poisoned(attempt)?;
        let record = codec::encode(&Named {
            value: value.to_vec(),
        })?;
        self.disk()
            .write(attempt, |both| both.insert(name.key(), &Bytes::from(record)))?;
        self.flush()
    }

    /// Bytes that the store takes on disk.
    ///
    /// # Errors
    /// When the files cannot be asked.
    pub fn size_on_disk(&self) -> Result<u64, Error> {
        self.disk().ask("measure its files", sled::Db::size_on_disk)
    }

    /// The folders that it lies in by turns, and while it is rewritten in both.
    pub fn folders(&self) -> [&Path; 2] {
        self.inner.folders.both()
    }

    /// Bytes of commits that were applied and are not in its files yet.
    pub fn behind_bytes(&self) -> u64 {
        u64::try_from(self.inner.behind.bytes()).unwrap_or(u64::MAX)
    }

    /// Whether an earlier write failed, so that every later one is refused.
    pub fn is_poisoned(&self) -> bool {
        self.disk().is_poisoned()
    }

    /// Whether a read or a write met damage. The process should end: its next start builds the store again.
    pub fn is_damaged(&self) -> bool {
        self.disk().is_damaged()
    }
}

impl View for Store {
    fn refused(&self, error: &Error) {
        self.disk().notice(error);
    }

    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, Error> {
        if key < FIRST_KEY {
            return Ok(None);
        }
        if let Some(value) = self.inner.behind.get(key) {
            return Ok(value);
        }
        self.disk().get("read a key", key)
    }

    fn scan(&self, from: &[u8], to: &[u8], order: Order, visit: &mut Visit<'_>) -> Result<(), Error> {
        let from = from.max(FIRST_KEY);
        if !to.is_empty() && from >= to {
            return Ok(());
        }
        let waiting = self.inner.behind.layers();
        let changes = layers::between(&waiting, from, to, order);
        if changes.is_empty() {
            return self.disk().scan(from, to, order, visit);
        }
        let below = |visit: &mut Visit<'_>| self.disk().scan(from, to, order, visit);
        merge(changes, order, below, visit)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("log_path", &self.disk().files().log_path)
            .field("poisoned", &self.is_poisoned())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
