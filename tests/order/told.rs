//! What is published: each event that counts is told once, of whom it is of once its commit is there, in whatever batches
//! events come and however much is left for later commits.

use std::collections::BTreeMap;

use serde::Deserialize;
use yekta::{
    domain::event::{Event, EventId},
    engine::{Position, Query},
};

/// Messages of a page.
const PAGE: usize = 1_000;

/// The version of a profile that something is told of.
#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    profile: String,
    version: u64,
}

/// That there is a new one.
#[derive(Deserialize)]
struct Updated {
    #[serde(flatten)]
    version: Version,
    cause: Cause,
}

#[derive(Deserialize)]
struct Cause {
    /// By how many events, or other things.
    count: usize,
    /// What these did.
    resolution: String,
}

/// An event with what is known of its customer.
#[derive(Deserialize)]
struct Enriched {
    #[serde(flatten)]
    version: Version,
    event: Told,
}

#[derive(Deserialize)]
struct Told {
    source: String,
    id: String,
}

/// Fails unless each of these events was told once, with the version of a profile that so many events made.
pub(crate) fn each_once(query: &Query, events: &[Event], seed: u64) {
    let (mut told, mut at) = (BTreeMap::<EventId, usize>::new(), Position(0));
    let (mut made, mut causes) = (BTreeMap::<Version, usize>::new(), BTreeMap::new());
    loop {
        let page = query.updates_after(at, PAGE).unwrap();
        let Some(last) = page.last() else { break };
        at = last.position;
        for one in &page {
            if one.subject.contains(".context.") {
                let Enriched { version, event } = serde_json::from_slice(&one.body).unwrap();
                let Told { source, id } = event;
                *told.entry(EventId { source, id }).or_default() += 1;
                *made.entry(version).or_default() += 1;
            } else if one.subject.contains(".profile.updated.") {
                let Updated { version, cause } = serde_json::from_slice(&one.body).unwrap();
                if cause.resolution != "said" {
                    causes.insert(version, cause.count);
                }
            }
        }
    }
    causes.retain(|_, count| *count > 0);
    assert!(
        made == causes,
        "order {seed}: what events are told with is what they made"
    );
    let expected: BTreeMap<EventId, usize> = events.iter().map(|event| (event.id.clone(), 1)).collect();
    assert!(told == expected, "order {seed}: each event is told once");
}
