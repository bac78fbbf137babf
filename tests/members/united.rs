//! What the partitions of a tenant publish, as each of its processes tells it in one stream.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{giant::Giant, process::wait_for, updates::Updates};

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

    /// At each process: a copy of all profiles is of these, by their fingerprints in order.
    pub fn check_copied(&self, expected: &[String]) {
        for service in self.running.values() {
            let url = format!("{}/t/giant", service.url);
            // One that follows may still be behind.
            wait_for("a process to copy what all have", || {
                let mut stream = Updates::asking(&url, "snapshot=true", "").ok()?;
                let told = stream.until(|message| message.stream == "live");
                let copies = told.iter().filter(|message| message.stream == "snapshot");
                let print = |copy: &Value| copy["document"]["fingerprint"].as_str().unwrap().to_owned();
                let mut prints: Vec<String> = copies.map(|copy| print(&copy.data)).collect();
                prints.sort_unstable();
                (prints == expected).then_some(())
            });
        }
    }
}
