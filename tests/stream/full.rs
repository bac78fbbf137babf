//! A journal that takes no commits, full or standing still, which is told by not being ready; and all ends well once it
//! takes them again.

use std::thread;

use async_nats::jetstream::stream::Config;
use serde_json::json;
use yekta::cli::generate;

use crate::{
    api::Api,
    broker::{Broker, EVENTS, JOURNAL, OUT},
    journal, load,
    process::Service,
    server::NatsServer,
    serving::{readiness, serve_on, start_ready, wait_until_ready, wait_until_status},
    streams,
};

/// Room for the first commits of a load, and for no more.
const ROOM: i64 = 256 << 10;

#[test]
fn a_journal_that_is_full_is_told_by_not_being_ready_until_there_is_room() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut command = serve_on(&server, data.path());
    command
        .env("YEKTA_NATS__JOURNAL_BYTES_MAX", ROOM.to_string())
        .env("YEKTA_NATS__STALLED_AFTER_MS", "300");
    let service = Service::of(command);
    let broker = Broker::of(&server);
    wait_until_ready(&service.url);
    let events = generate::events(21, 20, 600);
    broker.deliver(&events);
    wait_until_status(&service.url, 503, "stalled");
    let full = broker.stream(JOURNAL);
    let bytes = i64::try_from(full.state.bytes).unwrap();
    assert!(bytes <= ROOM && broker.consumed() < Some(600), "{bytes} bytes");
    // It does not come back by itself while there is no room.
    assert_eq!(readiness(&service.url), (503, "stalled".to_owned()));

    let roomy = Config {
        max_bytes: -1,
        ..full.config
    };
    broker.change(&roomy);
    wait_until_ready(&service.url);
    broker.wait_until_consumed();
    let contexts = streams::of(OUT, "yekta.v1.default.context.>");
    assert_eq!(
        broker.read(contexts, load::distinct(&events)).len(),
        load::distinct(&events)
    );
    let log = service.stop();
    for said in ["not ready: work waits", "no longer stalled"] {
        assert!(log.contains(said), "{said:?} is not in {log}");
    }
    journal::check_whole(&broker);
}

/// The service is well then: questions are answered, and who posts is told to come again.
#[test]
fn events_that_find_no_room_are_refused_and_count_once_when_sent_again() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let service = start_ready(&server, data.path());
    let (broker, api) = (Broker::of(&server), Api::of(&service.url));
    let event = |id: &str| {
        json!({"id": id, "source": "web/shop", "channel": "web", "type": "Page Viewed",
            "identifiers": [{"kind": "user_id", "value": "u-1"}]})
    };
    broker.tell_all(&[event("e-1")]);
    let roomy = broker.stream(EVENTS);
    broker.change(&Config {
        max_bytes: i64::try_from(roomy.state.bytes).unwrap(),
        ..roomy.config.clone()
    });
    let both = json!([event("e-2"), event("e-3")]);
    let (status, answer) = api.try_post("/v1/events", &both.to_string()).unwrap();
    assert_eq!(status, 503, "nothing keeps it: {answer}");
    assert_eq!(api.profile("user_id", "u-1")["counters"]["events"], 1);
    assert_eq!(broker.last_sequence(EVENTS), 1, "half of a request is there");

    broker.change(&roomy.config);
    let answer = api.post("/v1/events?wait=commit", &both);
    assert_eq!(answer["accepted"], 2, "{answer}");
    assert_eq!(api.profile("user_id", "u-1")["counters"]["events"], 3);
    service.stop();
}

/// Nothing waits in the input stream then: what waits is known to the writer alone.
#[test]
fn a_command_that_waits_for_its_commit_is_told_by_not_being_ready_too() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut command = serve_on(&server, data.path());
    command
        .env("YEKTA_NATS__STALLED_AFTER_MS", "300")
        // It is answered once the server goes on, however long that takes on a busy machine.
        .env("YEKTA_HTTP__REQUEST_TIMEOUT_MS", "600000")
        .env("YEKTA_HTTP__IDLE_TIMEOUT_MS", "600000");
    let service = Service::of(command);
    let broker = Broker::of(&server);
    wait_until_ready(&service.url);
    let event = json!({"id": "e-1", "source": "web/shop", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "u-1"}]});
    broker.tell_all(&[event]);
    server.pause();
    let api = Api::of(&service.url);
    let mint = json!({"identifier": {"kind": "user_id", "value": "u-1"}});
    let minting = thread::spawn(move || api.try_post("/v1/qr", &mint.to_string()));
    wait_until_status(&service.url, 503, "stalled");
    server.resume();
    wait_until_ready(&service.url);
    let (status, answer) = minting.join().unwrap().unwrap();
    assert_eq!(status, 200, "{answer}");
    service.stop();
}
