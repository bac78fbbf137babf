//! The file of the master key: looked at again while the service runs, so that a key can be replaced without stopping it.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use thiserror::Error;

use crate::{
    cipher::{MasterKeys, MasterKeysError},
    config::Settings,
    engine::{Handle, SecretsError},
    followed::{self, Files, Look},
    telemetry::GuardMetrics,
};

/// Why the file changes nothing. Shows nothing of what it holds.
#[derive(Debug, Error)]
pub(crate) enum MasterFileError {
    /// It cannot be read.
    #[error("read {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It holds no key.
    #[error("read {}", path.display())]
    NoKey {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: MasterKeysError,
    },
    /// The secrets could not be wrapped by it.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// The file, and the engine that goes by it.
#[derive(Debug)]
pub(crate) struct MasterFile {
    path: PathBuf,
    engine: Handle,
    metrics: GuardMetrics,
}

impl MasterFile {
    /// The file of `settings`, if they name one.
    pub(crate) fn of(settings: &Settings, engine: &Handle, metrics: GuardMetrics) -> Option<Self> {
        let path = settings.data.key_file.clone()?;
        Some(Self {
            path,
            engine: engine.clone(),
            metrics,
        })
    }

    /// Looks at it `every` so often, and goes by what it holds then. Never ends.
    pub(crate) async fn follow(self, every: Duration) {
        let metrics = self.metrics.clone();
        followed::follow(self, every, move || metrics.keys_refused()).await;
    }

    /// Goes by what it holds now. Blocks.
    pub(crate) fn take_now(&self) {
        if let Err(error) = self.take() {
            self.metrics.keys_refused();
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "look at the master key: what it was before stays"
            );
        }
    }

    fn take(&self) -> Result<bool, MasterFileError> {
        Ok(self.engine.turn_to(read(&self.path)?)?)
    }
}

fn read(path: &Path) -> Result<MasterKeys, MasterFileError> {
    let text = std::fs::read_to_string(path).map_err(|source| MasterFileError::File {
        path: path.to_owned(),
        source,
    })?;
    MasterKeys::parse(&text).map_err(|source| MasterFileError::NoKey {
        path: path.to_owned(),
        source,
    })
}

impl Files for MasterFile {
    const WHAT: &'static str = "master key";
    type Error = MasterFileError;

    fn look(&mut self) -> Look<MasterFileError> {
        self.take().into()
    }
}
