//! The running service: listener, engine and edges, started in order and drained in the opposite one.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
    time::Instant,
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    api::{Api, Following, guard::Guard},
    app::{
        certificate::{self, CertificateError},
        clock, compose, heads,
        keys::KeyFiles,
        master::MasterFile,
        rules::FollowedRules,
        stream::{self, Stream, StreamError},
        supervisor::{Beat, Pulse, Supervisor},
    },
    audit::{AuditError, AuditLog},
    config::Settings,
    console,
    engine::{
        Engine, Opened, StartError,
        error::Error as WriteError,
        intake::{Direct, Intake, Retry},
    },
    http::{
        self, Http,
        connections::{Bounded, Bounds},
        tls::Tls,
    },
    nats::ingest::FollowError,
    telemetry::{
        EngineMetrics, GuardMetrics, HttpMetrics, MetricsError, NatsMetrics, QueryMetrics, Registry,
        RuleMetrics,
    },
    wire::DecodeRules,
};

/// Of the time that stopping may take, this part is the requests' that are going on, in fifths; the rest is the writer's.
const REQUESTS_FIFTHS: u32 = 4;

/// The files of the certificate, those with keys and those with rules are looked at so often.
const LOOK_EVERY: Duration = Duration::from_secs(10);

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
    /// The writer's thread could not be waited for.
    #[error("wait for the writer to stop")]
    Join(#[from] tokio::task::JoinError),
}

/// A service that listens.
#[derive(Debug)]
pub struct Service {
    address: SocketAddr,
    listener: TcpListener,
    tls: Option<Tls>,
    keys: Option<KeyFiles>,
    master: Option<MasterFile>,
    rules: Option<FollowedRules>,
    engine: Engine,
    /// What a service on NATS has more.
    stream: Option<Stream>,
    http: Http,
    pages: axum::Router,
    /// How long stopping may take.
    drain_timeout: Duration,
    /// Who is told how it fares.
    supervisor: Supervisor,
}

/// The engine and where events come from.
struct Parts {
    engine: Engine,
    intake: Arc<dyn Intake>,
    retry: Arc<dyn Retry>,
    stream: Option<Stream>,
}

impl Parts {
    async fn start(
        settings: &Settings,
        registry: &Registry,
        rules: &Arc<DecodeRules>,
    ) -> Result<Self, ServiceError> {
        let metrics = EngineMetrics::register(registry)?;
        if let Some(nats) = &settings.nats {
            let metrics = (metrics, NatsMetrics::register(registry)?);
            let started = stream::start(settings, nats, Arc::clone(rules), metrics).await?;
            return Ok(Self {
                engine: started.engine,
                intake: started.intake,
                retry: started.retry,
                stream: Some(started.stream),
            });
        }
        let config = compose::engine_config(settings);
        let engine_rules = compose::engine_rules(settings);
        // Recovery may read the whole journal: not on a thread that serves.
        let engine = tokio::task::spawn_blocking(move || {
            Opened::open(&config)?.start(&config, engine_rules, metrics, clock::now)
        })
        .await??;
        let direct = Arc::new(Direct::new(engine.handle.clone(), Arc::clone(rules)));
        Ok(Self {
            intake: direct.clone(),
            retry: direct,
            engine,
            stream: None,
        })
    }
}

impl Service {
    /// Listens, opens the data folder and starts the writer. Nothing is answered before [`Service::run`].
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn start(settings: &Settings) -> Result<Self, ServiceError> {
        let (listener, address) = listen(settings.http.listen).await?;
        let tls = certificate::tls(settings, address)?;
        let registry = Registry::new(env!("CARGO_PKG_VERSION"))?;
        let rules = Arc::new(settings.decode_rules());
        let parts = Parts::start(settings, &registry, &rules).await?;
        let http_settings = compose::http_settings(settings).ok_or(ServiceError::Origins)?;
        let guarding = GuardMetrics::register(&registry)?;
        let http_settings = http_settings.counted(guarding.clone());
        let keys = KeyFiles::of(settings, &http_settings, guarding.clone());
        let master = MasterFile::of(settings, &parts.engine.handle, guarding);
        let followed = FollowedRules::of(settings, RuleMetrics::register(&registry)?);
        let followed = followed.map(|rules| rules.telling(&parts.engine.handle));
        let audit = audit(settings, &http_settings.guard)?;
        let api = Api {
            handle: parts.engine.handle.clone(),
            rules,
            views: Arc::new(settings.views.clone()),
            limits: Arc::new(compose::api_limits(settings, address)),
            metrics: QueryMetrics::register(&registry)?,
            clock: clock::now,
            audit,
            caller: None,
        };
        let Parts {
            engine,
            intake,
            retry,
            mut stream,
        } = parts;
        if let Some(stream) = &mut stream {
            let guard = http_settings.guard.clone();
            stream.answer(api.clone(), guard, settings).await?;
        }
        let following = stream.as_ref().map_or_else(
            || watch::channel(Following::Nothing).1,
            crate::app::stream::Stream::state,
        );
        let http = Http {
            api,
            intake,
            retry,
            following,
            subscribers: Arc::new(Semaphore::new(http_settings.subscribers_max)),
            cards: Arc::new(Semaphore::new(http_settings.cards_max)),
            settings: Arc::new(http_settings),
            metrics: HttpMetrics::register(&registry)?,
            registry,
            draining: CancellationToken::new(),
        };
        Ok(Self {
            address,
            listener,
            tls,
            keys,
            master,
            rules: followed,
            engine,
            stream,
            http,
            pages: console::router(&settings.http.frame_ancestors),
            drain_timeout: settings.engine.drain_timeout,
            supervisor: Supervisor::default(),
        })
    }

    /// Has it tell `supervisor` when it is ready, that it goes on, and when it stops.
    #[must_use]
    pub fn watched_by(self, supervisor: Supervisor) -> Self {
        Self { supervisor, ..self }
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
            address,
            listener,
            tls,
            keys,
            master,
            rules,
            engine,
            mut stream,
            http,
            pages,
            drain_timeout,
            supervisor,
        } = self;
        let grace = drain_timeout / 5 * REQUESTS_FIFTHS;
        let draining = http.draining.clone();
        let mut written = engine.handle.changes();
        let bounds = Bounds {
            connections_max: http.settings.connections_max,
            idle_timeout: http.settings.idle_timeout,
            metrics: http.metrics.clone(),
        };
        let greeter = tls.as_ref().map(Tls::greeter);
        let listener = Bounded::new(listener, greeter, bounds);
        let _looking = looking(tls, (keys, master, rules), &http.metrics);
        let _heads = http.api.audit.as_ref().map(tell_heads);
        let router = http::router::build(http, pages);
        let serving = tokio::spawn(http::serve::serve(listener, router, draining.clone(), grace));
        let _watched = watched(&supervisor, &engine, stream.is_some());
        supervisor.ready(address);
        tokio::pin!(stop);
        let mut followed = Ok(());
        loop {
            tokio::select! {
                () = &mut stop => break,
                // The channel closes when the writer's thread ends: before it was told to, that is a failure.
                change = written.changed() => if change.is_err() { break },
                ended = ended(&mut stream) => {
                    followed = ended;
                    break;
                }
            }
        }
        tracing::info!("draining");
        supervisor.stopping();
        let begun = Instant::now();
        let stopped = match stream {
            None => {
                engine.handle.drain();
                draining.cancel();
                let served = serving.await?.map_err(ServiceError::Serve);
                tokio::task::spawn_blocking(move || engine.stop())
                    .await?
                    .map_err(ServiceError::Writer)
                    .and(served)
            }
            Some(stream) => {
                // ORDER: requests that wait for their commit need the follower and the writer.
                draining.cancel();
                let served = serving.await?.map_err(ServiceError::Serve);
                let drained = stream.drain(engine, begun + grace, begun + drain_timeout).await;
                drained.map_err(ServiceError::Writer).and(served)
            }
        };
        // Why the writer stopped says more than that the stream was followed no longer.
        stopped.and(followed.map_err(ServiceError::Follow))
    }
}

/// Listens on `address`; with where that is, since the port may be one that the system chose.
async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServiceError> {
    let failed = |source| ServiceError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Looks at the files again, until what is returned is dropped.
fn looking(
    tls: Option<Tls>,
    (keys, master, rules): (Option<KeyFiles>, Option<MasterFile>, Option<FollowedRules>),
    metrics: &HttpMetrics,
) -> Vec<AbortOnDropHandle<()>> {
    let tls = tls.map(|tls| tokio::spawn(tls.follow(LOOK_EVERY, metrics.clone())));
    let keys = keys.map(|keys| tokio::spawn(keys.follow(LOOK_EVERY)));
    let master = master.map(|master| tokio::spawn(master.follow(LOOK_EVERY)));
    let rules = rules.map(|rules| tokio::spawn(rules.follow(LOOK_EVERY)));
    let looking = tls.into_iter().chain(keys).chain(master).chain(rules);
    looking.map(AbortOnDropHandle::new).collect()
}

/// Tells the supervisor that the writer gets on, until what is returned is dropped.
fn watched(supervisor: &Supervisor, engine: &Engine, on_nats: bool) -> Option<AbortOnDropHandle<()>> {
    let mut pulse = Pulse::new(supervisor.patience()?);
    let handle = engine.handle.clone();
    let mut working = handle.working();
    supervisor.watched(move || {
        let got_on = working.has_changed().unwrap_or(false);
        let is_working = *working.borrow_and_update();
        let beat = Beat {
            health: handle.health(),
            is_working: is_working && !on_nats,
            got_on,
        };
        pulse.is_well(beat, std::time::Instant::now())
    })
}

/// Tells the head of the audit log once a day, until what is returned is dropped.
fn tell_heads(audit: &AuditLog) -> AbortOnDropHandle<()> {
    let folder = audit.folder().to_owned();
    AbortOnDropHandle::new(tokio::spawn(heads::tell(folder, clock::now)))
}

/// Where it is noted who is told of whom, where anybody is known. The folder is the engine's, and held by it.
fn audit(settings: &Settings, guard: &Guard) -> Result<Option<AuditLog>, AuditError> {
    let folder = compose::audit_folder(settings);
    let is_kept = settings.audit && !guard.is_open();
    is_kept.then(|| AuditLog::open(&folder)).transpose()
}

/// Ends when the input stream is followed no longer; never where there is none.
async fn ended(stream: &mut Option<Stream>) -> Result<(), FollowError> {
    match stream {
        Some(stream) => stream.ended().await,
        None => std::future::pending().await,
    }
}
