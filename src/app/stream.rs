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
        Engine, Folder, Opened, StartError,
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
        service::{Answering, Owner, Service, ServiceLimits, refuse_second_owner},
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
    /// The tenant's name fits no stream.
    #[error(transparent)]
    Tenant(#[from] nats::TenantError),
}

/// A connection whose streams are there.
pub(crate) struct Ground {
    pub(crate) connection: Connection,
    pub(crate) assets: Assets,
    settings: nats::Settings,
}

/// Connects, and sees to it that nobody else owns the tenant and that its streams are there.
pub(crate) async fn prepare(settings: &Settings, nats: &nats::Settings) -> Result<Ground, StreamError> {
    let settings = nats::Settings {
        tenant: settings.data.tenant.parse()?,
        ..nats.clone()
    };
    let connection = nats::connect(&settings).await?;
    refuse_second_owner(&connection.client, &settings.tenant.token()).await?;
    let assets = ensure(&connection, &settings).await?;
    Ok(Ground {
        connection,
        assets,
        settings,
    })
}

impl Ground {
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
    owner: Owner,
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
    let (ground, engine, epoch) = engine(settings, ground, config, engine_metrics).await?;
    starting.disarm();
    let Ground {
        connection,
        assets,
        settings: nats,
    } = ground;

    let waiters = Waiters::new(WAITING_MAX);
    let follower = Follower::new(FollowerParts {
        connection: connection.clone(),
        settings: FollowSettings {
            feed_messages_max: settings.engine.batch_events_max,
            ..FollowSettings::of(&assets)
        },
        handle: engine.handle.clone(),
        rules: Arc::clone(&rules),
        waiters: waiters.clone(),
        metrics: metrics.clone(),
    });
    let intake = StreamIntake::new(IntakeParts {
        publisher: Arc::new(Publisher::new(
            &connection,
            &assets.events.stream,
            nats.ack_timeout,
        )),
        names: assets.names.clone(),
        rules,
        waiters,
        metrics: metrics.clone(),
        settings: IntakeSettings::default().for_server(connection.client.max_payload()),
    });
    let retry = StreamRetry::new(&connection, &assets.events.stream, nats.ack_timeout);
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
        owner: Owner { id, epoch },
        lag,
        uncommitted,
        state: state.start(),
        connection,
    };
    Ok(Started {
        engine,
        intake: Arc::new(intake),
        retry: Arc::new(retry),
        stream,
    })
}

/// Opens the folder and the journal; recovery may read all of it, so not on a thread that serves.
async fn engine(
    settings: &Settings,
    ground: Ground,
    config: JetStreamJournalConfig,
    metrics: EngineMetrics,
) -> Result<(Ground, Engine, u64), ServiceError> {
    let engine_config = compose::engine_config(settings);
    let rules = compose::engine_rules(settings);
    let runtime = Handle::current();
    let broker = Arc::new(Broker {
        expunge: Expunge::new(
            &ground.connection,
            ground.assets.names.clone(),
            // What is too old to be taken is looked at all the same.
            Arc::new(DecodeRules {
                retention: Retention::default(),
                ..settings.decode_rules()
            }),
            ground.settings.ack_timeout,
        ),
        runtime: runtime.clone(),
    });
    tokio::task::spawn_blocking(move || {
        // ORDER: the folder before the journal, so that who is refused the folder takes nothing over.
        let folder = Folder::of(&engine_config)?;
        if folder.has_journal() {
            let path = engine_config.dir.clone();
            return Err(StreamError::Standalone { path }.into());
        }
        let journal = ground.journal(runtime, config)?;
        let epoch = crate::journal::Journal::epoch(&journal);
        let opened = Opened::over(folder, &engine_config, Box::new(journal))?.beside(broker);
        let engine = opened.start(&engine_config, rules, metrics, clock::now)?;
        Ok((ground, engine, epoch))
    })
    .await?
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
            owner: self.owner.clone(),
            lag: self.lag.clone(),
            limits: ServiceLimits {
                in_flight_max: settings.http.in_flight_max,
                request_timeout: settings.http.request_timeout,
                body_bytes_max: REQUEST_BYTES_MAX,
            },
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
        mut self,
        engine: Engine,
        requests: Instant,
        deadline: Instant,
    ) -> Result<(), WriteError> {
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
        let stopped = tokio::task::spawn_blocking(move || engine.stop()).await;
        patience.abort();
        match stopped {
            Ok(Err(error)) if self.abandon.is_cancelled() => {
                tracing::warn!(%error, "left a commit behind");
                Ok(())
            }
            Ok(stopped) => stopped,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        }
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
