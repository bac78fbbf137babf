//! The parts of a service that follows a NATS stream: the journal in a stream, the follower, the intake that puts what
//! is posted into the stream, the service that answers there. Started in order and drained in the opposite one.

use std::{path::PathBuf, sync::Arc};

use tokio::{runtime::Handle, sync::watch, task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    api::{Api, Following, guard::Guard},
    app::{broker::Broker, clock, compose, service::ServiceError, watching::Watching},
    config::Settings,
    domain::retention::Retention,
    engine::{
        Engine, EngineConfig, Folder, Held, Opened, StartError,
        error::Error as WriteError,
        intake::{Intake, Retry},
    },
    journal::InputPosition,
    nats::{
        self, Connection,
        assets::{Assets, ensure},
        batch::Publisher,
        expunge::Expunge,
        ingest::{
            FollowError, FollowSettings, Follower, FollowerParts, IntakeParts, IntakeSettings, StreamIntake,
            StreamRetry, Waiters,
        },
        journal::{JetStreamJournal, JetStreamJournalConfig},
        service::{Answering, Instance, Owner, Service, ServiceLimits, refuse_second_owner},
    },
    telemetry::{EngineMetrics, NatsMetrics},
    wire::DecodeRules,
};

/// Requests that wait for their commit.
const WAITING_MAX: usize = 10_000;
/// Bytes of a request over NATS, as of a command over HTTP.
const REQUEST_BYTES_MAX: usize = 32 * 1024;

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

/// A connection whose streams are there.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    pub(crate) connection: Connection,
    pub(crate) assets: Assets,
    pub(crate) settings: nats::Settings,
}

/// Connects, and sees to it that nobody else owns the tenant and that its streams are there.
pub(crate) async fn prepare(settings: &Settings, nats: &nats::Settings) -> Result<Ground, StreamError> {
    let (connection, settings) = connected(settings, nats).await?;
    refuse_second_owner(&connection.client, &settings.tenant.token()).await?;
    Ground::on(connection, settings).await
}

/// The same for a process that shares the tenant, whoever owns it now.
pub(crate) async fn prepare_shared(
    settings: &Settings,
    nats: &nats::Settings,
) -> Result<Ground, StreamError> {
    let (connection, settings) = connected(settings, nats).await?;
    Ground::on(connection, settings).await
}

async fn connected(
    settings: &Settings,
    nats: &nats::Settings,
) -> Result<(Connection, nats::Settings), StreamError> {
    let settings = nats::Settings {
        tenant: settings.data.tenant.parse()?,
        ..nats.clone()
    };
    Ok((nats::connect(&settings).await?, settings))
}

impl Ground {
    async fn on(connection: Connection, settings: nats::Settings) -> Result<Self, StreamError> {
        let assets = ensure(&connection, &settings).await?;
        Ok(Self {
            connection,
            assets,
            settings,
        })
    }

    /// What holds data of the tenant beyond its folder.
    pub(crate) fn beyond(&self, settings: &Settings, runtime: Handle) -> Arc<Broker> {
        let expunge = Expunge::new(
            &self.connection,
            self.assets.names.clone(),
            // What is too old to be taken is looked at all the same.
            Arc::new(DecodeRules {
                retention: Retention::default(),
                ..settings.decode_rules()
            }),
            self.settings.ack_timeout,
        );
        Arc::new(Broker { expunge, runtime })
    }

    /// Puts what is posted into the input stream, and what was refused once more.
    pub(crate) fn intakes(
        &self,
        rules: &Arc<DecodeRules>,
        waiters: Waiters,
        metrics: &NatsMetrics,
    ) -> (Arc<dyn Intake>, Arc<dyn Retry>) {
        let (stream, ack_timeout) = (&self.assets.events.stream, self.settings.ack_timeout);
        let intake = StreamIntake::new(IntakeParts {
            publisher: Arc::new(Publisher::new(&self.connection, stream, ack_timeout)),
            names: self.assets.names.clone(),
            rules: Arc::clone(rules),
            waiters,
            metrics: metrics.clone(),
            settings: IntakeSettings::default().for_server(self.connection.client.max_payload()),
        });
        let retry = StreamRetry::new(&self.connection, stream, ack_timeout);
        (Arc::new(intake), Arc::new(retry))
    }

    /// Takes the journal over. Blocks.
    pub(crate) fn journal(
        &self,
        runtime: Handle,
        config: JetStreamJournalConfig,
    ) -> Result<JetStreamJournal, StartError> {
        Ok(JetStreamJournal::open(
            runtime,
            &self.connection,
            &self.assets,
            config,
        )?)
    }

    /// What the journal is opened with.
    pub(crate) fn journal_config(&self, settings: &Settings, owner: &str) -> JetStreamJournalConfig {
        JetStreamJournalConfig {
            owner: owner.to_owned(),
            commit_bytes_max: settings.journal.commit_bytes_max,
            ack_timeout: self.settings.ack_timeout,
            ..JetStreamJournalConfig::default()
        }
    }
}

/// The parts of a service on NATS that run.
#[derive(Debug)]
pub(crate) struct Stream {
    connection: Connection,
    service: Option<Service>,
    following: JoinHandle<Result<(), FollowError>>,
    /// Ends the following.
    stop: CancellationToken,
    /// Ends the journal's waiting for a broker that is away.
    abandon: CancellationToken,
    instance: Instance,
    lag: watch::Receiver<Option<u64>>,
    /// Messages that were handed to the writer and are not committed.
    uncommitted: watch::Receiver<u64>,
    state: watch::Receiver<Following>,
}

/// What a start on NATS gives.
pub(crate) struct Started {
    pub(crate) engine: Engine,
    pub(crate) intake: Arc<dyn Intake>,
    pub(crate) retry: Arc<dyn Retry>,
    pub(crate) stream: Stream,
}

/// An engine over the journal in the stream.
pub(crate) struct Begun {
    pub(crate) engine: Engine,
    pub(crate) owner: Owner,
    /// What operators call the process.
    pub(crate) name: String,
    /// Ends the journal's waiting for a broker that is away.
    pub(crate) abandon: CancellationToken,
}

/// Starts the engine over the journal in the stream, and what brings events to it.
pub(crate) async fn start(
    settings: &Settings,
    nats: &nats::Settings,
    rules: Arc<DecodeRules>,
    metrics: (EngineMetrics, NatsMetrics),
) -> Result<Started, ServiceError> {
    let ground = prepare(settings, nats).await?;
    let (engine_metrics, metrics) = metrics;
    let id = Uuid::now_v7().to_string();
    let config = JetStreamJournalConfig {
        metrics: Some(metrics.clone()),
        ..ground.journal_config(settings, &id)
    };
    let abandon = config.stop.clone();
    // Whoever no longer waits for the start ends what goes on in a thread.
    let starting = abandon.clone().drop_guard();
    let (engine, epoch) = engine(settings, ground.clone(), config, engine_metrics).await?;
    starting.disarm();
    let begun = Begun {
        engine,
        owner: Owner { id, epoch },
        name: settings.http.listen.to_string(),
        abandon,
    };
    Ok(follow(settings, ground, begun, &rules, metrics))
}

/// Brings events to an engine from now on.
pub(crate) fn follow(
    settings: &Settings,
    ground: Ground,
    begun: Begun,
    rules: &Arc<DecodeRules>,
    metrics: NatsMetrics,
) -> Started {
    let waiters = Waiters::new(WAITING_MAX);
    let (intake, retry) = ground.intakes(rules, waiters.clone(), &metrics);
    let Ground {
        connection,
        assets,
        settings: nats,
    } = ground;
    let Begun {
        engine,
        owner,
        name,
        abandon,
    } = begun;
    let follower = Follower::new(FollowerParts {
        connection: connection.clone(),
        settings: FollowSettings {
            feed_messages_max: settings.engine.batch_events_max,
            ..FollowSettings::of(&assets)
        },
        handle: engine.handle.clone(),
        rules: Arc::clone(rules),
        waiters,
        metrics: metrics.clone(),
    });
    let (lag, uncommitted) = (follower.lag(), follower.uncommitted());
    let stop = CancellationToken::new();
    let state = Watching {
        connection: connection.clone(),
        handle: engine.handle.clone(),
        lag: lag.clone(),
        stalled_after: nats.stalled_after,
        metrics,
    };
    let stream = Stream {
        following: tokio::spawn(follower.follow(stop.clone())),
        service: None,
        stop,
        abandon,
        instance: Instance {
            owner,
            name,
            is_owner: true,
        },
        lag,
        uncommitted,
        state: state.start(),
        connection,
    };
    Started {
        engine,
        intake,
        retry,
        stream,
    }
}

/// Opens the folder and the journal; recovery may read all of it, so not on a thread that serves.
async fn engine(
    settings: &Settings,
    ground: Ground,
    config: JetStreamJournalConfig,
    metrics: EngineMetrics,
) -> Result<(Engine, u64), ServiceError> {
    let engine_config = compose::engine_config(settings);
    let rules = compose::engine_rules(settings);
    let runtime = Handle::current();
    let broker = ground.beyond(settings, runtime.clone());
    tokio::task::spawn_blocking(move || {
        // ORDER: the folder before the journal, so that who is refused the folder takes nothing over.
        let folder = folder_of_a_stream(&engine_config)?;
        let journal = ground.journal(runtime, config)?;
        let epoch = crate::journal::Journal::epoch(&journal);
        let opened = Opened::over(folder, &engine_config, Box::new(journal))?.beside(broker);
        let engine = opened.start(&engine_config, rules, metrics, clock::now)?;
        Ok((engine, epoch))
    })
    .await?
}

/// Holds the folder of a tenant whose journal is a stream. Blocks.
pub(crate) fn folder_of_a_stream(config: &EngineConfig) -> Result<Folder, ServiceError> {
    let folder = Folder::of(config)?;
    if folder.has_journal() {
        let path = config.dir.clone();
        return Err(StreamError::Standalone { path }.into());
    }
    Ok(folder)
}

/// How requests on NATS are bounded.
pub(crate) fn service_limits(settings: &Settings) -> ServiceLimits {
    ServiceLimits {
        in_flight_max: settings.http.in_flight_max,
        request_timeout: settings.http.request_timeout,
        body_bytes_max: REQUEST_BYTES_MAX,
    }
}

impl Stream {
    /// How the following fares.
    pub(crate) fn state(&self) -> watch::Receiver<Following> {
        self.state.clone()
    }

    /// Answers questions and commands on NATS from now on.
    pub(crate) async fn answer(
        &mut self,
        api: Api,
        guard: Guard,
        settings: &Settings,
    ) -> Result<(), StreamError> {
        let answering = Answering {
            api,
            guard,
            tenant: crate::domain::event::token(&settings.data.tenant),
            instance: self.instance.clone(),
            lag: self.lag.clone(),
            limits: service_limits(settings),
        };
        self.service = Some(answering.start(&self.connection.client).await?);
        Ok(())
    }

    /// Ends when the stream is followed no longer, with the reason.
    pub(crate) async fn ended(&mut self) -> Result<(), FollowError> {
        match (&mut self.following).await {
            Ok(ended) => ended,
            // The task is never aborted: it ended by a bug, and what it fed is committed or read again.
            Err(_) => Err(FollowError::WriterStopped),
        }
    }

    /// Takes no more requests and no more events, sees through what is taken, and stops the engine: requests until
    /// `requests`, all of it until `deadline`.
    pub(crate) async fn drain(
        self: Box<Self>,
        engine: Engine,
        requests: Instant,
        deadline: Instant,
    ) -> Result<(), WriteError> {
        let abandon = self.abandon.clone();
        match self.end(engine, (requests, deadline), Engine::stop).await {
            Err(error) if abandon.is_cancelled() => {
                tracing::warn!(%error, "left a commit behind");
                Ok(())
            }
            stopped => stopped,
        }
    }

    /// The same where another process owns the tenant; what is held is left to stand by with.
    pub(crate) async fn step_back(
        self: Box<Self>,
        engine: Engine,
        deadline: Instant,
    ) -> Result<Held, WriteError> {
        self.end(engine, (Instant::now(), deadline), Engine::step_back)
            .await
    }

    async fn end<T: Send + 'static>(
        mut self: Box<Self>,
        engine: Engine,
        (requests, deadline): (Instant, Instant),
        stop: fn(Engine) -> Result<T, WriteError>,
    ) -> Result<T, WriteError> {
        if let Some(service) = self.service.take() {
            service
                .stop(requests.saturating_duration_since(Instant::now()))
                .await;
        }
        self.stop.cancel();
        let patience = tokio::spawn(give_up(
            deadline,
            self.abandon.clone(),
            self.uncommitted.clone(),
            engine.handle.consumed(),
        ));
        if !self.following.is_finished() {
            tokio::select! {
                ended = &mut self.following => match ended {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => tracing::warn!(%error, "stopped following"),
                    Err(error) => tracing::error!(%error, "stopped following"),
                },
                // It may still wait for an answer of the broker's. What it fed is committed, or read again.
                () = self.abandon.cancelled() => self.following.abort(),
            }
        }
        engine.handle.drain();
        let stopped = tokio::task::spawn_blocking(move || stop(engine)).await;
        patience.abort();
        stopped.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }
}

/// A broker that is away keeps the writer waiting. What it has not committed is in the input stream still.
async fn give_up(
    deadline: Instant,
    abandon: CancellationToken,
    uncommitted: watch::Receiver<u64>,
    consumed: watch::Receiver<Option<InputPosition>>,
) {
    tokio::time::sleep_until(deadline).await;
    tracing::warn!(
        input.uncommitted = *uncommitted.borrow(),
        input.committed = consumed.borrow().as_ref().map_or(0, |input| input.sequence),
        "gave up waiting for the broker: messages that were read are not committed, the next start reads them again"
    );
    abandon.cancel();
}
