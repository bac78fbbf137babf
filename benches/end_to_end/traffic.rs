//! What is sent: the same generated events of four channels each time, a part of them by few people who never rest.

use std::collections::BTreeSet;

use serde_json::Value;
use yekta::cli::generate::{Generator, GeneratorConfig};
use yekta::domain::identifier::Kind;
use yekta::domain::identity::Key;

use crate::town;
use yekta::engine::api::Submission;

/// 1 January 2026 in UTC: all events lie before it.
pub const START: i64 = 1_767_225_600_000_000;

/// Generated events, in the order of their arrival.
#[derive(Debug)]
pub struct Traffic {
    pub events: Vec<Value>,
    /// Customer ids and devices among them, normalised, to be looked up.
    pub keys: Vec<Key>,
    /// Whose events they are but for the hot people's, and how many are.
    others: (GeneratorConfig, usize),
}

impl Traffic {
    /// Events of `people`, of which `hot` percent are by one in a hundred of them.
    pub fn new(seed: u64, people: u32, count: usize, hot: u32) -> Self {
        let hot_people = (people / 100).max(1);
        let of_hot = count * usize::try_from(hot.min(100)).unwrap() / 100;
        let hot = GeneratorConfig {
            seed: seed + 1,
            people: hot_people,
            start: START,
        };
        let others = GeneratorConfig {
            seed,
            people: people.saturating_sub(hot_people).max(1),
            start: START,
        };
        let others = (others, count - of_hot);
        let events = mixed(others, (hot, of_hot));
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
            others,
        }
    }

    /// The events that fill the store before anything is measured, and those that are measured.
    pub fn halves(&self) -> (&[Value], &[Value]) {
        self.events.split_at(self.events.len() / 2)
    }

    /// What comes behind these, without end: more of all but the hot people.
    pub fn further(&self) -> Generator {
        let (others, count) = self.others;
        let mut further = Generator::new(others);
        further.by_ref().take(count).for_each(drop);
        further
    }
}

/// Of two streams, each so many events, that of the hot people in even steps between the other.
fn mixed(others: (GeneratorConfig, usize), hot: (GeneratorConfig, usize)) -> Vec<Value> {
    let ((others, of_others), (hot, of_hot)) = (others, hot);
    let mut hot = Generator::new(hot).take(of_hot);
    let mut all = Vec::with_capacity(of_others + of_hot);
    for (number, event) in Generator::new(others).take(of_others).enumerate() {
        all.push(event);
        let due = (number + 1) * of_hot / of_others;
        let sent = all.len() - number - 1;
        all.extend(hot.by_ref().take(due.saturating_sub(sent)));
    }
    all.extend(hot);
    all
}
