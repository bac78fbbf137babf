//! The running service: listener, engine and edges, started in order and drained in the opposite one.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::sync::CancellationToken;

use crate::{
    api::Api,
    app::{clock, compose},
    config::Settings,
    console,
    engine::{Engine, Opened, StartError, error::Error as WriteError, intake::Direct},
    http::{self, Http},
    telemetry::{EngineMetrics, HttpMetrics, MetricsError, QueryMetrics, Registry},
};

/// How long requests that are going on may take to end when the service drains.
const DRAIN_GRACE: Duration = Duration::from_secs(8);

/// Why the service did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The address cannot be listened on.
    #[error("listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The listener failed.
    #[error("serve HTTP")]
    Serve(#[source] io::Error),
    /// The data folder cannot be opened.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A metric cannot be registered.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// The settings do not fit the HTTP edge.
    #[error("read http.cors_origins: expected origins that can stand in a header")]
    Origins,
    /// The writer failed: what was acknowledged is in the journal, and the next start goes on from there.
    #[error("the writer stopped")]
    Writer(#[source] WriteError),
    /// The writer's thread could not be waited for.
    #[error("wait for the writer to stop")]
    Join(#[from] tokio::task::JoinError),
}

/// A service that listens.
#[derive(Debug)]
pub struct Service {
    address: SocketAddr,
    listener: TcpListener,
    engine: Engine,
    http: Http,
}

impl Service {
    /// Listens, opens the data folder and starts the writer. Nothing is answered before [`Service::run`].
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn start(settings: &Settings) -> Result<Self, ServiceError> {
        let listen = settings.http.listen;
        let failed = |source| ServiceError::Listen {
            address: listen,
            source,
        };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let registry = Registry::new(env!("CARGO_PKG_VERSION"))?;
        let metrics = EngineMetrics::register(&registry)?;
        let config = compose::engine_config(settings);
        let engine_rules = compose::engine_rules(settings);
        // Recovery may read the whole journal: not on a thread that serves.
        let engine = tokio::task::spawn_blocking(move || {
            Opened::open(&config)?.start(&config, engine_rules, metrics, clock::now)
        })
        .await??;
        let rules = Arc::new(settings.decode_rules());
        let api = Api {
            handle: engine.handle.clone(),
            rules: Arc::clone(&rules),
            views: Arc::new(settings.views.clone()),
            limits: Arc::new(compose::api_limits(settings, address)),
            metrics: QueryMetrics::register(&registry)?,
            clock: clock::now,
        };
        let http_settings = compose::http_settings(settings).ok_or(ServiceError::Origins)?;
        let http = Http {
            api,
            intake: Arc::new(Direct::new(engine.handle.clone(), rules)),
            subscribers: Arc::new(Semaphore::new(http_settings.subscribers_max)),
            settings: Arc::new(http_settings),
            metrics: HttpMetrics::register(&registry)?,
            registry,
            draining: CancellationToken::new(),
        };
        Ok(Self {
            address,
            listener,
            engine,
            http,
        })
    }

    /// Where it listens, with the port that was chosen.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` ends or the writer fails; then lets requests end, commits what waits and stops.
    ///
    /// # Errors
    /// [`ServiceError::Writer`] when a write failed, [`ServiceError::Serve`] when the listener did.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServiceError> {
        let Self {
            listener,
            engine,
            http,
            ..
        } = self;
        let draining = http.draining.clone();
        let mut written = engine.handle.changes();
        let connections_max = http.settings.connections_max;
        let router = http::router::build(http, console::router());
        let serving = tokio::spawn(http::serve::serve(
            listener,
            connections_max,
            router,
            draining.clone(),
            DRAIN_GRACE,
        ));
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                // The channel closes when the writer's thread ends: before it was told to, that is a failure.
                change = written.changed() => if change.is_err() { break },
            }
        }
        tracing::info!("draining");
        engine.handle.drain();
        draining.cancel();
        let served = serving.await?.map_err(ServiceError::Serve);
        tokio::task::spawn_blocking(move || engine.stop())
            .await?
            .map_err(ServiceError::Writer)?;
        served
    }
}
