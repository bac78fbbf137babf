//! `yekta migrate --to-nats`: a standalone folder goes on beside a broker as if it had always been there.

use std::{path::Path, process::Command};

use serde_json::{Value, json};
use yekta::cli::generate;

use crate::{
    api::Api,
    broker::{Broker, JOURNAL},
    journal, load,
    process::{
        PATIENCE, Running, Service, fingerprint, fingerprint_of, output, printed, serve, wait_for, yekta,
    },
    server::NatsServer,
    serving::{failure, folder_with_the_secrets_of, start_ready},
};

fn migrate(server: &NatsServer, folder: &Path) -> Command {
    let mut command = yekta(["migrate", "--to-nats", &server.url(), "--data-dir"]);
    command.arg(folder);
    command
}

#[test]
fn a_folder_that_is_moved_keeps_what_it_knows_and_knows_what_it_took() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let events = generate::events(21, 40, 1_500);
    let service = Service::start(data.path());
    load::send_all(&service.url, &events);
    let api = Api::of(&service.url);
    let customer = json!([{"id": "m-1", "source": "web/shop", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "u-moved"}]}, {"id": "bad"}]);
    api.post("/v1/events", &customer);
    let mint = json!({"identifier": {"kind": "user_id", "value": "u-moved"}, "request_id": "mint-1"});
    let minted = api.post("/v1/qr", &mint);
    let (profile, refused) = (api.profile("user_id", "u-moved"), api.get("/v1/rejections"));
    service.stop();
    let before = fingerprint(data.path());

    let said = printed(migrate(&server, data.path()), b"");
    assert!(said.contains(&before), "{said}");
    let broker = Broker::of(&server);
    let service = start_ready(&server, data.path());
    let api = Api::of(&service.url);
    assert_eq!(api.profile("user_id", "u-moved"), profile);
    assert_eq!(api.get("/v1/rejections"), refused);
    let again = api.post("/v1/qr", &mint);
    assert_eq!(again["token"], minted["token"], "a repeat gets the first answer");
    let id = profile["id"].as_str().unwrap();
    // The bucket follows the journal by itself.
    wait_for("the bucket to have who was there before", || {
        (broker.entry(id)?["document"] == profile).then_some(())
    });
    // What was taken before counts once.
    broker.tell_all(&events);
    let own = customer[0].clone();
    broker.tell_all(&[own]);
    assert_eq!(api.profile("user_id", "u-moved"), profile);
    service.stop();
    assert_eq!(fingerprint(data.path()), before);
    journal::check_whole(&broker);

    // The journal alone holds everything.
    let other = folder_with_the_secrets_of(data.path());
    start_ready(&server, other.path()).stop();
    assert_eq!(fingerprint(other.path()), before);
}

/// What a folder without a broker may commit at once is more than a stream takes at once.
#[test]
fn commits_of_any_size_are_moved() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut command = serve(data.path());
    command.env("YEKTA_ENGINE__BATCH_EVENTS_MAX", "4096");
    let service = Service::of(command);
    let events = generate::events(22, 40, 3_000);
    let api = Api::of(&service.url);
    for some in events.chunks(1_500) {
        api.post("/v1/events", &Value::from(some.to_vec()));
    }
    service.stop();
    let before = fingerprint(data.path());
    printed(migrate(&server, data.path()), b"");
    start_ready(&server, data.path()).stop();
    assert_eq!(fingerprint(data.path()), before);
    journal::check_whole(&Broker::of(&server));
}

/// Its store is made by the next start: until then nobody is told that it is empty.
#[test]
fn a_folder_that_was_just_moved_is_not_called_empty() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let service = Service::start(data.path());
    load::send_all(&service.url, &generate::events(23, 5, 50));
    service.stop();
    let before = fingerprint(data.path());
    printed(migrate(&server, data.path()), b"");
    let told = output(fingerprint_of(data.path()), b"");
    let said = String::from_utf8_lossy(&told.stdout);
    assert!(
        !told.status.success() || said.trim() == before,
        "it is said to be {said}"
    );
}

#[test]
fn a_folder_is_moved_once_and_not_over_another() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let event = |id: &str| -> Value {
        json!({"id": id, "source": "web/shop", "channel": "web", "type": "Page Viewed",
            "identifiers": [{"kind": "user_id", "value": "u-1"}]})
    };
    let tell = |folder: &Path, id: &str| {
        let service = Service::start(folder);
        load::send_all(&service.url, &[event(id)]);
        // A folder that a process has is not moved.
        let refused = output(migrate(&server, folder), b"");
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        service.stop();
    };
    tell(data.path(), "e-1");
    printed(migrate(&server, data.path()), b"");
    let last_commit = || Broker::of(&server).last_of(JOURNAL, "yekta.v1.default.j.commit");
    let before = last_commit();

    let another = tempfile::tempdir().unwrap();
    tell(another.path(), "e-2");
    for folder in [data.path(), another.path()] {
        let refused = output(migrate(&server, folder), b"");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains("yekta: "), "{said}");
    }
    assert_eq!(last_commit(), before);
}

/// Without the broker it would begin another history.
#[test]
fn a_folder_that_was_moved_is_not_served_without_the_broker() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let service = Service::start(data.path());
    load::send_all(&service.url, &generate::events(24, 5, 50));
    service.stop();
    printed(migrate(&server, data.path()), b"");
    refuse_standalone(data.path());
    start_ready(&server, data.path()).stop();
    refuse_standalone(data.path());
}

fn refuse_standalone(folder: &Path) {
    let mut running = Running::start(serve(folder));
    assert_eq!(running.line(PATIENCE), None, "it is served");
    failure(&mut running);
}
