//! What it tells of being ready, and how it lives through a server that goes and comes back.

use std::{sync::Arc, thread};

use serde_json::{Value, json};
use yekta::cli::generate;

use crate::{
    api::Api,
    broker::{Broker, EVENTS},
    load,
    measured::{sample, values},
    process::{Service, fingerprint, wait_for},
    sender::Sender,
    server::NatsServer,
    serving::{readiness, serve_on, start, start_ready, wait_until_ready, wait_until_status},
};

/// Events that may wait to be read, and committed, of a service that calls itself ready.
const READY_BEHIND_MAX: u64 = 1_000;

fn event(id: &str) -> Value {
    json!({"id": id, "source": "web/shop", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "u-1"}]})
}

#[test]
fn a_server_that_goes_and_comes_back_is_told_and_nothing_is_lost() {
    let (mut server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let service = start_ready(&server, data.path());
    let broker = Broker::of(&server);
    broker.tell_all(&[event("e-1")]);
    server.kill();
    wait_until_status(&service.url, 503, "disconnected");
    // What is known can still be asked for.
    let api = Api::of(&service.url);
    assert_eq!(api.profile("user_id", "u-1")["counters"]["events"], 1);
    let (status, answer) = api.try_post("/v1/events", &event("e-2").to_string()).unwrap();
    assert_eq!(status, 503, "nobody can promise to keep it: {answer}");

    server.restart();
    wait_until_ready(&service.url);
    broker.deliver(&[event("e-2")]);
    broker.wait_until_consumed();
    wait_for("the event after the break", || {
        (api.profile("user_id", "u-1")["counters"]["events"] == 2).then_some(())
    });
    let metrics = api.text("/metrics");
    let reconnects = metric(&metrics, "reconnect");
    assert!(sample(&metrics, &reconnects) >= 1.0, "{reconnects}: {metrics}");
    service.stop();
}

/// The name of the one metric about NATS that has `part` in its name.
fn metric(metrics: &str, part: &str) -> String {
    let samples = metrics
        .lines()
        .filter(|line| !line.starts_with('#') && line.contains("nats"));
    let name = samples
        .filter_map(|line| line.split([' ', '{']).next())
        .find(|name| name.contains(part) && !name.ends_with("_bucket") && !name.ends_with("_sum"));
    name.unwrap_or_else(|| panic!("no metric of {part}: {metrics}"))
        .to_owned()
}

#[test]
fn what_was_sent_while_it_was_away_is_caught_up_with() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    start_ready(&server, data.path()).stop();
    let broker = Broker::of(&server);
    let events = generate::events(11, 100, 10_000);
    broker.deliver(&events);
    let service = start(&server, data.path());
    assert_eq!(readiness(&service.url), (503, "catching_up".to_owned()));
    wait_for("the lag to be told", || {
        let metrics = Api::of(&service.url).text("/metrics");
        (sample(&metrics, &metric(&metrics, "lag")) > 0.0).then_some(())
    });
    wait_until_ready(&service.url);
    // A busy stream is never empty: ready is who is so close to its end.
    let consumed = broker.told_of_itself()["input"].as_u64().unwrap();
    let waiting = broker.last_sequence(EVENTS).saturating_sub(consumed);
    assert!(waiting <= READY_BEHIND_MAX, "{waiting} events wait");
    broker.wait_until_consumed();

    let metrics = Api::of(&service.url).text("/metrics");
    for part in ["ack", "batch"] {
        let name = metric(&metrics, part);
        assert!(sample(&metrics, &name) > 0.0, "{name}: {metrics}");
    }
    wait_for("the lag to be gone", || {
        (broker.stats()?["lag"] == 0).then_some(())
    });
    for value in values(&events) {
        assert!(!metrics.contains(&value), "a metric tells {value}");
    }
    service.stop();
    let alone = tempfile::tempdir().unwrap();
    let standalone = Service::start(alone.path());
    load::send_all(&standalone.url, &events);
    standalone.stop();
    assert_eq!(fingerprint(data.path()), fingerprint(alone.path()));
}

#[test]
fn told_to_stop_while_events_flow_it_stops_and_goes_on_where_it_was() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let events = Arc::new(generate::events(12, 50, 4_000));
    let service = start_ready(&server, data.path());
    let broker = Broker::of(&server);
    let sender = Sender::begin(&server, &events);
    sender.wait_until(1_000);
    let log = service.stop();
    assert!(log.contains("draining"), "{log}");
    let service = start(&server, data.path());
    sender.end();
    broker.wait_until_consumed();
    service.stop();
    let again = start_ready(&server, data.path());
    let api = Api::of(&again.url);
    broker.deliver(&events);
    broker.wait_until_consumed();
    let total: u64 = profiles(&broker)
        .iter()
        .map(|one| one["counters"]["events"].as_u64().unwrap())
        .sum();
    assert_eq!(usize::try_from(total).unwrap(), load::distinct(&events));
    assert_eq!(api.get("/readyz")["status"], "ready");
}

/// The documents that the bucket holds.
fn profiles(broker: &Broker) -> Vec<Value> {
    let keys = broker.keys();
    keys.iter()
        .map(|id| broker.entry(id).unwrap()["document"].clone())
        .collect()
}

#[test]
fn told_to_stop_while_the_server_is_away_it_stops() {
    let (mut server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let events = generate::events(13, 50, 4_000);
    let service = start(&server, data.path());
    let broker = Broker::of(&server);
    broker.deliver(&events);
    // In the midst of its work.
    wait_for("something to be consumed", || {
        (broker.consumed()? > 0).then_some(())
    });
    server.kill();
    service.stop();
    server.restart();
    let service = start_ready(&server, data.path());
    broker.wait_until_consumed();
    service.stop();
    let alone = tempfile::tempdir().unwrap();
    let standalone = Service::start(alone.path());
    load::send_all(&standalone.url, &events);
    standalone.stop();
    assert_eq!(fingerprint(data.path()), fingerprint(alone.path()));
}

/// A server that stands still: its connections stay, and nothing is answered.
#[test]
fn a_server_that_stands_still_for_a_while_costs_nothing_but_time() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut command = serve_on(&server, data.path());
    command.env("YEKTA_NATS__ACK_TIMEOUT_MS", "500");
    let service = Service::of(command);
    let broker = Broker::of(&server);
    let events = generate::events(14, 50, 3_000);
    broker.deliver(&events);
    wait_for("something to be consumed", || {
        (broker.consumed()? > 0).then_some(())
    });
    server.pause();
    let api = Api::of(&service.url);
    let posting = thread::spawn(move || api.try_post("/v1/events", &event("e-1").to_string()));
    let (status, answer) = posting.join().unwrap().unwrap();
    assert_eq!(status, 503, "nobody acknowledged it: {answer}");
    server.resume();
    wait_until_ready(&service.url);
    broker.tell_all(&[event("e-1")]);
    let profile = broker.ask("q.profile", &json!({"who": "user_id:u-1"}));
    assert_eq!(profile["counters"]["events"], 1, "sent twice, counted once");
    service.stop();
    crate::journal::check_whole(&broker);
}
