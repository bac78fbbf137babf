//! The running service: one duty after the other, behind a door that is open all the time.

use std::{net::SocketAddr, sync::Arc};

use futures_util::FutureExt;

use crate::{
    app::{
        door::Closed, error::ServiceError, front::Front, owner::Owning, shop::Shop, standby::Waiting,
        supervisor::Supervisor, turn::Turn,
    },
    config::Settings,
    telemetry::Registry,
};

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
