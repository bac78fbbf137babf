//! Folders that go with the command that made them.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use crate::cli::exit::Failure;

/// A folder that goes with this value.
pub(crate) struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// A new folder of the system's, with `what` in its name.
    pub(crate) fn new(what: &str) -> Result<Self, Failure> {
        let folder = std::env::temp_dir().join(format!("yekta-{what}-{}", Uuid::now_v7().simple()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(error = %error, folder = %self.0.display(), "left the temporary folder behind");
        }
    }
}
