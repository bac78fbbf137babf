//! What lasts as long as a tenant is served, whatever the process is to it: who may ask, what is counted, what is shown now.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    middleware::{Next, from_fn},
};
use tokio::{sync::Semaphore, sync::watch, time::timeout};
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, TaskTracker},
};

use crate::{
    api::{Api, AsOne, Following, ToPartition, ToResolver},
    app::{
        clock, compose,
        door::{self, Door},
        error::ServiceError,
        heads,
        keys::KeyFiles,
        master::MasterFile,
        reached::Reached,
        rules::FollowedRules,
        supervisor::{Beat, Pulse, Supervisor},
    },
    audit::AuditLog,
    config::Settings,
    console,
    engine::{
        Handle,
        writer::intake::{Intake, Retry},
    },
    http::{self, Http, duty::Duty, settings::Settings as HttpSettings, switch::Switch},
    telemetry::{
        ClusterMetrics, EngineMetrics, GuardMetrics, HttpMetrics, NatsMetrics, QueryMetrics, Registry,
        RuleMetrics,
    },
    wire::DecodeRules,
};

/// The files with keys and those with rules are looked at so often.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// What is counted, registered once.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    pub(crate) engine: EngineMetrics,
    /// Of a service on NATS.
    pub(crate) nats: Option<NatsMetrics>,
    /// Of one that shares its tenant, or follows it in a shop.
    pub(crate) cluster: Option<ClusterMetrics>,
    pub(crate) guard: GuardMetrics,
    pub(crate) rules: RuleMetrics,
    query: QueryMetrics,
    pub(crate) http: HttpMetrics,
}

impl Metrics {
    fn register(settings: &Settings, registry: &Registry) -> Result<Self, ServiceError> {
        let nats = settings.nats.as_ref().map(|_| NatsMetrics::register(registry));
        let follows = settings.cluster.is_some() || settings.shop.is_some();
        let cluster = follows.then(|| ClusterMetrics::register(registry));
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

/// A tenant as others reach it.
#[derive(Debug)]
pub(crate) struct Front {
    pub(crate) settings: Arc<Settings>,
    pub(crate) door: Door,
    pub(crate) metrics: Metrics,
    /// What input is read by.
    pub(crate) rules: Arc<DecodeRules>,
    pub(crate) http: Arc<HttpSettings>,
    pub(crate) supervisor: Supervisor,
    /// How its customers are.
    pub(crate) reached: Reached,
    registry: Registry,
    switch: Switch,
    /// The same of a tenant with partitions, for whoever asks over NATS.
    within: Switch,
    /// Told that it is to serve no longer.
    draining: CancellationToken,
    /// Requests that are going on.
    requests: TaskTracker,
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
    /// The way to the owner of a resolver, where that is another process.
    pub(crate) owner: Option<Arc<dyn ToResolver>>,
    /// The way to the owners of its partitions, where those may be other processes.
    pub(crate) owners: Option<Arc<dyn ToPartition>>,
    /// Ends streams where the duty does.
    pub(crate) ending: CancellationToken,
}

impl Front {
    /// A tenant behind `door`, until `draining` ends. Nothing is shown before [`Front::show`].
    ///
    /// # Errors
    /// [`ServiceError::Metrics`] and [`ServiceError::Origins`].
    pub(crate) fn of(
        settings: &Settings,
        door: Door,
        draining: CancellationToken,
        registry: Registry,
    ) -> Result<Self, ServiceError> {
        let metrics = Metrics::register(settings, &registry)?;
        let http = compose::http_settings(settings).ok_or(ServiceError::Origins)?;
        let within = Switch::default();
        within.turn_to(http::switch::closed());
        Ok(Self {
            rules: Arc::new(settings.decode_rules()),
            http: Arc::new(http.counted(metrics.guard.clone())),
            settings: Arc::new(settings.clone()),
            door,
            metrics,
            supervisor: Supervisor::default(),
            reached: Reached::default(),
            registry,
            switch: Switch::default(),
            within,
            draining,
            requests: TaskTracker::new(),
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
            limits: Arc::new(compose::api_limits(settings, self.door.address)),
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
        self.reached.shown(&served.api.handle);
        let http = Http {
            api: served.api,
            intake: served.intake,
            retry: served.retry,
            following: served
                .following
                .unwrap_or_else(|| watch::channel(Following::Nothing).1),
            duty: served.duty,
            gateway: self.reached.gateway(served.owner, served.owners),
            subscribers: Arc::new(Semaphore::new(self.http.subscribers_max)),
            cards: Arc::new(Semaphore::new(self.http.cards_max)),
            settings: Arc::clone(&self.http),
            metrics: self.metrics.http.clone(),
            registry: self.registry.clone(),
            draining: served.ending,
        };
        if http.gateway.is_some() {
            self.within.turn_to(http::router::within(http.clone()));
        }
        let pages = console::router(&self.settings.http.frame_ancestors);
        self.switch.turn_to(http::router::build(http, pages));
    }

    /// Who answers over NATS what is about customers, where partitions have them.
    pub(crate) fn as_one(&self) -> Option<Arc<dyn AsOne>> {
        self.reached.as_one(&self.within)
    }

    /// What answers requests to the tenant, whatever it is to it at the moment.
    pub(crate) fn router(&self) -> Router {
        let requests = self.requests.clone();
        let counted = move |request, next: Next| {
            let going_on = requests.token();
            async move {
                let answered = next.run(request).await;
                drop(going_on);
                answered
            }
        };
        self.switch.router().layer(from_fn(counted))
    }

    /// Looks from now on at the files that are the same in every duty.
    pub(crate) fn look(&mut self) {
        let keys = KeyFiles::of(&self.settings, &self.http, self.metrics.guard.clone());
        let keys = keys.map(|keys| tokio::spawn(keys.follow(LOOK_EVERY)));
        let heads = self.audit.as_ref().map(|audit| {
            let folder = audit.folder().to_owned();
            tokio::spawn(heads::tell(folder, clock::now))
        });
        let looking = keys.into_iter().chain(heads);
        self.looking = looking.map(AbortOnDropHandle::new).collect();
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
        door::grace(&self.settings)
    }

    /// Takes no more requests and lets those end that are going on.
    pub(crate) async fn close(&mut self) {
        self.draining.cancel();
        // Its partitions are closed as well.
        self.within.turn_to(http::switch::closed());
        if self.door.shut().is_cancelled() {
            self.supervisor.stopping();
            return self.door.empty().await;
        }
        self.switch.turn_to(http::switch::closed());
        self.requests.close();
        if timeout(self.grace(), self.requests.wait()).await.is_err() {
            tracing::warn!("leave requests behind that did not end while the tenant drained");
        }
    }
}
