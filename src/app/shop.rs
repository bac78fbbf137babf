//! A duty: serving a shop. The store follows a mirror of the journal that headquarters write, at a server of the shop's own, so
//! that questions are answered and events taken whether the line to headquarters is up or down. It never owns the tenant: what
//! only the owner can do it leaves to it, and what tills redeemed it keeps for it.

mod headquarters;
mod opening;

use std::sync::Arc;

use futures_util::future::Shared;
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};
use uuid::Uuid;

use crate::{
    app::{
        compose,
        error::ServiceError,
        error::StreamError,
        front::{Front, Served},
        shop::headquarters::Headquarters,
        standby::{following, stopped},
        stream::{Putting, connected, service_limits},
        turn::Turn,
    },
    config,
    engine::Standby,
    http::duty::Duty,
    nats::{
        self, Connection,
        assets::{ShopAssets, ensure_shop},
        ingest::Waiters,
        line::ShopLine,
        mirror::MirrorError,
        service::{Answering, Instance, Owner, Role, Service},
    },
};

/// Nobody waits for a commit in a shop.
const WAITING_MAX: usize = 1;

/// The shop's server, and the streams there.
#[derive(Clone, Debug)]
struct Place {
    connection: Connection,
    assets: ShopAssets,
    settings: nats::Settings,
}

/// A process that serves a shop.
#[derive(Debug)]
pub(crate) struct Shop {
    standby: Standby,
    /// Answers questions on NATS.
    service: Service,
    /// Ends the journal's waiting for a broker that is away.
    abandon: CancellationToken,
    /// Has the mirror let go; ends where it is no copy of headquarters' journal any more.
    letting_go: AbortOnDropHandle<MirrorError>,
    /// Looks for the owner, has it settle, and looks at the master key again.
    _going_on: Vec<AbortOnDropHandle<()>>,
}

impl Shop {
    /// Opens the folder and follows the mirror, be the line up or down.
    pub(crate) async fn open(
        front: &mut Front,
        nats: &nats::Settings,
        shop: &config::Shop,
    ) -> Result<Self, ServiceError> {
        let settings = Arc::clone(&front.settings);
        let (connection, nats) = connected(&settings, nats).await?;
        let assets = ensure_shop(&connection, &nats, &shop.hub).await;
        let mut place = Place {
            assets: assets.map_err(StreamError::from)?,
            connection,
            settings: nats,
        };
        let hub = Headquarters::of(&place, &shop.hub);
        let (standby, abandon) = opening::standby(front, &mut place, &hub).await?;
        let owner = watch::channel(hub.owner().await).0;
        let line = ShopLine::of(
            (&place.connection, &place.assets.names),
            shop.key.clone(),
            owner.subscribe(),
        );
        match Self::shown(front, &place, &standby, (owner.subscribe(), line.clone())).await {
            Ok(service) => {
                let settling = tokio::spawn(line.settle());
                let letting_go = tokio::spawn(hub.clone().let_go(place, standby.handle.clone()));
                let looking = tokio::spawn(hub.look(owner));
                let going_on = [settling, looking].map(AbortOnDropHandle::new);
                Ok(Self {
                    letting_go: AbortOnDropHandle::new(letting_go),
                    _going_on: going_on
                        .into_iter()
                        .chain(front.look_for_key(&standby.handle))
                        .collect(),
                    standby,
                    service,
                    abandon,
                })
            }
            Err(error) => {
                // ORDER: whoever tries once more finds nobody else at the store.
                stopped(standby).await?;
                Err(error)
            }
        }
    }

    /// Answers over NATS and HTTP from now on, and takes events.
    async fn shown(
        front: &mut Front,
        place: &Place,
        standby: &Standby,
        (owner, line): (watch::Receiver<Option<String>>, ShopLine),
    ) -> Result<Service, ServiceError> {
        let (Some(nats), Some(cluster)) = (front.metrics.nats.clone(), &front.metrics.cluster) else {
            return Err(ServiceError::Alone);
        };
        cluster.stands_by();
        let service = answering(front, place, standby).await?;
        let putting = Putting {
            connection: &place.connection,
            names: &place.assets.names,
            ack_timeout: place.settings.ack_timeout,
            is_shops: true,
        };
        let (intake, retry) = putting.intakes(&front.rules, Waiters::new(WAITING_MAX), &nats);
        let served = Served {
            api: front.api(&standby.handle)?,
            intake,
            retry,
            following: Some(following(&place.connection)),
            duty: Duty::Shop(owner, Arc::new(line)),
            owner: None,
            owners: None,
            ending: front.ending(),
        };
        front.show(served);
        Ok(service)
    }

    /// Serves until `stop` ends, or the store follows no longer, or headquarters' journal is another.
    pub(crate) async fn serve(
        mut self: Box<Self>,
        front: &mut Front,
        stop: &Shared<impl Future<Output = ()>>,
    ) -> Turn {
        let mut applied = self.standby.handle.changes();
        let has_ended = async { while applied.changed().await.is_ok() {} };
        let watched = front.watched(&self.standby.handle);
        let another = tokio::select! {
            () = stop.clone() => None,
            // The channel closes when the thread ends: before it was told to, that is a failure.
            () = has_ended => None,
            another = &mut self.letting_go => Some(another),
        };
        drop(watched);
        let stopped = self.stop(front).await;
        Turn::Ended(match another {
            None => stopped,
            Some(Ok(another)) => Err(another.into()),
            Some(Err(failed)) => Err(failed.into()),
        })
    }

    async fn stop(self: Box<Self>, front: &mut Front) -> Result<(), ServiceError> {
        front.close().await;
        self.service.stop(front.grace()).await;
        self.abandon.cancel();
        stopped(self.standby).await
    }
}

/// Answers questions on NATS.
async fn answering(front: &mut Front, place: &Place, standby: &Standby) -> Result<Service, ServiceError> {
    let answering = Answering {
        api: front.api(&standby.handle)?,
        guard: front.http.guard.clone(),
        as_one: None,
        tenant: place.settings.tenant.token(),
        instance: Instance {
            owner: Owner {
                id: Uuid::now_v7().to_string(),
                epoch: 0,
            },
            name: compose::member_name(&front.settings, front.door.address),
            role: Role::Shop,
        },
        lag: watch::channel(None).1,
        limits: service_limits(&front.settings),
    };
    let started = answering.start(&place.connection.client).await;
    started.map_err(|error| ServiceError::Stream(error.into()))
}
