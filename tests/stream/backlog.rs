//! Back pressure: what comes faster than it is worked on waits in the stream, not in the process.

use yekta::cli::generate;

use crate::{
    broker::{Broker, EVENTS},
    load,
    process::wait_for,
    server::NatsServer,
    serving::{readiness, serve_on, wait_until_ready},
    streams,
};

#[test]
fn a_small_queue_takes_any_backlog() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut command = serve_on(&server, data.path());
    command
        .env("YEKTA_ENGINE__QUEUE_BATCHES_MAX", "1")
        .env("YEKTA_ENGINE__BATCH_EVENTS_MAX", "16");
    let service = crate::process::Service::of(command);
    let broker = Broker::of(&server);
    let events = generate::events(15, 40, 3_000);
    broker.deliver(&events);
    let mut lag_seen = false;
    wait_for("the backlog to be worked on", || {
        let stats = broker.stats()?;
        lag_seen |= stats["lag"].as_u64().is_some_and(|lag| lag > 0);
        let is_behind = readiness(&service.url).1 == "catching_up";
        let done = stats["input"].as_u64() == Some(broker.last_sequence(EVENTS));
        (done && !is_behind).then_some(())
    });
    assert!(lag_seen, "it never said that it lagged");
    wait_until_ready(&service.url);
    let contexts = broker.read(
        streams::of(crate::broker::OUT, "yekta.v1.default.context.>"),
        load::distinct(&events),
    );
    assert_eq!(contexts.len(), load::distinct(&events));
    service.stop();
}
