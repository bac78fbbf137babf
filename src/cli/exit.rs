//! How commands end: errors as text on standard error, and as the exit codes that `--help` promises.

use std::{io, process::ExitCode};

use crate::{
    app::ServiceError,
    config::{ConfigError, TenantError},
};

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The configuration is wrong: exit code 78.
    Config(ConfigError),
    /// The arguments contradict each other: exit code 2.
    Usage(String),
    /// Whoever read the output has left: no failure of ours.
    Unread,
    /// Anything else: exit code 1.
    Failed(anyhow::Error),
}

impl Failure {
    /// Says what failed and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        match self {
            Self::Config(error) => {
                eprintln!("yekta: {error}");
                ExitCode::from(78)
            }
            Self::Usage(told) => {
                eprintln!("yekta: {told}");
                ExitCode::from(2)
            }
            Self::Unread => ExitCode::SUCCESS,
            Self::Failed(error) => {
                eprintln!("yekta: {error:#}");
                ExitCode::FAILURE
            }
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<TenantError> for Failure {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::Config(error) => Self::Config(error),
            unread @ TenantError::Read { .. } => Self::Failed(unread.into()),
        }
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Tenant(error) => error.into(),
            error => Self::Failed(error.into()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Unread,
            _ => Self::Failed(error.into()),
        }
    }
}

macro_rules! failed {
    ($($error:ty),+ $(,)?) => {
        $(impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::Failed(error.into())
            }
        })+
    };
}

failed!(
    anyhow::Error,
    crate::app::HandOverError,
    crate::app::StreamError,
    crate::cli::client::error::ClientError,
    crate::engine::SnapshotError,
    crate::engine::StartError,
    crate::telemetry::LoggingError,
    tokio::task::JoinError,
);

/// Ends when the process is told to stop: SIGTERM, or Ctrl-C.
pub(crate) fn signalled() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
