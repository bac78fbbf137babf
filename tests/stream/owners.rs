//! Two owners of one tenant by mistake: exactly one commits, the other says so and steps back.

use serde_json::{Value, json};
use yekta::cli::generate;

use crate::{
    broker::{Broker, EVENTS, JOURNAL, OUT},
    copied::Copied,
    journal, load,
    process::{fingerprint, wait_for},
    server::NatsServer,
    serving::{failure, folder_with_the_secrets_of, refusal, serve_on, start_ready, wait_until_ready},
    streams,
};

fn event(id: &str) -> Value {
    json!({"id": id, "source": "web/shop", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "u-1"}]})
}

#[test]
fn a_second_process_says_who_owns_the_tenant_and_the_first_goes_on() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let first = start_ready(&server, data.path());
    let broker = Broker::of(&server);
    broker.tell_all(&[event("e-1")]);
    let other = folder_with_the_secrets_of(data.path());
    let said = refusal(serve_on(&server, other.path()));
    let owner = broker.told_of_itself()["owner"].as_str().unwrap().to_owned();
    assert!(
        said.contains(&owner) && said.contains("stop that one first"),
        "{said}"
    );

    wait_until_ready(&first.url);
    broker.tell_all(&[event("e-2")]);
    let profile = broker.ask("q.profile", &json!({"who": "user_id:u-1"}));
    assert_eq!(profile["counters"]["events"], 2);
    first.stop();
    assert_eq!(journal::owners(&broker).len(), 1, "the second took nothing over");
}

/// The first stands still while a second takes over and commits, in the midst of a load.
#[test]
fn whoever_stood_still_is_fenced_and_commits_nothing() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut first = start_ready(&server, data.path());
    let broker = Broker::of(&server);
    let events = generate::events(7, 60, 4_000);
    broker.deliver(&events);
    wait_for("the first to commit something", || {
        (broker.consumed()? > 0).then_some(())
    });
    first.running.signal("-STOP");
    let before = broker.last_sequence(JOURNAL);

    let other = folder_with_the_secrets_of(data.path());
    let second = start_ready(&server, other.path());
    broker.wait_until_consumed();
    assert!(broker.last_sequence(JOURNAL) > before, "the second committed");
    assert_eq!(broker.told_of_itself()["input"], broker.last_sequence(EVENTS));
    broker.tell_all(&[event("e-1")]);
    let owners = journal::owners(&broker);
    assert_eq!(owners.len(), 2);
    // The record holds more than the id, so that an owner knows its own from one of its namesake's.
    let owner = broker.told_of_itself()["owner"].as_str().unwrap().to_owned();
    assert!(
        owners[1].1.starts_with(&owner) && !owners[0].1.starts_with(&owner),
        "{owner} in {owners:?}"
    );

    let end = broker.last_sequence(JOURNAL);
    first.running.signal("-CONT");
    let said = failure(&mut first.running);
    assert!(said.contains("fenced") || said.contains("owns"), "{said}");
    assert_eq!(broker.last_sequence(JOURNAL), end, "the first wrote something");

    broker.tell_all(&[event("e-2")]);
    broker.publish_end();
    let mut copy = Copied::default();
    let told = broker.read_until(streams::of(OUT, "yekta.v1.default.>"), |message| {
        message.subject.contains(".dlq.")
    });
    for message in told
        .iter()
        .filter(|message| message.subject.contains(".profile."))
    {
        copy.take(&message.json());
    }
    assert_eq!(copy.events(), load::distinct(&events) + 2);
    second.stop();
    copy.is_what_is_stored(other.path());
    journal::check_whole(&broker);

    // The first finds its way back once the second is gone: what it has is part of the journal.
    let back = start_ready(&server, data.path());
    back.stop();
    assert_eq!(fingerprint(data.path()), fingerprint(other.path()));
}
