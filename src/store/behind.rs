//! Writing behind: a commit is seen by readers at once and goes into sled in a thread of its own.
//!
//! sled takes a commit key by key, and how far that brings it with the last: the journal has the commit already, and a store
//! that ends in the middle of one gets it once more. Commits wait until they are many, or until they are to be durable, and
//! go in together, so that what several of them change is written once. Meanwhile they are put together in memory, so that
//! readers look in few places.

use std::{
    error::Error as _,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError, RwLock},
    thread::JoinHandle,
    time::Duration,
};

use crate::store::{
    Applied, Bytes, Error, codec,
    disk::Disk,
    layers::{self, Layer},
    mark::APPLIED_KEY,
};

/// Keys after which is looked whether commits that came meanwhile are to be put together.
const LOOK_EVERY: usize = 1_024;

/// After so long without a commit those that there are become durable: they are as many as there will be.
const IDLE: Duration = Duration::from_secs(5);

/// What the writing is told, and how far it is.
#[derive(Default)]
struct State {
    /// Bytes of the layers that sled does not have.
    bytes: usize,
    /// Whether somebody waits until sled has what there is.
    wanted: bool,
    /// Whether all is to be made durable.
    flush: bool,
    /// Whether something is not durable.
    is_dirty: bool,
    /// Whether there are layers that nobody looked at yet.
    grew: bool,
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
        let has_room =
            |state: &State| state.bytes == 0 || state.bytes.saturating_add(layer.bytes) <= self.bytes_max;
        let mut state = self.shared.wanting(&self.disk, has_room)?;
        state.bytes = state.bytes.saturating_add(layer.bytes);
        (state.grew, state.is_dirty) = (true, true);
        self.shared.write().push(Arc::new(layer));
        self.shared.changed.notify_all();
        Ok(())
    }

    /// Bytes of the commits that sled does not have.
    pub(crate) fn bytes(&self) -> usize {
        self.shared.lock().bytes
    }

    /// Waits until sled has all that was published.
    pub(crate) fn drained(&self) -> Result<(), Error> {
        self.shared
            .wanting(&self.disk, |state| state.bytes == 0)
            .map(drop)
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
            let many = self.bytes_max / 2;
            let run = move || shared.work(&disk, many);
            let begun = std::thread::Builder::new()
                .name("yekta-store".to_owned())
                .spawn(run);
            *thread = Some(begun.map_err(Error::io("start a thread for", &self.disk.files().log_path))?);
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
    /// Hands commits over where they are `many` bytes, somebody wants it or nothing else comes, until it is to end, or until
    /// sled fails: then they stay, for who reads.
    fn work(&self, disk: &Disk, many: usize) {
        loop {
            let is_due =
                |state: &State| state.wanted || state.flush || state.ends || state.bytes >= many.max(1);
            let Ok((mut state, is_idle)) = self.until_idle(disk, |state| state.grew || is_due(state)) else {
                break;
            };
            let is_due = is_due(&state) || is_idle;
            let (flush, ends) = (std::mem::take(&mut state.flush) || is_idle, state.ends);
            (state.wanted, state.grew) = (false, false);
            state.is_dirty &= !flush;
            drop(state);
            if !is_due {
                self.put_together(0);
                continue;
            }
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
        let together = Layer::together(&waiting);
        let changes = together.iter().flat_map(|layer| layer.changes());
        disk.write("apply commits", |both| {
            for (number, (key, value)) in changes.enumerate() {
                if number % LOOK_EVERY == 0 {
                    self.put_together(waiting.len());
                }
                match value {
                    Some(value) => both.insert(key, value)?,
                    None => both.remove(key)?,
                }
            }
            // ORDER: the last, so that it never says more than sled has.
            both.insert(APPLIED_KEY, &Bytes::from(applied))
        })?;
        let bytes = waiting.iter().map(|layer| layer.bytes).sum::<usize>();
        // ORDER: readers find in sled what is no longer here.
        self.write().drain(..waiting.len());
        let mut state = self.lock();
        state.bytes = state.bytes.saturating_sub(bytes);
        self.changed.notify_all();
        Ok(())
    }

    /// Puts layers together that are worth it, but for the oldest `taken`. Nobody but this thread takes layers away.
    fn put_together(&self, taken: usize) {
        loop {
            let layers = self.read().get(taken..).map(<[_]>::to_vec).unwrap_or_default();
            let Some(count) = layers::worth_putting_together(&layers) else {
                return;
            };
            let first = layers.len().saturating_sub(count);
            let Some(newest) = layers.get(first..) else { return };
            let Some(layer) = Layer::together(newest) else {
                return;
            };
            let bytes: usize = newest.iter().map(|layer| layer.bytes).sum();
            let saved = bytes.saturating_sub(layer.bytes);
            let (from, to) = (taken.saturating_add(first), taken.saturating_add(layers.len()));
            self.write().splice(from..to, [Arc::new(layer)]);
            let mut state = self.lock();
            state.bytes = state.bytes.saturating_sub(saved);
        }
    }

    /// Waits until something holds, or sled has failed; until then sled is to get what there is.
    fn wanting(&self, disk: &Disk, holds: impl Fn(&State) -> bool) -> Result<MutexGuard<'_, State>, Error> {
        let waits = |state: &mut State| {
            let waits = !disk.is_poisoned() && !holds(state);
            if waits && !std::mem::replace(&mut state.wanted, true) {
                self.changed.notify_all();
            }
            waits
        };
        let state = self.changed.wait_while(self.lock(), waits);
        disk.refuse_if_poisoned("apply commits")?;
        Ok(state.unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until something holds, sled has failed, or for a while where something is not durable; whether that passed.
    fn until_idle(
        &self,
        disk: &Disk,
        holds: impl Fn(&State) -> bool,
    ) -> Result<(MutexGuard<'_, State>, bool), Error> {
        loop {
            let waits = |state: &mut State| !disk.is_poisoned() && !holds(state);
            let waited = self.changed.wait_timeout_while(self.lock(), IDLE, waits);
            let (state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            disk.refuse_if_poisoned("apply commits")?;
            if !timeout.timed_out() || state.is_dirty {
                return Ok((state, timeout.timed_out()));
            }
        }
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
