//! Back pressure: what comes faster than it is worked on waits in the stream, not in the process.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use yekta::cli::generate;

use crate::{
    broker::{Broker, OUT},
    journal, load,
    process::Service,
    server::NatsServer,
    serving::{serve_on, start_ready, wait_until_ready},
    streams::{self, Stored},
};

/// Waits in the stream until a service with these bounds is there, and is worked on.
fn check_worked_on(queue_batches_max: &str, batch_events_max: &str) {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut command = serve_on(&server, data.path());
    command
        .env("YEKTA_ENGINE__QUEUE_BATCHES_MAX", queue_batches_max)
        .env("YEKTA_ENGINE__BATCH_EVENTS_MAX", batch_events_max);
    let service = Service::of(command);
    let broker = Broker::of(&server);
    let events = generate::events(15, 40, 3_000);
    broker.deliver(&events);
    broker.wait_until_consumed();
    wait_until_ready(&service.url);
    let contexts = streams::of(OUT, "yekta.v1.default.context.>");
    let contexts = broker.read(contexts, load::distinct(&events));
    let ids: BTreeSet<_> = contexts.iter().map(id).collect();
    assert_eq!(ids.len(), load::distinct(&events));
    service.stop();
    journal::check_whole(&broker);
}

fn id(context: &Stored) -> (String, String) {
    let event = &context.json()["event"];
    let text = |name: &str| event[name].as_str().unwrap().to_owned();
    (text("source"), text("id"))
}

#[test]
fn a_small_queue_takes_any_backlog() {
    check_worked_on("1", "16");
}

/// More events than a commit can hold messages.
#[test]
fn large_batches_become_commits_that_the_stream_takes() {
    check_worked_on("64", "4096");
}

#[test]
fn one_message_of_many_events_is_taken_whole() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let service = start_ready(&server, data.path());
    let broker = Broker::of(&server);
    let events: Vec<Value> = (0..1_500)
        .map(|number| {
            json!({"id": format!("e-{number}"), "source": "till", "channel": "store", "type": "Page Viewed",
                "identifiers": [{"kind": "user_id", "value": format!("u-{}", number % 700)}]})
        })
        .collect();
    let subject = "yekta.v1.default.event.store.page_viewed";
    broker.publish(subject, &[], &Value::from(events).to_string());
    broker.wait_until_consumed();
    let profile = broker.ask("q.profile", &json!({"who": "user_id:u-0"}));
    assert_eq!(profile["counters"]["events"], 3);
    service.stop();
    journal::check_whole(&broker);
}
