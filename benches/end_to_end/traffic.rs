//! What is sent: the same generated events of four channels each time, a part of them by few people who never rest.

use std::collections::BTreeSet;

use serde_json::Value;
use yekta::cli::generate::events;
use yekta::domain::identifier::Kind;
use yekta::domain::identity::Key;

use crate::town;
use yekta::engine::api::Submission;

/// Generated events, in the order of their arrival.
#[derive(Debug)]
pub struct Traffic {
    pub events: Vec<Value>,
    /// Customer ids and devices among them, normalised, to be looked up.
    pub keys: Vec<Key>,
}

impl Traffic {
    /// Events of `people`, of which `hot` percent are by one in a hundred of them.
    pub fn new(seed: u64, people: u32, count: usize, hot: u32) -> Self {
        let events = mixed(seed, people, count, hot);
        let dir = tempfile::tempdir().unwrap();
        let rules = town::settings(dir.path()).decode_rules();
        let (warm, _) = events.split_at(count / 2);
        let body = serde_json::to_vec(&warm[..warm.len().min(2_000)]).unwrap();
        let mut keys = BTreeSet::new();
        for item in town::submissions(&body, &rules) {
            let Submission::Event(event) = item else { continue };
            let wanted = event
                .identifiers
                .iter()
                .filter(|one| [Kind::USER_ID, Kind::ANONYMOUS_ID].contains(one.kind()));
            keys.extend(wanted.map(|one| Key {
                kind: one.kind().clone(),
                value: one.value().to_owned(),
            }));
        }
        Self {
            events,
            keys: keys.into_iter().collect(),
        }
    }

    /// The events that fill the store before anything is measured, and those that are measured.
    pub fn halves(&self) -> (&[Value], &[Value]) {
        self.events.split_at(self.events.len() / 2)
    }
}

/// Of two streams, that of the hot people in even steps between the other.
fn mixed(seed: u64, people: u32, count: usize, hot: u32) -> Vec<Value> {
    let of_hot = count * usize::try_from(hot.min(100)).unwrap() / 100;
    let hot_people = (people / 100).max(1);
    let others = events(seed, people.saturating_sub(hot_people).max(1), count - of_hot);
    let mut hot = events(seed + 1, hot_people, of_hot).into_iter();
    let mut all = Vec::with_capacity(count);
    for (number, event) in others.into_iter().enumerate() {
        all.push(event);
        let due = (number + 1) * of_hot / (count - of_hot).max(1);
        let sent = all.len() - number - 1;
        all.extend(hot.by_ref().take(due.saturating_sub(sent)));
    }
    all.extend(hot);
    all
}
