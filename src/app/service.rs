//! The running service: one duty after the other, behind a door that is open all the time.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};

use futures_util::FutureExt;

use crate::{
    app::{
        certificate::CertificateError, door::Closed, front::Front, owner::Owning,
        shared::partitioned::PartitionsError, shop::Shop, standby::Waiting, stream::StreamError,
        supervisor::Supervisor,
    },
    audit::AuditError,
    config::{Settings, TenantError},
    engine::{StandbyError, StartError, error::Error as WriteError},
    nats::{bucket::BucketError, ingest::FollowError, mirror::MirrorError},
    telemetry::{MetricsError, Registry},
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

/// A service that listens.
#[derive(Debug)]
pub struct Service {
    closed: Closed,
    served: Serving,
}

/// A tenant that is served.
#[derive(Debug)]
pub(crate) struct Serving {
    pub(crate) front: Front,
    turn: Turn,
}

/// What comes next.
#[derive(Debug)]
pub(crate) enum Turn {
    /// The process owns its tenant.
    Owner(Box<Owning>),
    /// Another process owns it.
    Standby(Box<Waiting>),
    /// Another process owns it, at the other end of a line.
    Shop(Box<Shop>),
    /// Nothing: it stopped, or could not go on.
    Ended(Result<(), ServiceError>),
}

impl Service {
    /// Listens, opens the data folder and starts the writer, or stands by where the tenant is shared. Nothing is answered
    /// before [`Service::run`].
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn start(settings: &Settings) -> Result<Self, ServiceError> {
        let closed = Closed::of(settings).await?;
        let registry = Registry::new(env!("CARGO_PKG_VERSION"))?;
        let door = closed.door.clone();
        let front = Front::of(settings, door.clone(), door.shut(), registry)?;
        let served = Serving::start(front).await?;
        Ok(Self { closed, served })
    }

    /// Has it tell `supervisor` when it is ready, that it goes on, and when it stops.
    #[must_use]
    pub fn watched_by(mut self, supervisor: Supervisor) -> Self {
        self.served.front.supervisor = supervisor;
        self
    }

    /// Where it listens, with the port that was chosen.
    pub fn address(&self) -> SocketAddr {
        self.closed.door.address
    }

    /// Serves until `stop` ends or the writer fails; then lets requests end, commits what waits and stops. Where the tenant is
    /// shared it stands by and owns it by turns.
    ///
    /// # Errors
    /// [`ServiceError::Writer`] when a write failed, [`ServiceError::Serve`] when the listener did.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServiceError> {
        let Self { closed, served } = self;
        let (router, address) = (served.front.router(), closed.door.address);
        let (settings, http) = (
            Arc::clone(&served.front.settings),
            served.front.metrics.http.clone(),
        );
        let shut = closed.door.shut();
        let open = closed.open(&settings, router, &http);
        served.front.supervisor.ready(address);
        let ended = served.run(stop).await;
        shut.cancel();
        ended.and(open.ended().await)
    }
}

impl Serving {
    /// Opens the folder of a tenant and starts its writer, or stands by where it is shared.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub(crate) async fn start(mut front: Front) -> Result<Self, ServiceError> {
        let settings = Arc::clone(&front.settings);
        let turn = match (&settings.nats, &settings.shop, &settings.cluster) {
            (Some(nats), Some(shop), _) => {
                let opened = Box::pin(Shop::open(&mut front, nats, shop)).await?;
                Turn::Shop(Box::new(opened))
            }
            (Some(nats), None, Some(cluster)) => {
                let waiting = Box::pin(Waiting::first(&mut front, nats, cluster)).await?;
                Turn::Standby(Box::new(waiting))
            }
            _ => Turn::Owner(Box::new(Owning::alone(&mut front).await?)),
        };
        Ok(Self { front, turn })
    }

    /// Serves until `stop` ends or the writer fails; then drains.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub(crate) async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServiceError> {
        let Self { mut front, mut turn } = self;
        let stop = stop.shared();
        front.look();
        loop {
            turn = match turn {
                Turn::Owner(owning) => Box::pin(owning.serve(&mut front, &stop)).await,
                Turn::Standby(waiting) => Box::pin(waiting.serve(&mut front, &stop)).await,
                Turn::Shop(shop) => Box::pin(shop.serve(&mut front, &stop)).await,
                Turn::Ended(ended) => return ended,
            };
        }
    }
}
