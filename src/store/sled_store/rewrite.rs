//! Rewriting a store while it is at work: what was deleted stays in sled's files, so a new sled gets what is there still and
//! takes the place of the old one, whose files go.
//!
//! Owns the way from one to the other and its pace; must never touch the folder that holds. Called from a thread of its own.

use std::{
    path::Path,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use crate::store::{Error, Store, files::Files, rewritten::remove};

/// How long those may take who still read the files that were changed over from.
const READ_MAX: Duration = Duration::from_secs(60);

/// What became of the files that a store was rewritten from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Former {
    /// They are gone, and with them all that was deleted.
    Removed,
    /// Somebody reads them still, or they could not be removed: they go with the next rewrite or the next start.
    Left,
}

impl Store {
    /// Rewrites the store, so that nothing is left on its disk of what was deleted before this was called. Readers and the
    /// writer go on meanwhile; both page caches take memory until it is done. What is deleted meanwhile may be left.
    ///
    /// # Errors
    /// What `goes_on` answers, which is asked between the parts, and whatever fails in the new files: then everything is as
    /// it was.
    pub fn rewrite<E: From<Error>>(&self, goes_on: &mut dyn FnMut() -> Result<(), E>) -> Result<Former, E> {
        let inner = &self.inner;
        // One at a time: they share the folder beside.
        let _alone = inner.rewriting.lock().unwrap_or_else(PoisonError::into_inner);
        let disk = self.disk();
        let new = inner.folders.other(&disk.files().dir).to_owned();
        let filled = self.fill(&new, goes_on);
        let changed = filled.and_then(|()| disk.change_over(|| inner.folders.turn_to(&new)).map_err(E::from));
        match changed {
            Ok(former) => Ok(let_go(former, goes_on)),
            Err(error) => {
                disk.give_beside_up();
                remove_or_tell(&new);
                Err(error)
            }
        }
    }

    /// Fills a new sled in the folder `new` with all that is in this one, in parts, with a rest behind each.
    fn fill<E: From<Error>>(&self, new: &Path, goes_on: &mut dyn FnMut() -> Result<(), E>) -> Result<(), E> {
        let disk = self.disk();
        disk.refuse_if_poisoned("rewrite its files")?;
        goes_on()?;
        remove(new)?;
        // ORDER: what was deleted so far is deleted in sled too before anything is copied, or it would be copied first.
        self.inner.behind.drained()?;
        disk.begin_beside(Files::make(new, self.inner.config.cache_bytes)?);
        let mut next = Some(Vec::new());
        while let Some(from) = next {
            let begun = Instant::now();
            next = disk.copy_beside(&from)?;
            goes_on()?;
            std::thread::sleep(begun.elapsed());
        }
        disk.flush_beside()?;
        goes_on()
    }
}

/// Removes the files that do not hold any more once nobody reads them.
fn let_go<E>(former: Arc<Files>, goes_on: &mut dyn FnMut() -> Result<(), E>) -> Former {
    let dir = former.dir.clone();
    let deadline = Instant::now() + READ_MAX;
    // Nobody gets at them any more: those who have them become fewer.
    while Arc::strong_count(&former) > 1 {
        if Instant::now() >= deadline || goes_on().is_err() {
            tracing::warn!(path = %dir.display(), "the store is rewritten, but its former files are still read");
            return Former::Left;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(former);
    remove_or_tell(&dir)
}

/// Removes a folder that does not hold. Where that fails the next rewrite or the next start does it.
fn remove_or_tell(dir: &Path) -> Former {
    match remove(dir) {
        Ok(()) => Former::Removed,
        Err(error) => {
            tracing::warn!(%error, path = %dir.display(), "could not remove files of a store that are no more in use");
            Former::Left
        }
    }
}
