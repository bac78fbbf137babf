//! Events that come beside what is measured, at a steady rate well below what the writer can take: how soon they are visible.

use std::time::{Duration, Instant};

use serde_json::Value;
use yekta::engine::Handle;
use yekta::engine::api::{Submission, SubmitError};

use crate::town::Town;

/// Events per second.
pub const RATE: u32 = 500;
/// How long it is measured undisturbed.
pub const UNDISTURBED: Duration = Duration::from_secs(10);
/// Events of one submission.
const BATCH: u32 = 10;

/// Hands events over on a fixed schedule until it `ends`; how long each submission took from when it was due.
pub async fn hand_over(
    town: &Town,
    events: &mut impl Iterator<Item = Value>,
    ends: impl Fn() -> bool,
) -> Vec<Duration> {
    let every = Duration::from_secs(1) * BATCH / RATE;
    let (mut due, mut sent) = (Instant::now() + every, Vec::new());
    while !ends() {
        let made: Vec<Value> = events.by_ref().take(BATCH as usize).collect();
        let items = town.submissions(&made);
        // The schedule stands whatever the answers do: a slow answer delays no later event.
        tokio::time::sleep_until(due.into()).await;
        sent.push(tokio::spawn(visible(town.engine.handle.clone(), items, due)));
        due += every;
    }
    let mut taken = Vec::with_capacity(sent.len());
    for one in sent {
        taken.push(one.await.unwrap());
    }
    taken
}

/// Whether so much time has gone, counted from now.
pub fn until(time: Duration) -> impl Fn() -> bool {
    let begun = Instant::now();
    move || begun.elapsed() >= time
}

/// Waits until events are visible. Whoever finds the queue full tries again, and waits for longer.
async fn visible(engine: Handle, items: Vec<Submission>, due: Instant) -> Duration {
    while let Err(error) = engine.submit(items.clone()).await {
        assert_eq!(error, SubmitError::Busy);
    }
    due.elapsed()
}
