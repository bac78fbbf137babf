//! What the partitions of a tenant publish, as each of its processes tells it in one stream.

use std::collections::{BTreeMap, BTreeSet};

use crate::{giant::Giant, updates::Updates};

impl<S> Giant<S> {
    /// At each process: so many events are told, each once, and of each profile one version after the other, wherever it was when.
    pub fn check_united(&self, count: usize) {
        for (name, service) in &self.running {
            let url = format!("{}/t/giant", service.url);
            let mut stream = Updates::after(&url, "updates,context", 0);
            let (mut events, mut versions) = (BTreeSet::new(), BTreeMap::<String, u64>::new());
            while events.len() < count {
                let message = stream.next();
                let text = |member: &str| message.data[member].as_str().unwrap_or_default().to_owned();
                if message.stream == "context" {
                    let event = &message.data["event"];
                    let id = (event["source"].to_string(), event["id"].to_string());
                    assert!(events.insert(id), "told again by {name}: {event}");
                } else if text("kind") == "updated" {
                    let version = versions.entry(text("profile")).or_default();
                    *version += 1;
                    let found = message.data["version"].as_u64();
                    assert_eq!(found, Some(*version), "of {} by {name}", text("profile"));
                }
            }
        }
    }
}
