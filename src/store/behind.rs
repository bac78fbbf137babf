//! Writing behind: a commit is seen by readers at once and goes into sled in a thread of its own.
//!
//! sled takes a commit key by key, and how far that brings it with the last: the journal has the commit already, and a store
//! that ends in the middle of one gets it once more. Commits that wait go in together, so that what several of them change
//! is written once.

use std::{
    collections::BTreeMap,
    error::Error as _,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock},
    thread::JoinHandle,
};

use crate::store::{
    Applied, Bytes, Error, codec,
    disk::Disk,
    layers::{self, Layer},
    mark::APPLIED_KEY,
};

/// What the writing is told, and how far it is.
#[derive(Default)]
struct State {
    /// Bytes of the layers that sled does not have.
    bytes: usize,
    /// Whether what sled has is to be made durable.
    flush: bool,
    /// Whether the thread is to end once sled has all.
    ends: bool,
}

#[derive(Default)]
struct Shared {
    /// The commits that sled does not have yet, the newest the last.
    layers: RwLock<Vec<Arc<Layer>>>,
    state: Mutex<State>,
    changed: Condvar,
    /// Who is told that sled failed.
    failed: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

/// The commits that wait for sled, and the thread that hands them over.
pub(crate) struct Behind {
    disk: Arc<Disk>,
    shared: Arc<Shared>,
    /// Bytes of commits that may wait, beside one that is larger.
    bytes_max: usize,
    /// Begun with the first commit: who only reads needs none.
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Behind {
    pub(crate) fn over(disk: Arc<Disk>, bytes_max: usize) -> Self {
        Self {
            disk,
            shared: Arc::default(),
            bytes_max,
            thread: Mutex::default(),
        }
    }

    /// Shows a commit to readers, as one, once there is room for it.
    pub(crate) fn publish(&self, layer: Layer) -> Result<(), Error> {
        self.begin()?;
        let mut state = self.shared.until(&self.disk, |state| {
            state.bytes == 0 || state.bytes.saturating_add(layer.bytes) <= self.bytes_max
        })?;
        state.bytes = state.bytes.saturating_add(layer.bytes);
        self.shared.write().push(Arc::new(layer));
        self.shared.changed.notify_all();
        Ok(())
    }

    /// Waits until sled has all that was published.
    pub(crate) fn drained(&self) -> Result<(), Error> {
        self.shared.until(&self.disk, |state| state.bytes == 0).map(drop)
    }

    /// Has what was published made durable soon. That it failed is told to who publishes next.
    pub(crate) fn flush_soon(&self) {
        self.shared.lock().flush = true;
        self.shared.changed.notify_all();
    }

    /// Calls `tell` once, from the thread that writes, where sled fails; who asks a second time is not heard.
    pub(crate) fn on_failure(&self, tell: impl Fn() + Send + Sync + 'static) {
        self.shared.failed.set(Box::new(tell)).ok();
    }

    /// What the commits that sled does not have say of a key.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Option<Bytes>> {
        layers::get(&self.shared.read(), key)
    }

    /// The commits that sled does not have, the newest the last.
    pub(crate) fn layers(&self) -> Vec<Arc<Layer>> {
        self.shared.read().clone()
    }

    /// How far these bring the store, if there are any.
    pub(crate) fn applied(&self) -> Option<Applied> {
        self.shared.read().last().map(|layer| layer.applied)
    }

    fn begin(&self) -> Result<(), Error> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() {
            let (disk, shared) = (Arc::clone(&self.disk), Arc::clone(&self.shared));
            let run = move || shared.work(&disk);
            let begun = std::thread::Builder::new()
                .name("yekta-store".to_owned())
                .spawn(run);
            *thread = Some(begun.map_err(Error::io("start a thread for", &self.disk.log_path))?);
        }
        Ok(())
    }
}

impl Drop for Behind {
    fn drop(&mut self) {
        self.shared.lock().ends = true;
        self.shared.changed.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the thread that writes the store panicked");
        }
    }
}

impl Shared {
    /// Hands commits over until it is to end, or until sled fails: then they stay, for who reads.
    fn work(&self, disk: &Disk) {
        loop {
            let Ok(mut state) = self.until(disk, |state| state.bytes > 0 || state.flush || state.ends) else {
                break;
            };
            let (flush, ends) = (std::mem::take(&mut state.flush), state.ends);
            drop(state);
            let handed_over = self.hand_over(disk);
            let written = handed_over.and_then(|()| if flush { disk.flush() } else { Ok(()) });
            if let Err(error) = written {
                let cause = error.source().map(ToString::to_string);
                tracing::error!(%error, cause, "could not write the store");
                // Whoever looked a moment ago waits by now.
                drop(self.lock());
                self.changed.notify_all();
                self.failed.get().into_iter().for_each(|tell| tell());
                break;
            }
            if ends && self.read().is_empty() {
                break;
            }
        }
    }

    /// Hands over what waits.
    fn hand_over(&self, disk: &Disk) -> Result<(), Error> {
        let waiting = self.read().clone();
        let Some(newest) = waiting.last() else {
            return Ok(());
        };
        let applied = disk.poison_on_error(codec::encode(&newest.applied).map_err(Error::from))?;
        let changes: BTreeMap<&[u8], Option<&Bytes>> = layers::between(&waiting, &[], &[]);
        disk.write("apply commits", |db| {
            for (key, value) in changes {
                match value {
                    Some(value) => db.insert(key, value)?,
                    None => db.remove(key)?,
                };
            }
            // ORDER: the last, so that it never says more than sled has.
            db.insert(APPLIED_KEY, applied)
        })?;
        let bytes = waiting.iter().map(|layer| layer.bytes).sum::<usize>();
        // ORDER: readers find in sled what is no longer here.
        self.write().drain(..waiting.len());
        let mut state = self.lock();
        state.bytes = state.bytes.saturating_sub(bytes);
        self.changed.notify_all();
        Ok(())
    }

    /// Waits until something holds, or sled has failed.
    fn until(&self, disk: &Disk, holds: impl Fn(&State) -> bool) -> Result<MutexGuard<'_, State>, Error> {
        let waits = |state: &mut State| !holds(state) && !disk.is_poisoned();
        let state = self
            .changed
            .wait_while(self.lock(), waits)
            .unwrap_or_else(PoisonError::into_inner);
        disk.refuse_if_poisoned("apply commits")?;
        Ok(state)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Vec<Arc<Layer>>> {
        self.layers.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, Vec<Arc<Layer>>> {
        self.layers.write().unwrap_or_else(PoisonError::into_inner)
    }
}
