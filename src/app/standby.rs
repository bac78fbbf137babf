//! A duty: standing by. The store follows the journal that another process writes and answers questions; the lease is tried
//! for all the time, and whoever wins it takes the tenant over.

mod again;
mod taking;

use std::{sync::Arc, time::Duration};

use futures_util::future::Shared;
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use uuid::Uuid;

use crate::{
    api::Following,
    app::{
        compose,
        error::ServiceError,
        front::{Front, Served},
        shared::{
            Member,
            opening::{self, Origin},
            partitioned, secrets,
        },
        stream::{Ground, prepare_shared, service_limits},
        turn::Turn,
    },
    config::Cluster,
    engine::{Standby, StandbyMetrics, StartError, error::chain, has_store},
    http::duty::Duty,
    nats::{
        self, Connection,
        bucket::Bucket,
        ingest::Waiters,
        journal::JetStreamJournalConfig,
        lease::{Holder, Lease, Leases},
        service::{
            Answering, Instance, Owner, OwnerOfResolver, OwnersOfPartitions, Role, Service,
            refuse_second_owner,
        },
    },
};

/// Between two looks at an owner that holds no lease.
const OWNER_LOOK: Duration = Duration::from_secs(1);
/// Between two attempts to join those who share the tenant.
const JOIN_PAUSE: Duration = Duration::from_millis(100);
/// Nobody waits for a commit at a standby.
const WAITING_MAX: usize = 1;

/// A process that stands by.
#[derive(Debug)]
pub(crate) struct Waiting {
    member: Member,
    standby: Standby,
    /// Answers questions on NATS.
    service: Service,
    /// Who this process is while it tries for the lease, and in the term that follows.
    id: String,
    /// Where the owner's HTTP is reached.
    owner: watch::Sender<Option<String>>,
    /// Ends the journal's waiting for a broker that is away.
    abandon: CancellationToken,
    ending: CancellationToken,
    /// Looks at the master key again.
    _looking: Option<AbortOnDropHandle<()>>,
}

impl Waiting {
    /// Joins those who share the tenant. Servers that choose who leads a stream may not answer just then: it is tried again for
    /// as long as connecting may take.
    pub(crate) async fn first(
        front: &mut Front,
        nats: &nats::Settings,
        cluster: &Cluster,
    ) -> Result<Self, ServiceError> {
        let begun = Instant::now();
        loop {
            match Box::pin(Self::join(front, nats, cluster)).await {
                Err(error) if error.is_passing() && begun.elapsed() < nats.connect_timeout => {
                    tracing::info!(error = %chain(&error), "does not stand by yet, the broker does not answer: trying again");
                    sleep(JOIN_PAUSE).await;
                }
                joined => return joined,
            }
        }
    }

    async fn join(front: &mut Front, nats: &nats::Settings, cluster: &Cluster) -> Result<Self, ServiceError> {
        let settings = Arc::clone(&front.settings);
        let ground = prepare_shared(&settings, nats).await?;
        let bucket = Bucket::ensure(&ground.connection, &ground.settings)
            .await
            .map_err(ServiceError::Bucket)?;
        let own = cluster.url.as_ref();
        let url = own.map(|url| format!("{url}{}", settings.http.path));
        let url = url.unwrap_or_else(|| settings.http.public_url(front.door.address));
        let Some(metrics) = front.metrics.cluster.clone() else {
            return Err(ServiceError::Alone);
        };
        let member = Member {
            leases: Leases::of(bucket.clone(), &ground.settings.tenant, cluster.lease),
            name: compose::member_name(&settings, front.door.address),
            ground,
            bucket,
            url,
            metrics,
        };
        let config = compose::engine_config(&settings);
        partitioned::agree(&member, &settings).await?;
        partitioned::fetch(&member, &settings, &config).await?;
        secrets::fetch(&member, &config).await?;
        let fetched = match has_store(&config) || secrets::is_useless(&config) {
            true => None,
            false => member.fetched(&config.dir).await,
        };
        match Self::start(front, member.clone(), Origin::Folder { fetched }).await {
            // It was away for longer than the journal goes back.
            Err(ServiceError::Start(StartError::Journal(error))) if error.is_gone() => {
                tracing::warn!(%error, "the journal does not go back to where this process was");
                let fetched = member.fetched(&config.dir).await;
                Self::start(front, member, Origin::Folder { fetched }).await
            }
            started => started,
        }
    }

    async fn start(front: &mut Front, member: Member, origin: Origin) -> Result<Self, ServiceError> {
        let settings = Arc::clone(&front.settings);
        let id = Uuid::now_v7().to_string();
        let config = JetStreamJournalConfig {
            metrics: front.metrics.nats.clone(),
            ..member.ground.journal_config(&settings, &id)
        };
        let abandon = config.stop.clone();
        // Whoever no longer waits for the start ends what goes on in a thread.
        let starting = abandon.clone().drop_guard();
        let metrics = StandbyMetrics {
            engine: front.metrics.engine.clone(),
            cluster: member.metrics.clone(),
        };
        let check = secrets::check(&member).await?;
        let standby = opening::standby(settings, &member, (config, origin, check), metrics).await?;
        starting.disarm();
        // Whoever asks the first thing is sent to the owner, too. A broker that does not tell now is asked all the time.
        let held = member.leases.holder().await.ok().flatten();
        let owner = watch::channel(elsewhere(held.as_ref(), (&member.name, &member.url))).0;
        let ending = front.ending();
        match Self::joined(front, (&member, &standby), &id, (&owner, &ending)).await {
            Ok(service) => Ok(Self {
                _looking: front.look_for_key(&standby.handle),
                member,
                standby,
                service,
                id,
                owner,
                abandon,
                ending,
            }),
            Err(error) => {
                // ORDER: whoever tries once more finds nobody else at the store.
                stopped(standby).await?;
                Err(error)
            }
        }
    }

    /// Makes a standby one of those who share the tenant, and known as that.
    async fn joined(
        front: &mut Front,
        (member, standby): (&Member, &Standby),
        id: &str,
        shown: (&watch::Sender<Option<String>>, &CancellationToken),
    ) -> Result<Service, ServiceError> {
        secrets::claim(member, standby.handle.secrets_check()).await?;
        member.metrics.stands_by();
        let service = answering(front, member, standby, id).await?;
        Self::show(front, member, standby, shown)?;
        Ok(service)
    }

    /// Serves questions, and events that go into the stream.
    fn show(
        front: &mut Front,
        member: &Member,
        standby: &Standby,
        (owner, ending): (&watch::Sender<Option<String>>, &CancellationToken),
    ) -> Result<(), ServiceError> {
        let Some(metrics) = front.metrics.nats.clone() else {
            return Err(ServiceError::Alone);
        };
        let waiters = Waiters::new(WAITING_MAX);
        let (intake, retry) = member.ground.intakes(&front.rules, waiters, &metrics);
        let api = front.api(&standby.handle)?;
        let Ground {
            connection, assets, ..
        } = &member.ground;
        let resolver = OwnerOfResolver::of(connection.client.clone(), &assets.names);
        let owners = OwnersOfPartitions::of(connection.client.clone(), &assets.names);
        let served = Served {
            api,
            intake,
            retry,
            following: Some(following(&member.ground.connection)),
            duty: Duty::Standby(owner.subscribe()),
            owner: Some(Arc::new(resolver)),
            owners: Some(Arc::new(owners)),
            ending: ending.clone(),
        };
        front.show(served);
        Ok(())
    }

    /// Serves until `stop` ends, the store follows no longer, or the lease is won.
    pub(crate) async fn serve(
        self: Box<Self>,
        front: &mut Front,
        stop: &Shared<impl Future<Output = ()>>,
    ) -> Turn {
        let holder = Holder::new(self.id.clone(), self.member.name.clone(), self.member.url.clone());
        let told = |held: Option<&Holder>| {
            let url = elsewhere(held, (&self.member.name, &self.member.url));
            self.owner.send_if_modified(|known| {
                let is_new = *known != url;
                *known = url;
                is_new
            });
        };
        let mut applied = self.standby.handle.changes();
        let has_ended = async { while applied.changed().await.is_ok() {} };
        let watched = front.watched(&self.standby.handle);
        let won = tokio::select! {
            () = stop.clone() => None,
            // The channel closes when the thread ends: before it was told to, that is a failure.
            () = has_ended => None,
            lease = self.won(&holder, told) => Some(lease),
        };
        drop(watched);
        match won {
            None => Turn::Ended(self.stop(front).await),
            Some(lease) => Box::pin(self.take_over(front, lease, stop)).await,
        }
    }

    /// Waits for the lease. Where nobody holds it there may be an owner that does not share its tenant: that one is left to it.
    async fn won(&self, holder: &Holder, told: impl FnMut(Option<&Holder>)) -> Lease {
        let (client, tenant) = (
            &self.member.ground.connection.client,
            self.member.ground.settings.tenant.token(),
        );
        let mut is_told = false;
        while let Ok(None) = self.member.leases.holder().await
            && let Err(error) = refuse_second_owner(client, &tenant).await
        {
            if !std::mem::replace(&mut is_told, true) {
                tracing::warn!(%error, "does not take the tenant over: its owner shares it with nobody");
            }
            sleep(OWNER_LOOK).await;
        }
        // Whoever has no room could take nothing in.
        let may_try = || self.standby.handle.has_room();
        self.member.leases.win(holder, may_try, told).await
    }

    async fn stop(self: Box<Self>, front: &mut Front) -> Result<(), ServiceError> {
        // Nobody asks here any more who may ask another: what comes over NATS would be refused while requests end.
        let grace = front.grace();
        tokio::join!(self.service.stop(grace), front.close());
        self.abandon.cancel();
        stopped(self.standby).await
    }
}

/// Where the owner is reached, if it is another process than this one, of a name and a URL. The lease may be of this one, which
/// stands by: it has just taken it, or held it before it was started again. Whoever it sent to itself would come back.
fn elsewhere(held: Option<&Holder>, own: (&str, &str)) -> Option<String> {
    let another = held.filter(|held| (held.name.as_str(), held.url.as_str()) != own);
    another.map(|held| held.url.clone())
}

/// Follows no longer.
pub(crate) async fn stopped(standby: Standby) -> Result<(), ServiceError> {
    let stopped = tokio::task::spawn_blocking(move || standby.stop().map(drop)).await?;
    stopped.map_err(ServiceError::Following)
}

/// Answers questions on NATS.
async fn answering(
    front: &mut Front,
    member: &Member,
    standby: &Standby,
    id: &str,
) -> Result<Service, ServiceError> {
    let answering = Answering {
        api: front.api(&standby.handle)?,
        guard: front.http.guard.clone(),
        as_one: front.as_one(),
        tenant: crate::domain::event::token(&front.settings.data.tenant),
        instance: Instance {
            owner: Owner {
                id: id.to_owned(),
                epoch: 0,
            },
            name: member.name.clone(),
            role: Role::Standby,
        },
        lag: watch::channel(None).1,
        limits: service_limits(&front.settings),
    };
    let started = answering.start(&member.ground.connection.client).await;
    started.map_err(|error| ServiceError::Stream(error.into()))
}

/// How following fares: as the connection does, since the store was up to the journal when it began.
pub(crate) fn following(connection: &Connection) -> watch::Receiver<Following> {
    let mut link = connection.watch();
    let fares = |connected| match connected {
        true => Following::Live,
        false => Following::Disconnected,
    };
    let (state, told) = watch::channel(fares(link.borrow().connected));
    tokio::spawn(async move {
        loop {
            let changed = tokio::select! {
                changed = link.changed() => changed,
                () = state.closed() => return,
            };
            if changed.is_err() {
                return;
            }
            state.send_replace(fares(link.borrow_and_update().connected));
        }
    });
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_the_process_that_was_asked() {
        let holder = Holder::new("i".to_owned(), "a".to_owned(), "http://a".to_owned());
        let sent = |own| elsewhere(Some(&holder), own);
        let there = Some("http://a".to_owned());
        assert_eq!(sent(("b", "http://b")), there);
        // Members that are reached by one way from outside.
        assert_eq!(sent(("b", "http://a")), there);
        assert_eq!(sent(("a", "http://a")), None);
        assert_eq!(elsewhere(None, ("a", "http://a")), None);
    }
}
