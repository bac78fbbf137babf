//! A duty: owning the tenant. Starts the engine and what brings events to it, and ends them in the opposite order.

use std::sync::Arc;

use futures_util::future::Shared;
use tokio::time::Instant;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    api::Api,
    app::{
        alone, clock, compose,
        error::ServiceError,
        front::{Front, Served},
        running::{Started, Stream},
        shared::{Member, Tenure, secrets},
        standby::Waiting,
        turn::Turn,
    },
    engine::{
        Engine, Opened,
        writer::intake::{Direct, Intake, Retry},
    },
    http::duty::Duty,
    nats::{ingest::FollowError, lease::Left},
};

/// A process that owns its tenant.
#[derive(Debug)]
pub(crate) struct Owning {
    engine: Engine,
    /// What a service on NATS has more.
    stream: Option<Box<Stream>>,
    /// What one has more that shares the tenant.
    tenure: Option<Tenure>,
    /// Offers its secrets to those who share the tenant.
    offering: Option<AbortOnDropHandle<()>>,
    ending: CancellationToken,
    _looking: Vec<AbortOnDropHandle<()>>,
}

/// Why owning ends.
enum End {
    /// The process is told to stop.
    Told,
    /// The writer stopped, or the input stream is followed no longer.
    Failed(Result<(), FollowError>),
    /// Another process holds the lease, or is to hold it.
    Left(Left),
}

impl Owning {
    /// Starts as the one process of its tenant.
    pub(crate) async fn alone(front: &mut Front) -> Result<Self, ServiceError> {
        let settings = Arc::clone(&front.settings);
        match (&settings.nats, &front.metrics.nats) {
            (Some(nats), Some(metrics)) => {
                let metrics = (front.metrics.engine.clone(), metrics.clone());
                let started = alone::start(&settings, nats, Arc::clone(&front.rules), metrics).await?;
                Self::on_stream(front, started, None).await
            }
            _ => Self::standalone(front).await,
        }
    }

    async fn standalone(front: &mut Front) -> Result<Self, ServiceError> {
        let config = compose::engine_config(&front.settings);
        let (rules, metrics) = (
            compose::engine_rules(&front.settings),
            front.metrics.engine.clone(),
        );
        // Recovery may read the whole journal: not on a thread that serves.
        let engine = tokio::task::spawn_blocking(move || {
            Opened::open(&config)?.start(&config, rules, metrics, clock::now)
        })
        .await??;
        let direct = Arc::new(Direct::new(engine.handle.clone(), Arc::clone(&front.rules)));
        let api = front.api(&engine.handle)?;
        Ok(Self::shown(front, (engine, api), (direct.clone(), direct), None))
    }

    /// Serves what was started on NATS.
    pub(crate) async fn on_stream(
        front: &mut Front,
        started: Started,
        tenure: Option<Tenure>,
    ) -> Result<Self, ServiceError> {
        let Started {
            engine,
            intake,
            retry,
            mut stream,
        } = started;
        let (api, guard) = (front.api(&engine.handle)?, front.http.guard.clone());
        let asked = (api.clone(), guard, front.as_one());
        stream.answer(asked, &front.settings).await?;
        let offering = tenure.as_ref().map(|tenure| {
            let (dir, changes) = (
                compose::engine_config(&front.settings).dir,
                engine.handle.secrets_changes(),
            );
            let offering = secrets::keep_offered(tenure.member.clone(), dir, changes);
            AbortOnDropHandle::new(tokio::spawn(offering))
        });
        let owning = Self::shown(front, (engine, api), (intake, retry), Some(stream));
        Ok(Self {
            tenure,
            offering,
            ..owning
        })
    }

    /// Has an engine answer from now on.
    fn shown(
        front: &Front,
        (engine, api): (Engine, Api),
        (intake, retry): (Arc<dyn Intake>, Arc<dyn Retry>),
        stream: Option<Stream>,
    ) -> Self {
        let ending = front.ending();
        front.show(Served {
            api,
            intake,
            retry,
            following: stream.as_ref().map(Stream::state),
            duty: Duty::Owner,
            owner: None,
            owners: stream.as_ref().map(Stream::owners),
            ending: ending.clone(),
        });
        Self {
            _looking: front.look_for(&engine.handle),
            engine,
            stream: stream.map(Box::new),
            tenure: None,
            offering: None,
            ending,
        }
    }

    /// Serves until `stop` ends, the writer fails, or another process owns the tenant.
    pub(crate) async fn serve(
        mut self: Box<Self>,
        front: &mut Front,
        stop: &Shared<impl Future<Output = ()>>,
    ) -> Turn {
        let watched = front.watched(&self.engine.handle);
        let end = self.until(stop).await;
        drop(watched);
        match (end, self.tenure.take()) {
            (End::Told, tenure) => Turn::Ended(self.stop(front, tenure).await),
            (End::Failed(followed), None) => {
                let stopped = self.stop(front, None).await;
                // Why the writer stopped says more than that the stream was followed no longer.
                Turn::Ended(stopped.and(followed.map_err(ServiceError::Follow)))
            }
            (End::Failed(Err(error)), Some(tenure)) if !matches!(error, FollowError::WriterStopped) => {
                let stopped = self.stop(front, Some(tenure)).await;
                Turn::Ended(stopped.and(Err(ServiceError::Follow(error))))
            }
            (End::Failed(_), Some(tenure)) => {
                tracing::warn!("stepped back: another process owns the tenant, this one stands by");
                tenure.member.metrics.stepped_back();
                self.step_back(front, tenure, stop).await
            }
            (End::Left(left), Some(tenure)) => {
                tell(&left, &tenure.member);
                self.step_back(front, tenure, stop).await
            }
            (End::Left(_), None) => Turn::Ended(self.stop(front, None).await),
        }
    }

    async fn until(&mut self, stop: &Shared<impl Future<Output = ()>>) -> End {
        let mut stop = stop.clone();
        let mut written = self.engine.handle.changes();
        let kept = kept(self.tenure.as_mut());
        tokio::pin!(kept);
        loop {
            tokio::select! {
                () = &mut stop => return End::Told,
                // The channel closes when the writer's thread ends: before it was told to, that is a failure.
                change = written.changed() => if change.is_err() { return End::Failed(Ok(())) },
                ended = ended(self.stream.as_deref_mut()) => return End::Failed(ended),
                left = &mut kept => return End::Left(left),
            }
        }
    }

    /// Lets requests end, commits what waits and stops.
    async fn stop(
        self: Box<Self>,
        front: &mut Front,
        mut tenure: Option<Tenure>,
    ) -> Result<(), ServiceError> {
        tracing::info!("draining");
        let (grace, timeout) = (front.grace(), front.settings.engine.drain_timeout);
        let begun = Instant::now();
        let Some(stream) = self.stream else {
            self.engine.handle.drain();
            front.close().await;
            let stopped = tokio::task::spawn_blocking(move || self.engine.stop()).await?;
            return stopped.map_err(ServiceError::Writer);
        };
        let engine = self.engine;
        let stopping = async {
            // ORDER: requests that wait for their commit need the follower and the writer.
            front.close().await;
            let drained = stream.drain(engine, begun + grace, begun + timeout).await;
            drained.map_err(ServiceError::Writer)
        };
        tokio::pin!(stopping);
        // Nobody takes over while what was taken in is still committed.
        let stopped = tokio::select! {
            stopped = &mut stopping => stopped,
            _left = kept(tenure.as_mut()) => stopping.await,
        };
        if let Some(tenure) = tenure {
            tenure.lease.release().await;
        }
        stopped
    }

    /// Becomes a standby: another process owns the tenant, or is to own it.
    async fn step_back(
        self: Box<Self>,
        front: &mut Front,
        tenure: Tenure,
        stop: &Shared<impl Future<Output = ()>>,
    ) -> Turn {
        drop(self.offering);
        let Some(stream) = self.stream else {
            return Turn::Ended(Ok(()));
        };
        self.ending.cancel();
        let deadline = Instant::now() + front.settings.engine.drain_timeout;
        let held = stream.step_back(self.engine, deadline).await;
        // What another holds meanwhile stays.
        tenure.lease.release().await;
        let held = match held {
            Ok(held) => held,
            Err(error) => {
                front.close().await;
                return Turn::Ended(Err(ServiceError::Writer(error)));
            }
        };
        Waiting::again(front, tenure.member, held, stop).await
    }
}

/// Ends when the input stream is followed no longer; never where there is none.
async fn ended(stream: Option<&mut Stream>) -> Result<(), FollowError> {
    match stream {
        Some(stream) => stream.ended().await,
        None => std::future::pending().await,
    }
}

/// Keeps the lease until another process has it or is to have it; for ever where there is none.
async fn kept(tenure: Option<&mut Tenure>) -> Left {
    let Some(Tenure { lease, member }) = tenure else {
        return std::future::pending().await;
    };
    let Member { metrics, .. } = member;
    lease.keep(metrics).await
}

/// Says why a member does not keep the tenant.
fn tell(left: &Left, member: &Member) {
    match left {
        Left::Taken(other) => {
            member.metrics.stepped_back();
            let name = other.name.as_str();
            tracing::warn!(
                owner.name = name,
                "stepped back: another process holds the lease, this one stands by"
            );
        }
        Left::Asked(next) => {
            let name = next.as_str();
            tracing::info!(
                owner.name = name,
                "hands the tenant over to the process that is to own it"
            );
        }
    }
}
