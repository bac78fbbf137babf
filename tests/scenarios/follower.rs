//! A subscriber that keeps its copy of all profiles from the stream alone.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use yekta::engine::{Position, Query};

use crate::town::Town;

/// What a service that follows `/v1/updates` keeps.
#[derive(Default)]
pub struct Follower {
    cursor: u64,
    /// The latest document of each live profile.
    pub documents: BTreeMap<String, Value>,
    /// The last version of every id there ever was.
    versions: BTreeMap<String, u64>,
    /// What became of ids that are no more.
    moved: BTreeMap<String, BTreeSet<String>>,
    /// Whether versions may be missing: those that named somebody who was erased since are told to nobody.
    pub may_lack: bool,
    /// Notices by kind.
    pub notices: BTreeMap<String, usize>,
}

impl Follower {
    /// Reads on where it was.
    pub fn catch_up(&mut self, query: &Query) {
        loop {
            let page = query.updates_after(Position(self.cursor), 16).unwrap();
            let Some(last) = page.last() else { return };
            assert!(last.position.0 > self.cursor, "positions rise");
            self.cursor = last.position.0;
            for update in page {
                if update.subject.contains(".profile.") {
                    self.take(&serde_json::from_slice(&update.body).unwrap());
                }
            }
        }
    }

    fn take(&mut self, message: &Value) {
        let kind = message["kind"].as_str().unwrap();
        if kind == "updated" {
            self.update(message);
            return;
        }
        *self.notices.entry(kind.to_owned()).or_default() += 1;
        let ids = |member: &str| -> BTreeSet<String> {
            message[member]
                .as_array()
                .unwrap()
                .iter()
                .map(|id| id.as_str().unwrap().to_owned())
                .collect()
        };
        let (from, into) = (ids("from"), ids("into"));
        for gone in from.difference(&into) {
            self.documents.remove(gone);
            self.moved.insert(gone.clone(), into.clone());
        }
    }

    fn update(&mut self, message: &Value) {
        let id = message["profile"].as_str().unwrap().to_owned();
        let version = message["version"].as_u64().unwrap();
        let before = self.versions.insert(id.clone(), version).unwrap_or_default();
        let follows = if self.may_lack {
            version > before
        } else {
            version == before + 1
        };
        assert!(
            follows,
            "versions of {id} are gapless: {version} follows {before}"
        );
        self.moved.remove(&id);
        self.documents.insert(id, message["document"].clone());
    }

    /// Reads everything, and fails unless it has the profiles that are stored, by their fingerprints.
    pub fn is_what_is_stored(&mut self, town: &Town) {
        self.catch_up(&town.query());
        let print = |document: &Value| document["fingerprint"].as_str().unwrap().to_owned();
        let told: BTreeMap<String, String> = self
            .documents
            .iter()
            .map(|(id, document)| (id.clone(), print(document)))
            .collect();
        let stored: BTreeMap<String, String> = town
            .profiles()
            .iter()
            .map(|(id, print)| (id.to_string(), data_encoding::HEXLOWER.encode(print)))
            .collect();
        assert_eq!(told, stored);
    }

    /// Fails unless its copy is what the town has.
    pub fn has_what_is_in(&self, town: &Town) {
        let copied: BTreeSet<&String> = self.documents.keys().collect();
        let live: BTreeSet<String> = town.profiles().keys().map(ToString::to_string).collect();
        assert_eq!(copied, live.iter().collect());
        for (id, document) in &self.documents {
            assert_eq!(*document, town.get(&format!("/v1/profiles/{id}")), "{id}");
        }
    }

    /// Where whoever had `id` is now.
    pub fn now_at(&self, id: &str) -> BTreeSet<String> {
        match self.moved.get(id) {
            Some(into) => into.iter().flat_map(|id| self.now_at(id)).collect(),
            None => BTreeSet::from([id.to_owned()]),
        }
    }
}
