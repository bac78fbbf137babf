//! Told to stop while the broker does not answer: at the start as well as later it ends soon, and says what it left.

use std::{
    net::TcpListener,
    process::Command,
    time::{Duration, Instant},
};

use async_nats::jetstream::stream::Config;
use serde_json::json;
use yekta::cli::generate;

use crate::{
    api::Api,
    broker::{Broker, JOURNAL},
    load,
    measured::sample,
    process::{Running, Service, serve, wait_for},
    server::NatsServer,
    serving::{serve_on, start_ready},
};

/// How long the service waits for an answer of the broker's: far longer than it may take to stop.
const ANSWER_MS: &str = "60000";
const SOON: Duration = Duration::from_secs(20);

fn patient(mut command: Command) -> Command {
    command
        .env("YEKTA_NATS__CONNECT_TIMEOUT_MS", ANSWER_MS)
        .env("YEKTA_NATS__ACK_TIMEOUT_MS", ANSWER_MS);
    command
}

/// Tells a process that is starting to stop; gives what it said.
fn stopped_soon(mut running: Running) -> String {
    let begun = Instant::now();
    running.terminate();
    let status = running.ended();
    let (took, log) = (begun.elapsed(), running.log());
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(took < SOON, "it took {took:?}: {log}");
    assert!(log.contains("told to stop while starting"), "{log}");
    log
}

#[test]
fn while_it_waits_for_a_greeting() {
    let data = tempfile::tempdir().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = patient(serve(data.path()));
    command.args(["--nats-url", &format!("nats://{}", silent.local_addr().unwrap())]);
    let running = Running::start(command);
    let _connected = silent.accept().unwrap();
    stopped_soon(running);
}

/// The broker takes no record of who owns the journal, so that the start goes on and on in a thread of its own.
#[test]
fn while_it_takes_the_journal_over() {
    let config = "authorization { users: [
        { user: yekta, password: p, permissions: { publish: { deny: [\"yekta.v1.default.j.epoch\"] } } } ] }";
    let (server, data) = (NatsServer::with(config, &["-js"]), tempfile::tempdir().unwrap());
    let mut command = patient(serve_on(&server, data.path()));
    command
        .env("YEKTA_NATS__USER", "yekta")
        .env("YEKTA_NATS__PASSWORD", "p");
    let running = Running::start(command);
    wait_for("the journal to be taken over in vain", || {
        running.log().contains("j.epoch").then_some(())
    });
    stopped_soon(running);
}

#[test]
fn while_commits_wait_for_the_broker() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut command = patient(serve_on(&server, data.path()));
    command.env("YEKTA_ENGINE__DRAIN_TIMEOUT_MS", "1000");
    let service = Service::of(command);
    let broker = Broker::of(&server);
    let events = generate::events(31, 50, 4_000);
    let (first, others) = events.split_at(1);
    broker.tell_all(first);
    // What comes from now on finds no room: however fast it is read, it is not committed when the server stands still.
    let roomy = broker.stream(JOURNAL);
    broker.change(&Config {
        max_bytes: i64::try_from(roomy.state.bytes).unwrap(),
        ..roomy.config.clone()
    });
    broker.deliver(others);
    wait_for("something to be read", || {
        let metrics = Api::of(&service.url).text("/metrics");
        (sample(&metrics, "yekta_nats_messages_read_total") > 1.5).then_some(())
    });
    server.pause();
    let begun = Instant::now();
    let log = service.stop();
    assert!(begun.elapsed() < SOON, "it took {:?}: {log}", begun.elapsed());
    assert!(log.contains("gave up waiting for the broker"), "{log}");
    let uncommitted = log.split_once("input.uncommitted=").unwrap().1;
    let uncommitted: String = uncommitted.chars().take_while(char::is_ascii_digit).collect();
    assert!(uncommitted.parse::<u64>().unwrap() > 0, "{log}");

    server.resume();
    broker.change(&roomy.config);
    let service = start_ready(&server, data.path());
    broker.wait_until_consumed();
    let events_of = |id: &String| {
        let entry = broker.entry(id).unwrap();
        entry["document"]["counters"]["events"].as_u64().unwrap()
    };
    // The bucket follows the journal a moment later.
    wait_for("each event to count once", || {
        let total: u64 = broker.keys().iter().map(events_of).sum();
        (usize::try_from(total).unwrap() == load::distinct(&events)).then_some(())
    });
    assert_eq!(broker.ask("q.rejections", &json!({}))["rejections"], json!([]));
    service.stop();
}
