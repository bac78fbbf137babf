//! Several tenants in one process, each a service of its own behind the one door: started, restarted and ended by what the
//! files of the tenants say. What befalls one is no other's matter.

mod changes;
mod folder;
mod hosts;
mod sharing;
mod tenant;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    app::{
        compose,
        door::{Closed, Door, Opened},
        error::ServiceError,
        error::StreamError,
        hosting::{hosts::Hosts, sharing::Sharing},
        keys::KeyFiles,
        supervisor::Supervisor,
    },
    config::{self, Settings},
    console,
    http::tenants::{Administration, Change, Tenants},
    telemetry::{GuardMetrics, HttpMetrics, Registry},
};

/// The files with the process' own keys are looked at so often.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Changes that wait for the one that is carried out.
const CHANGES_MAX: usize = 16;

/// A process with several tenants, which listens.
#[derive(Debug)]
pub struct Hosting {
    door: Door,
    open: Opened,
    hosting: JoinHandle<()>,
    /// The first starts of those who were there at the start.
    starting: Vec<oneshot::Receiver<()>>,
    supervisor: Supervisor,
    sharing: Option<Sharing>,
    /// Looks at the files with the process' own keys.
    _looking: Option<AbortOnDropHandle<()>>,
}

/// By what the tenants are administered, and what goes with it.
struct Desk {
    administration: Administration,
    changes: mpsc::Receiver<Change>,
    looking: Option<AbortOnDropHandle<()>>,
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
        let desk = Desk::of(settings, metrics.clone(), &registry)?;
        let shown = Tenants::new(registry);
        if !settings.http.is_local() {
            shown.guard();
        }
        let router = shown.router(desk.administration, console::files());
        let mut hosts = Hosts::new(files, door.clone(), shown, supervisor.clone());
        hosts.look().await;
        let starting = hosts.starting();
        let open = closed.open(settings, router, &metrics);
        Ok(Self {
            door,
            open,
            hosting: tokio::spawn(hosts.follow(desk.changes)),
            starting,
            supervisor,
            sharing,
            _looking: desk.looking,
        })
    }

    /// Where it listens, with the port that was chosen.
    pub fn address(&self) -> SocketAddr {
        self.door.address
    }

    /// Waits until each tenant that was there at the start has started, or could not; the supervisor is told then that the
    /// process is ready.
    pub async fn started(&mut self) {
        while let Some(starting) = self.starting.last_mut() {
            // It ends with whoever could not start, too.
            starting.await.ok();
            self.starting.pop();
        }
        self.supervisor.ready(self.door.address);
    }

    /// Serves the tenants of the moment until `stop` ends; then drains them all.
    ///
    /// # Errors
    /// [`ServiceError::Serve`] when the listener failed.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), ServiceError> {
        let Self {
            door,
            open,
            mut hosting,
            supervisor,
            sharing,
            ..
        } = self;
        // Also while no tenant is watched: there is none, or it waits to be started again.
        let _alive = supervisor.watched(|| true);
        let broken = tokio::select! {
            () = stop => None,
            () = share(sharing) => None,
            broken = &mut hosting => Some(broken),
        };
        door.shut().cancel();
        match broken {
            Some(broken) => broken?,
            None => hosting.await?,
        }
        open.ended().await
    }
}

impl Desk {
    fn of(settings: &Settings, metrics: HttpMetrics, registry: &Registry) -> Result<Self, ServiceError> {
        let guard = GuardMetrics::register(registry)?;
        let http = compose::http_settings(settings).ok_or(ServiceError::Origins)?;
        let http = http.counted(guard.clone());
        let keys = KeyFiles::of(settings, &http, guard);
        let looking = keys.map(|keys| tokio::spawn(keys.follow(LOOK_EVERY)));
        let (changes, changed) = mpsc::channel(CHANGES_MAX);
        Ok(Self {
            administration: Administration {
                settings: Arc::new(http),
                metrics,
                changes,
            },
            changes: changed,
            looking: looking.map(AbortOnDropHandle::new),
        })
    }
}

/// Shares the tenants with other processes, where there are such. Never ends.
async fn share(sharing: Option<Sharing>) {
    match sharing {
        Some(sharing) => sharing.go_on().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
