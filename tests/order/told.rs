//! What is published: each event that counts is told once, of whom it is of once its commit is there, in whatever batches
//! events come and however much is left for later commits.

use serde::Deserialize;
use yekta::engine::{Position, Query};

/// Messages of a page.
const PAGE: usize = 1_000;

/// What an update says of why there is one.
#[derive(Deserialize)]
struct Updated {
    cause: Cause,
}

#[derive(Deserialize)]
struct Cause {
    /// How many events.
    count: usize,
}

/// Fails unless all updates together are of so many events.
pub(crate) fn each_once(query: &Query, events: usize, seed: u64) {
    let (mut told, mut at) = (0, Position(0));
    loop {
        let page = query.updates_after(at, PAGE).unwrap();
        let Some(last) = page.last() else { break };
        at = last.position;
        let updates = page
            .iter()
            .filter(|one| one.subject.contains(".profile.updated."));
        let causes = updates.map(|one| serde_json::from_slice::<Updated>(&one.body).unwrap().cause);
        told += causes.map(|cause| cause.count).sum::<usize>();
    }
    assert_eq!(told, events, "order {seed}: events that updates are told by");
}
