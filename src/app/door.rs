//! The listener of the process, whatever is served behind it: who connects, how many, by which certificate. Opened before
//! anything is started, so that an address that is taken is told at once; serves until it is shut.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle, task::TaskTracker};

use crate::{
    app::{certificate, error::ServiceError},
    config::Settings,
    http::{
        self,
        connections::{Bounded, Bounds},
        tls::Tls,
    },
    telemetry::HttpMetrics,
};

/// The files of the certificate are looked at so often.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Of the time that stopping may take, this part is the requests' that are going on, in fifths; the rest is the writers'.
const REQUESTS_FIFTHS: u32 = 4;

/// Where the process listens. Clones are of the same door.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    shut: CancellationToken,
    serving: TaskTracker,
}

/// A door before anybody is let in.
#[derive(Debug)]
pub(crate) struct Closed {
    pub(crate) door: Door,
    listener: TcpListener,
    tls: Option<Tls>,
}

/// A door that people go in and out by.
#[derive(Debug)]
pub(crate) struct Opened {
    serving: tokio::task::JoinHandle<io::Result<()>>,
    _looking: Option<AbortOnDropHandle<()>>,
}

impl Closed {
    /// Listens. Nothing is answered yet.
    ///
    /// # Errors
    /// [`ServiceError::Listen`], and [`ServiceError::Certificate`].
    pub(crate) async fn of(settings: &Settings) -> Result<Self, ServiceError> {
        let (listener, address) = listen(settings.http.listen).await?;
        let tls = certificate::tls(settings, address)?;
        let door = Door {
            address,
            shut: CancellationToken::new(),
            serving: TaskTracker::new(),
        };
        Ok(Self { door, listener, tls })
    }

    /// Answers from now on.
    pub(crate) fn open(self, settings: &Settings, router: Router, metrics: &HttpMetrics) -> Opened {
        let bounds = Bounds {
            connections_max: settings.http.connections_max,
            idle_timeout: settings.http.idle_timeout,
            metrics: metrics.clone(),
        };
        let greeter = self.tls.as_ref().map(Tls::greeter);
        let listener = Bounded::new(self.listener, greeter, bounds);
        let Door { shut, serving, .. } = self.door;
        let serve = http::serve::serve(listener, router, shut, grace(settings));
        let looking = self.tls.map(|tls| tls.follow(LOOK_EVERY, metrics.clone()));
        Opened {
            serving: serving.spawn(serve),
            _looking: looking.map(|looking| AbortOnDropHandle::new(tokio::spawn(looking))),
        }
    }
}

impl Opened {
    /// Once nobody is inside of a door that was shut: how it served.
    ///
    /// # Errors
    /// [`ServiceError::Serve`] when the listener had failed.
    pub(crate) async fn ended(self) -> Result<(), ServiceError> {
        self.serving.await?.map_err(ServiceError::Serve)
    }
}

impl Door {
    /// Ends with the door: shut, or shutting it, takes no more connections and lets requests end that are going on.
    pub(crate) fn shut(&self) -> CancellationToken {
        self.shut.clone()
    }

    /// Waits until nobody is inside of a door that is shut.
    pub(crate) async fn empty(&self) {
        self.serving.close();
        self.serving.wait().await;
    }
}

/// How long requests that are going on may take when a service stops.
pub(crate) fn grace(settings: &Settings) -> Duration {
    settings.engine.drain_timeout / 5 * REQUESTS_FIFTHS
}

/// Listens on `address`; with where that is, since the port may be one that the system chose.
async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServiceError> {
    let failed = |source| ServiceError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}
