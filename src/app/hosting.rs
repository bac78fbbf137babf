//! Several tenants in one process, each a service of its own behind the one door: started, restarted and ended by what the
//! files of the tenants say. What befalls one is no other's matter.

mod hosts;
mod sharing;
mod tenant;

use std::{collections::BTreeMap, net::SocketAddr};

use futures_util::future::join_all;

use crate::{
    app::{
        compose,
        door::{Closed, Door, Opened},
        hosting::{hosts::Hosts, sharing::Sharing},
        service::ServiceError,
        stream::StreamError,
        supervisor::Supervisor,
    },
    config::{self, Settings},
    console,
    http::tenants::Tenants,
    telemetry::{HttpMetrics, Registry},
};

/// A process with several tenants, which listens.
#[derive(Debug)]
pub struct Hosting {
    door: Door,
    open: Opened,
    hosts: Hosts,
    sharing: Option<Sharing>,
}

impl Hosting {
    /// Listens, reads the files of the tenants, all of which have to be sound now, and begins to start the tenants. Whoever
    /// has started is served already. `supervisor` is told when the process is ready, that it goes on, and when it stops.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn start(
        settings: &Settings,
        files: config::Tenants,
        supervisor: Supervisor,
    ) -> Result<Self, ServiceError> {
        let closed = Closed::of(settings).await?;
        files.all()?;
        let registry = Registry::new(env!("CARGO_PKG_VERSION"))?;
        let metrics = HttpMetrics::register(&registry)?;
        let door = closed.door.clone();
        let me = compose::member_name(settings, door.address);
        let sharing = Sharing::of(settings, me).await.map_err(StreamError::Connect)?;
        let shown = Tenants::new(registry);
        let router = shown.router(console::files());
        let mut hosts = Hosts {
            files,
            door: door.clone(),
            shown,
            supervisor,
            hosted: BTreeMap::new(),
            refused: BTreeMap::new(),
        };
        hosts.look().await;
        let open = closed.open(settings, router, &metrics);
        Ok(Self {
            door,
            open,
            hosts,
            sharing,
        })
    }

    /// Where it listens, with the port that was chosen.
    pub fn address(&self) -> SocketAddr {
        self.door.address
    }

    /// Waits until each tenant has started, or could not.
    pub async fn started(&mut self) {
        self.hosts.started().await;
    }

    /// Serves the tenants of the moment until `stop` ends; then drains them all.
    ///
    /// # Errors
    /// [`ServiceError::Serve`] when the listener failed.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServiceError> {
        let Self {
            door,
            open,
            mut hosts,
            sharing,
        } = self;
        // Also while no tenant is watched: there is none, or it waits to be started again.
        let _alive = hosts.supervisor.watched(|| true);
        tokio::select! {
            () = stop => {}
            () = hosts.follow() => {}
            () = share(sharing) => {}
        }
        door.shut().cancel();
        let ending = std::mem::take(&mut hosts.hosted).into_values();
        join_all(ending.map(|hosted| hosted.serving)).await;
        open.ended().await
    }
}

/// Shares the tenants with other processes, where there are such. Never ends.
async fn share(sharing: Option<Sharing>) {
    match sharing {
        Some(sharing) => sharing.go_on().await,
        None => std::future::pending().await,
    }
}
