//! Watches how the connection, the following and the commits fare, and tells whether the service is ready.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::{
    api::{Following, Seen, Watch},
    engine::Handle,
    nats::Connection,
    telemetry::NatsMetrics,
};

/// What is watched.
#[derive(Debug)]
pub(crate) struct Watching {
    pub(crate) connection: Connection,
    pub(crate) handle: Handle,
    pub(crate) lag: watch::Receiver<Option<u64>>,
    /// How long work may wait while nothing is committed.
    pub(crate) stalled_after: Duration,
    pub(crate) metrics: NatsMetrics,
}

impl Watching {
    /// Watches from now on, until nobody asks any more or the follower and the writer have ended.
    pub(crate) fn start(self) -> watch::Receiver<Following> {
        let (state, told) = watch::channel(Following::CatchingUp);
        tokio::spawn(self.watch(state));
        told
    }

    async fn watch(mut self, state: watch::Sender<Following>) {
        let mut watch = Watch::new(self.stalled_after);
        let mut link = self.connection.watch();
        let (mut working, mut committed) = (self.handle.working(), self.handle.changes());
        loop {
            let fares = *link.borrow_and_update();
            self.metrics
                .link(fares.connected, fares.reconnects, fares.dropped);
            let seen = Seen {
                connected: fares.connected,
                lag: *self.lag.borrow_and_update(),
                working: *working.borrow_and_update(),
                committed: *committed.borrow_and_update(),
            };
            let now = watch.look(&seen, Instant::now());
            tell(state.send_replace(now), now, self.stalled_after);
            // The moment at which it stalls comes without anything changing.
            let stalls = watch.stalls_at().filter(|_| now != Following::Stalled);
            let changed = tokio::select! {
                changed = link.changed() => changed,
                changed = self.lag.changed() => changed,
                changed = working.changed() => changed,
                changed = committed.changed() => changed,
                () = at(stalls) => Ok(()),
                () = state.closed() => return,
            };
            if changed.is_err() {
                return;
            }
        }
    }
}

/// Waits until a moment; for ever where there is none.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}

/// Says aloud what an operator has to look after.
fn tell(before: Following, now: Following, stalled_after: Duration) {
    let after_ms = u64::try_from(stalled_after.as_millis()).unwrap_or(u64::MAX);
    match (before == Following::Stalled, now == Following::Stalled) {
        (false, true) => {
            tracing::warn!(
                after_ms,
                "not ready: work waits, and nothing was committed for a while"
            );
        }
        (true, false) => tracing::info!("no longer stalled"),
        _ => {}
    }
}
