//! One tenant of several: served until it is to end, and started again where it could not go on.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::FutureExt as _;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::{
    app::{
        door::Door, error::ServiceError, front::Front, reached::Reached, service::Serving,
        supervisor::Supervisor,
    },
    config::Settings,
    http::{switch, tenants::Tenants},
    telemetry::Registry,
};

/// Between two starts of a tenant that could not go on, which doubles up to the longest.
const PAUSE_MIN: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// What is served of a tenant.
#[derive(Debug)]
pub(super) struct Tenant {
    pub(super) name: String,
    pub(super) settings: Arc<Settings>,
    pub(super) door: Door,
    pub(super) shown: Tenants,
    pub(super) supervisor: Supervisor,
    pub(super) reached: Reached,
    pub(super) ending: CancellationToken,
}

impl Tenant {
    /// Serves until it is to end; what could not go on is started again.
    pub(super) async fn host(self, started: oneshot::Sender<()>) {
        let (mut pause, mut started) = (PAUSE_MIN, Some(started));
        while !self.ending.is_cancelled() {
            let begun = Instant::now();
            // A panic is a bug; that it is one tenant's does not make it the others'.
            let serving = AssertUnwindSafe(self.serve(&mut started)).catch_unwind();
            let ended = Box::pin(serving).await;
            started.take();
            self.reached.hidden();
            if self.ending.is_cancelled() {
                return;
            }
            self.shown.show(&self.name, switch::closed(), None);
            self.tell(ended);
            pause = match begun.elapsed() > PAUSE_MAX {
                true => PAUSE_MIN,
                false => pause.saturating_mul(2).min(PAUSE_MAX),
            };
            tokio::select! {
                () = self.ending.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    fn tell(&self, ended: std::thread::Result<Result<(), ServiceError>>) {
        const WORD: &str = "a tenant could not go on: it is started again";
        let tenant = self.name.as_str();
        match ended {
            Ok(Ok(())) => tracing::error!(tenant, "{WORD}"),
            Ok(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                tracing::error!(tenant, error, "{WORD}");
            }
            Err(_panic) => tracing::error!(tenant, "{WORD}, after a panic"),
        }
    }

    async fn serve(&self, started: &mut Option<oneshot::Sender<()>>) -> Result<(), ServiceError> {
        let registry = Registry::of_tenant(&self.name)?;
        // Until it has started, and once it could not go on, nothing else is answered for it.
        self.shown
            .show(&self.name, switch::closed(), Some(registry.clone()));
        let draining = self.ending.child_token();
        let mut front = Front::of(&self.settings, self.door.clone(), draining, registry.clone())?;
        front.supervisor = self.supervisor.clone();
        front.reached = self.reached.clone();
        let router = front.router();
        let starting = Box::pin(Serving::start(front));
        let Some(serving) = self.ending.run_until_cancelled(starting).await else {
            return Ok(());
        };
        let serving = serving?;
        self.shown.show(&self.name, router, Some(registry));
        started.take();
        Box::pin(serving.run(self.ending.clone().cancelled_owned())).await
    }
}
