//! A subscriber over HTTP that begins with a snapshot and keeps a copy: what the stream may say next is checked as it comes.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::BodyDataStream;
use futures_util::StreamExt;
use serde_json::Value;

use yekta::engine::Position;

use crate::town::Town;

/// What it subscribes to.
const PATH: &str = "/v1/updates?snapshot=true&stream=updates,context";

/// A subscriber, and what it holds.
pub struct Subscriber {
    stream: BodyDataStream,
    /// The last id it got.
    pub cursor: Option<String>,
    /// The position that it began behind.
    begun: u64,
    /// The position of the last message that it was told.
    position: u64,
    /// The ids of events that it was told with their contexts.
    pub contexts: Vec<String>,
    /// Whether the snapshot is over.
    pub is_live: bool,
    documents: BTreeMap<String, Value>,
    /// The last version of every id that it heard of.
    versions: BTreeMap<String, u64>,
}

impl Subscriber {
    pub fn of(town: &Town) -> Self {
        let begun = town.query().applied().0;
        Self {
            stream: town.stream(PATH, None),
            cursor: None,
            begun,
            position: begun,
            contexts: Vec::new(),
            is_live: false,
            documents: BTreeMap::new(),
            versions: BTreeMap::new(),
        }
    }

    /// Loses its connection, with all that was on the way, and comes back.
    pub fn reconnect(&mut self, town: &Town) {
        if self.cursor.is_none() {
            // It was told nothing yet, and begins anew.
            self.begun = town.query().applied().0;
            self.position = self.begun;
        }
        self.stream = town.stream(PATH, self.cursor.as_deref());
    }

    /// What it hears next.
    pub async fn heard(&mut self) -> Vec<u8> {
        self.stream.next().await.unwrap().unwrap().to_vec()
    }

    /// Takes the next event.
    pub fn next(&mut self, town: &Town) {
        let frame = town.wait(self.heard());
        let text = std::str::from_utf8(&frame).unwrap();
        let (mut id, mut name, mut data) = (None, "", None);
        for line in text.lines() {
            match line.split_once(": ") {
                Some(("id", text)) => id = Some(text),
                Some(("event", text)) => name = text,
                Some(("data", text)) => data = Some(serde_json::from_str::<Value>(text).unwrap()),
                _ => {}
            }
        }
        if let Some(data) = data {
            let id = id.unwrap();
            let position = position(id);
            match name {
                "snapshot" => self.copy(&data),
                "live" => {
                    self.is_live = true;
                    self.position = self.position.max(position);
                }
                _ => {
                    assert!(position > self.position, "{name} at {position} twice");
                    self.position = position;
                    match name {
                        "updates" => self.update(&data),
                        _ => self
                            .contexts
                            .push(data["event"]["id"].as_str().unwrap().to_owned()),
                    }
                }
            }
        }
        self.cursor = id.map(str::to_owned).or_else(|| self.cursor.take());
    }

    fn copy(&mut self, data: &Value) {
        assert!(!self.is_live, "the snapshot is over");
        let id = data["profile"].as_str().unwrap().to_owned();
        let version = data["version"].as_u64().unwrap();
        let before = self.versions.insert(id.clone(), version);
        assert_eq!(before, None, "{id} was told already");
        self.documents.insert(id, data["document"].clone());
    }

    fn update(&mut self, data: &Value) {
        let ids = |member: &str| -> BTreeSet<String> {
            let ids = data[member].as_array().unwrap().iter();
            ids.map(|id| id.as_str().unwrap().to_owned()).collect()
        };
        if data["kind"] != "updated" {
            for gone in ids("from").difference(&ids("into")) {
                self.documents.remove(gone);
                // Who lives again is told anew, be it at a version that the snapshot told.
                self.versions.remove(gone);
            }
            return;
        }
        let id = data["profile"].as_str().unwrap().to_owned();
        let version = data["version"].as_u64().unwrap();
        if let Some(before) = self.versions.insert(id.clone(), version) {
            assert_eq!(version, before + 1, "versions of {id} are gapless");
        }
        self.documents.insert(id, data["document"].clone());
    }

    /// Reads on to the end, and fails unless its copy is what the town has.
    pub fn has_what_is_in(&mut self, town: &Town) {
        let published = town
            .query()
            .updates_after(Position(self.begun), usize::MAX)
            .unwrap();
        let end = published.last().map_or(0, |last| last.position.0);
        while !self.is_live || self.position < end {
            self.next(town);
        }
        let contexts = published.iter().filter(|update| !update.is_of_profiles());
        assert_eq!(self.contexts.len(), contexts.count());
        self.holds(town, town.profiles().keys().map(ToString::to_string).collect());
    }

    /// Fails unless its copy is of these, as the town has them.
    pub fn holds(&self, town: &Town, live: BTreeSet<String>) {
        let copied: BTreeSet<String> = self.documents.keys().cloned().collect();
        assert_eq!(copied, live);
        for (id, document) in &self.documents {
            assert_eq!(*document, town.get(&format!("/v1/profiles/{id}")), "{id}");
        }
    }
}

/// How far an id is: its position, or those of several journals together.
fn position(id: &str) -> u64 {
    let (at, _) = id.split_once('/').unwrap_or((id, ""));
    let positions = at.trim_start_matches('p').split('.');
    positions.map(|position| position.parse::<u64>().unwrap()).sum()
}
