//! What runs of a service on NATS once its engine does: the follower of the input stream, the service that answers there.
//! Started in order and drained in the opposite one.

use std::sync::Arc;

use tokio::{sync::watch, task::JoinHandle, time::Instant};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    api::{Api, AsOne, Following, ToPartition, guard::Guard},
    app::{
        error::StreamError,
        stream::{Ground, service_limits},
        watching::Watching,
    },
    config::Settings,
    engine::{
        Engine, Held,
        error::Error as WriteError,
        writer::intake::{Intake, Retry},
    },
    journal::InputPosition,
    nats::{
        Connection,
        assets::Names,
        ingest::{FollowError, FollowSettings, Follower, FollowerParts, Source, Waiters},
        service::{Answering, Instance, Owner, OwnersOfPartitions, Role, Service},
        views::Views,
    },
    telemetry::NatsMetrics,
    wire::DecodeRules,
};

/// Requests that wait for their commit.
const WAITING_MAX: usize = 10_000;

/// The parts of a service on NATS that run.
#[derive(Debug)]
pub(crate) struct Stream {
    connection: Connection,
    names: Names,
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
    /// Sees to it that the views of the journal go on, where several servers keep them.
    views: Option<AbortOnDropHandle<()>>,
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

/// Brings events to an engine from now on.
pub(crate) fn follow(
    settings: &Settings,
    ground: Ground,
    begun: Begun,
    rules: &Arc<DecodeRules>,
    metrics: NatsMetrics,
) -> Started {
    // What is posted at a partition is routed first: nobody here sees its commit.
    let waiters = Waiters::new(match ground.settings.partition {
        Some(_) => 0,
        None => WAITING_MAX,
    });
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
            restored_ns: nats.events_restored_ns.filter(|_| nats.partition.is_none()),
            ..FollowSettings::of(&assets, nats.partition.as_ref())
        },
        handle: engine.handle.clone(),
        source: match &nats.partition {
            Some(partition) => Source::routed(&connection, partition, metrics.clone()),
            None => Source::Channels(Arc::clone(rules)),
        },
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
            role: Role::Owner,
        },
        lag,
        uncommitted,
        state: state.start(),
        views: (nats.storage.replicas > 1).then(|| {
            let views = Views::of(&connection, &assets.names);
            AbortOnDropHandle::new(tokio::spawn(views.keep_going()))
        }),
        names: assets.names.clone(),
        connection,
    };
    Started {
        engine,
        intake,
        retry,
        stream,
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
        (api, guard, as_one): (Api, Guard, Option<Arc<dyn AsOne>>),
        settings: &Settings,
    ) -> Result<(), StreamError> {
        let answering = Answering {
            api,
            guard,
            as_one,
            tenant: crate::domain::event::token(&settings.data.tenant),
            instance: self.instance.clone(),
            lag: self.lag.clone(),
            limits: service_limits(settings),
        };
        self.service = Some(answering.start(&self.connection.client).await?);
        Ok(())
    }

    /// The way to the owners of the tenant's partitions, where it has some.
    pub(crate) fn owners(&self) -> Arc<dyn ToPartition> {
        let client = self.connection.client.clone();
        Arc::new(OwnersOfPartitions::of(client, &self.names))
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
        // Whoever owns the tenant next sees to them.
        drop(self.views.take());
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
