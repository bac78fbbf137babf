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
        door::Closed,
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
    closed: Closed,
    settings: Settings,
    files: config::Tenants,
    metrics: HttpMetrics,
    sharing: Option<Sharing>,
    shown: Tenants,
    supervisor: Supervisor,
}

impl Hosting {
    /// Listens, and reads the files of the tenants; all of them have to be sound now. Nobody is served before
    /// [`Hosting::run`].
    ///
    /// # Errors
    /// [`ServiceError`].
    pub async fn start(settings: &Settings, files: config::Tenants) -> Result<Self, ServiceError> {
        let closed = Closed::of(settings).await?;
        let registry = Registry::new(env!("CARGO_PKG_VERSION"))?;
        let metrics = HttpMetrics::register(&registry)?;
        files.all()?;
        let me = compose::member_name(settings, closed.door.address);
        let sharing = Sharing::of(settings, me).await.map_err(StreamError::Connect)?;
        Ok(Self {
            closed,
            settings: settings.clone(),
            files,
            metrics,
            sharing,
            shown: Tenants::new(registry),
            supervisor: Supervisor::default(),
        })
    }

    /// Has it tell `supervisor` when it is ready, that it goes on, and when it stops.
    #[must_use]
    pub fn watched_by(mut self, supervisor: Supervisor) -> Self {
        self.supervisor = supervisor;
        self
    }

    /// Where it listens, with the port that was chosen.
    pub fn address(&self) -> SocketAddr {
        self.closed.door.address
    }

    /// Serves the tenants of the moment until `stop` ends; then drains them all.
    ///
    /// # Errors
    /// [`ServiceError::Serve`] when the listener failed.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServiceError> {
        let door = self.closed.door.clone();
        let mut hosts = Hosts {
            files: self.files,
            door: door.clone(),
            shown: self.shown.clone(),
            supervisor: self.supervisor.clone(),
            hosted: BTreeMap::new(),
            refused: BTreeMap::new(),
        };
        let open = self
            .closed
            .open(&self.settings, self.shown.router(console::files()), &self.metrics);
        hosts.look().await;
        tokio::pin!(stop);
        tokio::select! {
            () = &mut stop => {}
            () = hosts.follow() => {}
            () = share(self.sharing) => {}
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
