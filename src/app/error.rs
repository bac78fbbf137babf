//! Why a service does not start, or stops. Owns what is told of it, whichever duty met it.

use std::{io, net::SocketAddr, path::PathBuf, time::Duration};

use crate::{
    app::certificate::CertificateError,
    audit::AuditError,
    config::TenantError,
    engine::{StandbyError, StartError, error::Error as WriteError},
    nats::{self, bucket::BucketError, ingest::FollowError, mirror::MirrorError},
    telemetry::MetricsError,
};

/// Why the service did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The bucket where processes that share a tenant meet cannot be used.
    #[error("share the tenant with other processes")]
    Bucket(#[source] BucketError),
    /// The secrets that another process offers cannot be kept.
    #[error("keep the secrets of the tenant in {}", path.display())]
    Secrets {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A shop's process has no way to know the tenant's identifiers again.
    #[error(
        "serve a shop: expected the secrets of the tenant in {}; copy them from headquarters, or start with headquarters' data.key_file while the line is up",
        path.display()
    )]
    NoSecrets {
        /// The file.
        path: PathBuf,
    },
    /// The tenant has no secrets yet, which its partition is to have.
    #[error(
        "serve a partition: expected the secrets of its tenant within {patience:?}, offered by another member or in {}",
        path.display()
    )]
    LateSecrets {
        /// The tenant's file.
        path: PathBuf,
        /// How long they were waited for.
        patience: Duration,
    },
    /// The tenant has another number of partitions.
    #[error(transparent)]
    Partitions(#[from] PartitionsError),
    /// A shop's process does not follow the mirror of the journal.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
    /// The standby does not become the owner.
    #[error(transparent)]
    Standby(#[from] StandbyError),
    /// A process is to share its tenant that has no broker to share it by.
    #[error("share the tenant with other processes: expected nats.url and cluster.standby to be set")]
    Alone,
    /// The address cannot be listened on.
    #[error("listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A tenant cannot be served as its file says.
    #[error(transparent)]
    Tenant(#[from] TenantError),
    /// The listener failed.
    #[error("serve HTTP")]
    Serve(#[source] io::Error),
    /// The data folder cannot be opened.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The service cannot be started on NATS.
    #[error(transparent)]
    Stream(#[from] StreamError),
    /// The input stream is followed no longer.
    #[error(transparent)]
    Follow(FollowError),
    /// There is no certificate to speak TLS by.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The audit log cannot be kept.
    #[error("open the audit log")]
    Audit(#[from] AuditError),
    /// A metric cannot be registered.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// The settings do not fit the HTTP edge.
    #[error("read http.cors_origins: expected origins that can stand in a header")]
    Origins,
    /// The writer failed: what was acknowledged is in the journal, and the next start goes on from there.
    #[error("the writer stopped")]
    Writer(#[source] WriteError),
    /// The standby can follow no longer: the next start builds on what it has.
    #[error("stand by")]
    Following(#[source] WriteError),
    /// The writer's thread could not be waited for.
    #[error("wait for the writer to stop")]
    Join(#[from] tokio::task::JoinError),
}

impl ServiceError {
    /// Whether the same may succeed another time: the broker did not answer.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Bucket(error) => error.is_passing(),
            Self::Start(StartError::Journal(error)) => error.is_passing(),
            _ => false,
        }
    }
}

/// Why a service on NATS does not start.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The server will not do.
    #[error(transparent)]
    Connect(#[from] nats::ConnectError),
    /// Another process is the owner.
    #[error(transparent)]
    Owner(#[from] nats::service::OwnerError),
    /// A stream will not do.
    #[error(transparent)]
    Asset(#[from] nats::assets::AssetError),
    /// The service cannot answer on NATS.
    #[error(transparent)]
    Service(#[from] nats::service::ServiceError),
    /// The folder is that of a standalone service.
    #[error(
        "start on NATS with {}: the folder holds the journal of a standalone service; bring it along with yekta migrate --to-nats, or name another folder in data.dir",
        path.display()
    )]
    Standalone {
        /// The tenant's folder.
        path: PathBuf,
    },
    /// The cluster cannot be asked.
    #[error(transparent)]
    Status(#[from] nats::status::StatusError),
    /// The tenant's name fits no stream.
    #[error(transparent)]
    Tenant(#[from] nats::TenantError),
}

/// Why a tenant cannot be served with so many partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartitionsError {
    /// One engine has all of its customers.
    #[error(
        "serve the tenant with cluster.partitions = {wanted}: expected 0, since its journal is that of one engine that has all of its customers"
    )]
    Whole {
        /// What is configured.
        wanted: u32,
    },
    /// A shop's process has all of its customers.
    #[error(
        "serve a shop of a tenant with partitions: expected headquarters to serve it with cluster.partitions = 0, since no one journal has all of its customers"
    )]
    Shop,
    /// It has more.
    #[error(
        "serve the tenant with cluster.partitions = {wanted}: expected {known} or more, which it has already"
    )]
    Fewer {
        /// What is configured.
        wanted: u32,
        /// How many there are.
        known: u32,
    },
}
