//! Somebody is erased who was told of over NATS: what they said is in no file of the broker's streams, and what is replayed
//! is refused.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    broker::Broker,
    process::{Service, printed, wait_for, yekta},
    server::NatsServer,
    serving::{serve_on, wait_until_ready},
};

const MARKS: [&str; 3] = ["canaryuser7731", "canarymail7731", "canarynote7731"];
/// Blocks of the input stream are packed, so that a mark in them is not seen: what is left there is counted.
const STREAMS: [&str; 2] = ["YEKTA_JOURNAL_default", "YEKTA_OUT_default"];
/// Its documents do not tell what was noted.
const BUCKET: &str = "KV_YEKTA_PROFILES_default";

fn said(id: &str, who: &str, note: &str) -> Value {
    json!({"id": id, "source": "web/shop", "channel": "web", "type": "Note Taken",
        "identifiers": [{"kind": "user_id", "value": who, "trust": "verified"},
            {"kind": "email", "value": format!("{}@example.com", who.replace("user", "mail")), "trust": "verified"}],
        "properties": {"note": note}})
}

fn erase(service: &Service) -> Value {
    let who = "user_id:canaryuser7731";
    let mut erase = yekta(["erase", who, "--now", "--wait", "230", "--json", "--url"]);
    erase.arg(&service.url);
    serde_json::from_str(&printed(erase, b"")).unwrap()
}

fn theirs(server: &NatsServer) -> Vec<(String, &'static str)> {
    let streams = server.folder().join("store/jetstream/$G/streams");
    let mut found = Vec::new();
    for stream in STREAMS.into_iter().chain([BUCKET]) {
        look(&streams.join(stream), stream, &mut found);
    }
    found
}

fn are_written(server: &NatsServer) -> bool {
    let seen = theirs(server);
    let has = |stream: &str, mark: &'static str| seen.contains(&(stream.to_owned(), mark));
    let all = |stream: &str| MARKS.into_iter().all(|mark| has(stream, mark));
    STREAMS.into_iter().all(all) && has(BUCKET, MARKS[0])
}

/// Files come and go while the server runs.
fn look(folder: &Path, stream: &str, found: &mut Vec<(String, &'static str)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            look(&path, stream, found);
            continue;
        }
        let held = fs::read(&path).unwrap_or_default();
        let has = |mark: &&str| held.windows(mark.len()).any(|part| part == mark.as_bytes());
        found.extend(
            MARKS
                .into_iter()
                .filter(has)
                .map(|mark| (stream.to_owned(), mark)),
        );
    }
}

/// How many of those that are kept were refused as an erased person's.
fn refused_as_erased(broker: &Broker) -> usize {
    let refused = broker.ask("q.rejections", &json!({}));
    let kept = refused["rejections"].as_array().unwrap();
    kept.iter().filter(|one| one["code"] == "erased").count()
}

#[test]
fn whoever_is_erased_is_in_no_file_of_the_streams_and_does_not_come_back() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut few = serve_on(&server, data.path());
    few.env("YEKTA_ENGINE__REJECTIONS_MAX", "2");
    let service = Service::of(few);
    wait_until_ready(&service.url);
    let broker = Broker::of(&server);
    let history = [
        said("e-1", "canaryuser7731", "canarynote7731"),
        said("e-2", "keeperuser4242", "keepernote4242"),
        said("e-3", "canaryuser7731", "canarynote7731"),
    ];
    broker.tell_all(&history);
    let bad = json!({"id": "e-4", "type": "Note Taken", "time": "never", "identifiers": [
        {"kind": "email", "value": "canarymail7731@example.com"}]});
    broker.publish("yekta.v1.default.event.web.note_taken", &[], &bad.to_string());
    wait_for("the marks to be written", || {
        (are_written(&server) && broker.keys().len() == 2).then_some(())
    });
    let kept = broker.stream("YEKTA_EVENTS").state.messages;
    let receipt = erase(&service);
    assert_eq!(broker.keys().len(), 1, "the other is there");
    assert_eq!(receipt["removed"]["events"], 2);
    assert_eq!(receipt["removed"]["rejections"], 1);
    wait_for("the server to let go of its blocks", || {
        theirs(&server).is_empty().then_some(())
    });
    assert_eq!(
        broker.stream("YEKTA_EVENTS").state.messages,
        kept - 3,
        "two events and a refused one"
    );

    // The channel sends again what it kept.
    let before = broker.ask("q.profile", &json!({"who": "user_id:keeperuser4242"}));
    broker.tell_all(&[said("e-5", "keeperuser4242", "another")]);
    broker.tell_all(&history);
    wait_for("what came again to be refused", || {
        (refused_as_erased(&broker) == 2).then_some(())
    });
    // So much else is refused that what came again is kept no longer.
    for _ in 0..2 {
        broker.publish("yekta.v1.default.event.web.note_taken", &[], "no json");
    }
    wait_for("more to be refused than are kept", || {
        (refused_as_erased(&broker) == 0).then_some(())
    });
    let answer = broker.ask_by(None, "q.profile", &json!({"who": "user_id:canaryuser7731"}));
    assert_eq!(answer.unwrap_err().0, 404);
    let after = broker.ask("q.profile", &json!({"who": "user_id:keeperuser4242"}));
    assert_eq!(after["version"], before["version"].as_u64().unwrap() + 1);
    service.stop();

    // The next start goes on over the gaps, and has deleted what came again.
    let service = Service::of(serve_on(&server, data.path()));
    wait_until_ready(&service.url);
    wait_for("what came again to be deleted", || {
        (broker.stream("YEKTA_EVENTS").state.messages == kept - 3 + 4).then_some(())
    });
    assert_eq!(
        broker.ask("q.profile", &json!({"who": "user_id:keeperuser4242"})),
        after
    );
    service.stop();
}
