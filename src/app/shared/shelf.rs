//! The newest snapshot that an owner kept for the others: brought to a disk that is empty, whose store is
//! lost, or that is too old for what the journal still has.

use std::path::{Path, PathBuf};

use crate::nats::{self, Connection, shelf::Shelf};

/// Brings it into the folder of a tenant, where there is one; where it is then. That there is none, or that it does not come,
/// is told and stops nothing: the journal may do.
pub(crate) async fn fetch(connection: &Connection, settings: &nats::Settings, dir: &Path) -> Option<PathBuf> {
    let shelf = Shelf::of(connection, settings);
    match shelf.fetch(&dir.join("snapshots")).await {
        Ok(fetched) => {
            if let Some(path) = &fetched {
                tracing::info!(snapshot.path = %path.display(), "fetched a snapshot from the object store");
            }
            fetched
        }
        Err(error) => {
            tracing::warn!(
                error = %error,
                cause = std::error::Error::source(&error).map(tracing::field::display),
                "the snapshot in the object store does not come"
            );
            None
        }
    }
}
