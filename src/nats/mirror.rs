//! The mirror of a journal at a shop's server, and the journal itself at the other end of the line. Owns how far the one has
//! what the other has; must never write either. Called by `app` for a shop.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::nats::{connect::Connection, leader::look};

/// How long nothing may come while something is missing.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// Waits until the mirror `stream` has what its origin at `hub` has now; whether it does. It does not wait where the origin
/// cannot be asked, nor for longer than a while in which nothing comes.
pub async fn caught_up(connection: &Connection, hub: &Connection, stream: &str) -> bool {
    let Ok(origin) = look(&hub.jetstream, stream).await else {
        return false;
    };
    let (mut last, mut moved) = (0, Instant::now());
    while moved.elapsed() < PATIENCE {
        let found = look(&connection.jetstream, stream).await;
        let found = found.map_or(last, |info| info.state.last_sequence);
        if found >= origin.state.last_sequence {
            return true;
        }
        if found > last {
            (last, moved) = (found, Instant::now());
        }
        sleep(LOOK).await;
    }
    false
}
