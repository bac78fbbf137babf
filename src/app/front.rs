//! What lasts as long as the process, whatever it is to its tenant: the listener, who may ask, what is counted.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, sync::Semaphore, sync::watch, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    api::{Api, Following},
    app::{
        certificate, clock, compose, heads,
        keys::KeyFiles,
        master::MasterFile,
        rules::FollowedRules,
        service::ServiceError,
        supervisor::{Beat, Pulse, Supervisor},
    },
    audit::AuditLog,
    config::Settings,
    console,
    engine::{
        Handle,
        intake::{Intake, Retry},
    },
    http::{
        self, Http,
        connections::{Bounded, Bounds},
        duty::Duty,
        settings::Settings as HttpSettings,
        switch::Switch,
        tls::Tls,
    },
    telemetry::{
        ClusterMetrics, EngineMetrics, GuardMetrics, HttpMetrics, NatsMetrics, QueryMetrics, Registry,
        RuleMetrics,
    },
    wire::DecodeRules,
};

/// The files of the certificate, those with keys and those with rules are looked at so often.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Of the time that stopping may take, this part is the requests' that are going on, in fifths; the rest is the writer's.
const REQUESTS_FIFTHS: u32 = 4;

/// What is counted, registered once.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    pub(crate) engine: EngineMetrics,
    /// Of a service on NATS.
    pub(crate) nats: Option<NatsMetrics>,
    /// Of one that shares its tenant.
    pub(crate) cluster: Option<ClusterMetrics>,
    pub(crate) guard: GuardMetrics,
    pub(crate) rules: RuleMetrics,
    query: QueryMetrics,
    http: HttpMetrics,
}

impl Metrics {
    fn register(settings: &Settings, registry: &Registry) -> Result<Self, ServiceError> {
        let nats = settings.nats.as_ref().map(|_| NatsMetrics::register(registry));
        let cluster = settings
            .cluster
            .as_ref()
            .map(|_| ClusterMetrics::register(registry));
        Ok(Self {
            engine: EngineMetrics::register(registry)?,
            nats: nats.transpose()?,
            cluster: cluster.transpose()?,
            guard: GuardMetrics::register(registry)?,
            rules: RuleMetrics::register(registry)?,
            query: QueryMetrics::register(registry)?,
            http: HttpMetrics::register(registry)?,
        })
    }
}

/// The process as others reach it.
#[derive(Debug)]
pub(crate) struct Front {
    pub(crate) settings: Arc<Settings>,
    pub(crate) address: SocketAddr,
    pub(crate) metrics: Metrics,
    /// What input is read by.
    pub(crate) rules: Arc<DecodeRules>,
    pub(crate) http: Arc<HttpSettings>,
    pub(crate) supervisor: Supervisor,
    registry: Registry,
    listener: Option<TcpListener>,
    tls: Option<Tls>,
    switch: Switch,
    /// Told that it is to serve no longer.
    draining: CancellationToken,
    serving: Option<JoinHandle<std::io::Result<()>>>,
    looking: Vec<AbortOnDropHandle<()>>,
    audit: Option<AuditLog>,
}

/// What is served in one duty.
pub(crate) struct Served {
    pub(crate) api: Api,
    pub(crate) intake: Arc<dyn Intake>,
    pub(crate) retry: Arc<dyn Retry>,
    pub(crate) following: Option<watch::Receiver<Following>>,
    pub(crate) duty: Duty,
    /// Ends streams where the duty does.
    pub(crate) ending: CancellationToken,
}

impl Front {
    /// Listens. Nothing is answered before [`Front::serve`].
    pub(crate) async fn open(settings: &Settings) -> Result<Self, ServiceError> {
        let (listener, address) = listen(settings.http.listen).await?;
        let tls = certificate::tls(settings, address)?;
        let registry = Registry::new(env!("CARGO_PKG_VERSION"))?;
        let metrics = Metrics::register(settings, &registry)?;
        let http = compose::http_settings(settings).ok_or(ServiceError::Origins)?;
        Ok(Self {
            rules: Arc::new(settings.decode_rules()),
            http: Arc::new(http.counted(metrics.guard.clone())),
            settings: Arc::new(settings.clone()),
            listener: Some(listener),
            address,
            metrics,
            supervisor: Supervisor::default(),
            registry,
            tls,
            switch: Switch::default(),
            draining: CancellationToken::new(),
            serving: None,
            looking: Vec::new(),
            audit: None,
        })
    }

    /// What answers questions and commands of the engine behind `handle`. The folder is held by then.
    ///
    /// # Errors
    /// When the audit log cannot be kept.
    pub(crate) fn api(&mut self, handle: &Handle) -> Result<Api, ServiceError> {
        let settings = &self.settings;
        // The folder is the engine's, and held by it.
        let is_kept = settings.audit && !self.http.guard.is_open();
        if is_kept && self.audit.is_none() {
            self.audit = Some(AuditLog::open(&compose::audit_folder(settings))?);
        }
        Ok(Api {
            handle: handle.clone(),
            rules: Arc::clone(&self.rules),
            views: Arc::new(settings.views.clone()),
            limits: Arc::new(compose::api_limits(settings, self.address)),
            metrics: self.metrics.query.clone(),
            clock: clock::now,
            audit: self.audit.clone(),
            caller: None,
        })
    }

    /// A duty's end, which the process' own end brings too.
    pub(crate) fn ending(&self) -> CancellationToken {
        self.draining.child_token()
    }

    /// Serves this from now on.
    pub(crate) fn show(&self, served: Served) {
        let http = Http {
            api: served.api,
            intake: served.intake,
            retry: served.retry,
            following: served
                .following
                .unwrap_or_else(|| watch::channel(Following::Nothing).1),
            duty: served.duty,
            subscribers: Arc::new(Semaphore::new(self.http.subscribers_max)),
            cards: Arc::new(Semaphore::new(self.http.cards_max)),
            settings: Arc::clone(&self.http),
            metrics: self.metrics.http.clone(),
            registry: self.registry.clone(),
            draining: served.ending,
        };
        let pages = console::router(&self.settings.http.frame_ancestors);
        self.switch.turn_to(http::router::build(http, pages));
    }

    /// Answers from now on.
    pub(crate) fn serve(&mut self) {
        let Some(listener) = self.listener.take() else {
            return;
        };
        let bounds = Bounds {
            connections_max: self.http.connections_max,
            idle_timeout: self.http.idle_timeout,
            metrics: self.metrics.http.clone(),
        };
        let greeter = self.tls.as_ref().map(Tls::greeter);
        let listener = Bounded::new(listener, greeter, bounds);
        let (router, draining): (Router, _) = (self.switch.router(), self.draining.clone());
        let grace = self.grace();
        self.serving = Some(tokio::spawn(http::serve::serve(
            listener, router, draining, grace,
        )));
        self.looking = self.look();
        self.supervisor.ready(self.address);
    }

    /// Looks at the files again that are the same in every duty.
    fn look(&mut self) -> Vec<AbortOnDropHandle<()>> {
        let metrics = self.metrics.http.clone();
        let tls = self.tls.take();
        let tls = tls.map(|tls| tokio::spawn(tls.follow(LOOK_EVERY, metrics)));
        let keys = KeyFiles::of(&self.settings, &self.http, self.metrics.guard.clone());
        let keys = keys.map(|keys| tokio::spawn(keys.follow(LOOK_EVERY)));
        let heads = self.audit.as_ref().map(|audit| {
            let folder = audit.folder().to_owned();
            tokio::spawn(heads::tell(folder, clock::now))
        });
        let looking = tls.into_iter().chain(keys).chain(heads);
        looking.map(AbortOnDropHandle::new).collect()
    }

    /// Looks again at those files that an engine goes by, until what is returned is dropped.
    pub(crate) fn look_for(&self, handle: &Handle) -> Vec<AbortOnDropHandle<()>> {
        let rules = FollowedRules::of(&self.settings, self.metrics.rules.clone());
        let rules = rules.map(|rules| tokio::spawn(rules.telling(handle).follow(LOOK_EVERY)));
        let rules = rules.map(AbortOnDropHandle::new);
        rules.into_iter().chain(self.look_for_key(handle)).collect()
    }

    /// The same of the master key alone, for an engine that only follows.
    pub(crate) fn look_for_key(&self, handle: &Handle) -> Option<AbortOnDropHandle<()>> {
        let followed = self.key_file(handle)?.follow(LOOK_EVERY);
        Some(AbortOnDropHandle::new(tokio::spawn(followed)))
    }

    /// The file of the master key that an engine goes by, where there is one.
    pub(crate) fn key_file(&self, handle: &Handle) -> Option<MasterFile> {
        MasterFile::of(&self.settings, handle, self.metrics.guard.clone())
    }

    /// Tells the supervisor that an engine gets on, until what is returned is dropped.
    pub(crate) fn watched(&self, handle: &Handle) -> Option<AbortOnDropHandle<()>> {
        let mut pulse = Pulse::new(self.supervisor.patience()?);
        let (handle, on_nats) = (handle.clone(), self.settings.nats.is_some());
        let mut working = handle.working();
        self.supervisor.watched(move || {
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

    /// How long requests that are going on may take when it stops.
    pub(crate) fn grace(&self) -> Duration {
        self.settings.engine.drain_timeout / 5 * REQUESTS_FIFTHS
    }

    /// Takes no more requests and lets those end that are going on.
    ///
    /// # Errors
    /// [`ServiceError::Serve`] when the listener had failed.
    pub(crate) async fn close(&mut self) -> Result<(), ServiceError> {
        self.draining.cancel();
        match self.serving.take() {
            Some(serving) => serving.await?.map_err(ServiceError::Serve),
            None => Ok(()),
        }
    }
}

/// Listens on `address`; with where that is, since the port may be one that the system chose.
async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServiceError> {
    let failed = |source| ServiceError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}
