//! What is sent: the same generated events of four channels each time.

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
    pub fn new(seed: u64, people: u32, count: usize) -> Self {
        let events = events(seed, people, count);
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
