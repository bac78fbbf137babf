//! What a subscriber and the bucket of profiles have in the end, whatever was killed, cut or moved meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    broker::{Broker, EVENTS, JOURNAL, OUT},
    copied::Copied,
    load,
    process::{wait_for, wait_or},
    streams::{self, Stored, Wanted},
};

const CONTEXTS: Wanted<'_> = streams::of(OUT, "yekta.v1.default.context.>");

impl Broker {
    /// Publishes what is no event, as the end of all; again while nobody takes it, which makes no second one of it within the
    /// stream's window.
    pub fn publish_end(&self) {
        let headers = [("Nats-Msg-Id", "the end")];
        wait_for("the end to be acknowledged", || {
            self.try_publish("yekta.v1.default.event.web.end", &headers, "the end")
        });
    }
}

/// Waits until each of these events was told once.
pub fn wait_until_told(broker: &Broker, events: &[Value]) {
    wait_or(
        || (broker.count(CONTEXTS) == load::distinct(events)).then_some(()),
        || what_was_told(broker, events),
    );
}

/// What differs from each event being told once, and where it stands.
fn what_was_told(broker: &Broker, events: &[Value]) -> String {
    let name = |event: &Value| format!("{} of {}", event["id"], event["source"]);
    let mut told = BTreeMap::<String, Vec<u64>>::new();
    for message in broker.read_all(CONTEXTS) {
        let whom = name(&message.json()["event"]);
        told.entry(whom).or_default().push(message.sequence);
    }
    let wanted: BTreeSet<String> = events.iter().map(name).collect();
    let lacking: Vec<&String> = wanted.iter().filter(|event| !told.contains_key(*event)).collect();
    let noted = |stream, filter| {
        let is_lacking = |message: &Stored| {
            let told = message.json();
            let event = told.get("event").unwrap_or(&told);
            lacking.contains(&&name(event))
        };
        let all = broker.read_all(streams::of(stream, filter)).into_iter();
        let where_it_stands = |message: Stored| (message.sequence, message.subject);
        all.filter(is_lacking).map(where_it_stands).collect::<Vec<_>>()
    };
    let (taken, written) = (
        noted(EVENTS, "yekta.v1.default.event.>"),
        noted(JOURNAL, "yekta.v1.default.j.context.>"),
    );
    told.retain(|event, times| times.len() > 1 || !wanted.contains(event));
    let [view, journal] = [OUT, JOURNAL].map(|stream| broker.stream(stream));
    format!(
        "each event has to be told once. Not told: {lacking:?}, which came at {taken:?} and were written at {written:?}; told \
         again, or of another: {told:?}. The view has {:?}, and of its journal {:?}; that has {:?}",
        view.state, view.sources, journal.state,
    )
}

/// The copy of a subscriber who read all that was published, where each event was told once.
pub fn published(broker: &Broker, events: &[Value]) -> Copied {
    let all = streams::of(OUT, "yekta.v1.default.>");
    let messages = broker.read_until(all, |message| {
        message.subject.starts_with("yekta.v1.default.dlq.")
    });
    let (mut copy, mut told) = (Copied::default(), BTreeMap::<(String, String), usize>::new());
    for message in &messages {
        match message.subject.split('.').nth(3) {
            Some("profile") => copy.take(&message.json()),
            Some("context") => {
                let event = &message.json()["event"];
                let text = |name: &str| event[name].as_str().unwrap().to_owned();
                *told.entry((text("source"), text("id"))).or_default() += 1;
            }
            Some("dlq") => {}
            _ => panic!("published on {}", message.subject),
        }
    }
    let again: Vec<_> = told.iter().filter(|(_, times)| **times > 1).collect();
    assert!(again.is_empty(), "told more than once: {again:?}");
    assert_eq!(told.len(), load::distinct(events));
    copy
}

/// The bucket comes to hold the latest document of each profile, and of nobody else. It follows the journal by itself, at
/// first some seconds behind a server that was just started.
pub fn check_entries(broker: &Broker, copy: &Copied) {
    wait_for("the bucket to hold each profile and no other", || {
        let mut keys = broker.keys();
        keys.sort_unstable();
        keys.iter().eq(copy.profiles.keys()).then_some(())
    });
    for (id, document) in copy.profiles.iter().step_by(50) {
        wait_for("the bucket to hold the latest document", || {
            (broker.entry(id)?["document"] == *document).then_some(())
        });
    }
}
