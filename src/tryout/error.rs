//! Why rules could not be tried out: owns [`TryError`]. No text of it holds what a customer said.

use std::{io, path::PathBuf};

use crate::{
    config::ConfigError,
    engine::{QueryError, StartError, trial::TrialError},
};

/// Why rules could not be tried out.
#[derive(Debug, thiserror::Error)]
pub enum TryError {
    /// A file of cases is none.
    #[error(transparent)]
    Cases(#[from] ConfigError),
    /// The folder for it cannot be opened.
    #[error("open a folder to try rules out in")]
    Start(#[from] StartError),
    /// A step failed.
    #[error("try rules out")]
    Trial(#[from] TrialError),
    /// A store cannot be read.
    #[error("read what was recorded")]
    Query(#[from] QueryError),
    /// What is sorted cannot be written down or read.
    #[error("sort what was recorded in {}", path.display())]
    Sort {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder to try rules out in cannot be prepared.
    #[error("write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What would be published is no JSON that is known here.
    #[error("read what would be published")]
    Published(#[from] serde_json::Error),
}
