//! Dead letters: once each, with where they came from, also after a kill; and `yekta dlq`, by which an operator looks at
//! them and has one tried again.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    api::Api,
    broker::{Broker, EVENTS, OUT},
    process::{Service, output, printed, wait_for, yekta},
    server::NatsServer,
    serving::{serve_on, start_ready},
    streams,
};

const SUBJECT: &str = "yekta.v1.default.event.web.page_viewed";
const LETTERS: &str = "yekta.v1.default.dlq.>";

fn dlq(service: &Service, args: &[&str]) -> Command {
    let mut command = yekta(["dlq"]);
    command.args(args).env("YEKTA_URL", &service.url);
    command
}

/// Deeper than a strict configuration allows, and otherwise an event.
fn deep() -> Value {
    json!({"id": "deep-1", "source": "web/shop", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "u-1"}],
        "properties": {"a": {"b": {"c": {"d": {"e": 1}}}}}})
}

#[test]
fn each_is_told_once_with_where_it_came_from() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let service = start_ready(&server, data.path());
    let broker = Broker::of(&server);
    let first = broker.publish(SUBJECT, &[], "no json");
    let second = broker.publish(SUBJECT, &[], r#"{"id":"e-1","source":"web/shop"}"#);
    broker.wait_until_consumed();
    let letters = broker.read(streams::of(OUT, LETTERS), 2);
    let subjects: Vec<&str> = letters.iter().map(|one| one.subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            "yekta.v1.default.dlq.not_json",
            "yekta.v1.default.dlq.no_identity"
        ]
    );
    for (letter, sequence) in letters.iter().zip([first, second]) {
        assert_eq!(
            letter.json()["origin"],
            json!({"stream": EVENTS, "sequence": sequence, "subject": SUBJECT})
        );
        assert_eq!(letter.header("ce-type"), Some("yekta.dlq.v1"));
    }
    assert_eq!(letters[0].json()["body"], "no json");
    let listed = broker.ask("q.rejections", &json!({}));
    assert_eq!(Api::of(&service.url).get("/v1/rejections"), listed);
    assert_eq!(listed["rejections"].as_array().unwrap().len(), 2, "{listed}");

    // Killed and started again it goes on behind them.
    service.running.kill();
    let service = start_ready(&server, data.path());
    broker.publish(SUBJECT, &[], "no json either");
    broker.wait_until_consumed();
    let letters = broker.read(streams::of(OUT, LETTERS), 3);
    assert_eq!(letters[2].json()["body"], "no json either");
    assert_eq!(broker.read_all(streams::of(OUT, LETTERS)).len(), 3);
    service.stop();
}

/// Good when it was read, and refused by the writer.
#[test]
fn an_event_that_fits_no_commit_says_where_it_stands_too() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut small = serve_on(&server, data.path());
    small
        .env("YEKTA_JOURNAL__COMMIT_BYTES_MAX", "65536")
        .env("YEKTA_DECODE__EVENT_BYTES_MAX", "65536");
    let service = Service::of(small);
    let broker = Broker::of(&server);
    let event = |id: &str, letters: usize| {
        json!({"id": id, "source": "web/shop", "channel": "web", "type": "Page Viewed",
            "identifiers": [{"kind": "user_id", "value": "u-1"}], "properties": {"text": "x".repeat(letters)}})
    };
    broker.deliver(&[event("e-1", 10)]);
    let sequence = broker.tell(&event("e-2", 60_000));
    broker.tell_all(&[event("e-3", 10)]);
    let letters = broker.read(streams::of(OUT, LETTERS), 1);
    assert_eq!(letters[0].subject, "yekta.v1.default.dlq.too_large");
    let origin = json!({"stream": EVENTS, "sequence": sequence, "subject": SUBJECT});
    assert_eq!(
        (&letters[0].json()["origin"], &letters[0].json()["id"]),
        (&origin, &json!("e-2"))
    );
    let listed = Api::of(&service.url).get("/v1/rejections");
    assert_eq!(listed["rejections"][0]["origin"], origin, "{listed}");
    let profile = broker.ask("q.profile", &json!({"who": "user_id:u-1"}));
    assert_eq!(profile["counters"]["events"], 2);
    service.stop();
}

#[test]
fn an_operator_lists_shows_and_tries_again() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut strict = serve_on(&server, data.path());
    strict.env("YEKTA_DECODE__DEPTH_MAX", "4");
    let service = Service::of(strict);
    let broker = Broker::of(&server);
    let sequence = broker.tell(&deep());
    broker.publish(SUBJECT, &[], "no json");
    broker.wait_until_consumed();
    let list = printed(dlq(&service, &["list"]), b"");
    assert!(list.contains("too_deep") && list.contains("not_json"), "{list}");
    let rejections = Api::of(&service.url).get("/v1/rejections");
    let of_deep = |rejections: &Value| {
        let rejections = rejections["rejections"].as_array().unwrap().clone();
        let mut found = rejections
            .into_iter()
            .filter(|one| one["origin"]["sequence"] == sequence);
        found.next().unwrap()["sequence"].as_u64().unwrap().to_string()
    };
    let number = of_deep(&rejections);
    let shown = printed(dlq(&service, &["show", &number]), b"");
    for part in ["too_deep", EVENTS, "deep-1", "page_viewed"] {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
    let unknown = output(dlq(&service, &["show", "999"]), b"");
    assert_eq!(unknown.status.code(), Some(1), "{unknown:?}");
    service.stop();

    // The reason is gone: tried again it counts.
    let service = start_ready(&server, data.path());
    printed(dlq(&service, &["retry", &number]), b"");
    let api = Api::of(&service.url);
    wait_for("the event to count", || {
        (api.try_get("/v1/profiles/user_id:u-1").0 == 200).then_some(())
    });
    let profile = api.profile("user_id", "u-1");
    assert_eq!(profile["counters"]["events"], 1);
    assert_eq!(profile["recent"][0]["id"], "deep-1");
    // Tried once more it is known.
    printed(dlq(&service, &["retry", &number]), b"");
    broker.wait_until_consumed();
    assert_eq!(api.profile("user_id", "u-1")["counters"]["events"], 1);
    service.stop();
}
