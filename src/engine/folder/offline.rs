//! A data folder that no process runs on, opened to be looked at.

use std::sync::Arc;

use crate::{
    domain::profile::FoldLimits,
    engine::{
        EngineConfig,
        folder::open::{Folder, Opened, StartError},
        queries::answer::{QueryError, fingerprints},
    },
    store::{FolderLock, ProfileId, Read, Store, View, fingerprint::Multiset, keys},
};

/// A store and the lock that keeps others out.
#[derive(Debug)]
pub struct Offline {
    store: Store,
    _lock: Arc<FolderLock>,
}

impl Offline {
    /// Opens a tenant's folder: one with a journal is recovered first; one whose journal is a stream is shown as far as
    /// its store was applied.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn open(config: &EngineConfig) -> Result<Self, StartError> {
        let folder = Folder::of(config)?;
        if folder.is_view_of_a_stream() {
            let cipher = folder.secrets().cipher().clone();
            let (dir, lock) = folder.into_parts();
            let _lock = Arc::new(lock);
            let store = Store::open_by(&dir.join("store"), config.store, cipher)?;
            return Ok(Self { store, _lock });
        }
        drop(folder);
        let (store, _lock) = Opened::open(config)?.into_store();
        Ok(Self { store, _lock })
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Whether nothing is left to be looked at again, nor to be made anew by other rules: what is there depends on which
    /// events came, and not on when.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_settled(&self) -> Result<bool, QueryError> {
        let repairs = self.store.first_atoms(keys::REPAIRS, 1)?;
        Ok(repairs.is_empty() && self.store.get(keys::RENEWAL)?.is_none())
    }

    /// The fingerprint of every live profile, computed anew from its atoms, in the order of the ids; and their sum.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn fingerprints(
        &self,
        fold: &FoldLimits,
        visit: impl FnMut(ProfileId, [u8; 32]),
    ) -> Result<Multiset, QueryError> {
        fingerprints(&self.store, fold, visit)
    }
}
