//! How a process comes to share a tenant's folder of secrets and snapshots with others: by the data keys that the owner
//! offers, and without what it cannot open. Called by `app` where a member starts and where it takes the tenant over.

use std::path::Path;

use tokio::sync::watch;

use crate::{
    cipher::MasterKeys,
    engine::{
        error::chain,
        folder::{
            build::Places,
            open::{EngineConfig, Folder, StartError},
            secrets,
        },
        standby::{Held, Standby},
        writer::handle::Handle,
    },
    store::{self, snapshot},
};

/// Whether a file of this content holds secrets that one of the master keys wraps.
pub fn secrets_open(file: &[u8], master: &MasterKeys) -> bool {
    secrets::opens(file, master)
}

/// Whether the folder has a store that a start goes on from. Where one is built, a newer snapshot of somebody else's spares the
/// start what the journal has up to there.
pub fn has_store(config: &EngineConfig) -> bool {
    store::is_trusted(&Places::in_folder(&config.dir).store)
}

impl Folder {
    /// What others may be offered of its secrets before anything is encrypted by them, where nobody offers any.
    ///
    /// # Errors
    /// [`StartError::Io`].
    pub fn first_offer(&self) -> Result<Option<Vec<u8>>, StartError> {
        self.secrets().first_offer()
    }

    /// Goes by the data keys of others, and leaves it to them to draw new ones.
    ///
    /// # Errors
    /// [`StartError::Io`].
    pub fn join(&self, offered: Option<&[u8]>) -> Result<(), StartError> {
        self.secrets().join(offered)
    }

    /// Removes a snapshot that came from elsewhere and that no key here opens: it would be taken for damaged at each start.
    ///
    /// # Errors
    /// [`StartError::Store`] where it cannot be read at all, or not be removed.
    pub fn remove_unopened(&self, fetched: &Path) -> Result<(), StartError> {
        match snapshot::begins(fetched, self.secrets().cipher()) {
            Err(error) if error.is_damage() || matches!(error, store::Error::NoKey) => {
                tracing::warn!(
                    error = %chain(&error),
                    snapshot.path = %fetched.display(),
                    "removed the snapshot that was fetched: no key here opens it"
                );
                Ok(snapshot::remove(fetched)?)
            }
            begun => Ok(begun?),
        }
    }
}

impl Held {
    /// Goes by the data keys of others, and leaves it to them to draw new ones.
    ///
    /// # Errors
    /// [`StartError::Io`].
    pub fn join(&self, offered: Option<&[u8]>) -> Result<(), StartError> {
        self.secrets.join(offered)
    }
}

impl Standby {
    /// Draws data keys from now on, beside those that the owner before offered.
    ///
    /// # Errors
    /// [`StartError::Io`].
    pub fn own_secrets(&self, offered: Option<&[u8]>) -> Result<(), StartError> {
        self.handle.secrets.own(offered)
    }
}

impl Handle {
    /// Told whenever the file of secrets is another: by another master key, and where data keys are given up.
    pub fn secrets_changes(&self) -> watch::Receiver<()> {
        self.secrets.changes()
    }
}

#[cfg(test)]
mod tests;
