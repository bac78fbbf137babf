//! A client of NATS that nobody here wrote, nats-py: publishes what four channels say, and reads back what all get.

use std::{path::Path, process::Command};

use serde_json::{Value, json};

use crate::{
    broker::EVENTS,
    installed::{are_there, python, succeeds, without_proxies},
    server::NatsServer,
    serving::start_ready,
};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stream/clients");
const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[test]
fn a_client_of_nats_publishes_and_reads_all_that_is_promised() {
    if !are_there(&["python3"]) {
        return;
    }
    let sources = Path::new(SOURCES);
    let mut client = Command::new(python("nats-python", sources));
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let service = start_ready(&server, data.path());
    client.arg(sources.join("channels.py")).arg(server.url());
    without_proxies(&mut client);
    let seen: Value = serde_json::from_slice(&succeeds(client)).unwrap();
    assert_eq!(seen["sequences"], json!([1, 2, 3, 4, 5, 6, 7]));
    let messages = seen["messages"].as_array().unwrap();
    check_updates(&of_kind(messages, "profile"), &seen);
    check_contexts(&of_kind(messages, "context"));
    check_dead_letter(&of_kind(messages, "dlq"), &seen["rejections"]["body"]);
    check_envelopes(messages);
    check_answers(&seen);
    check_service(&seen);
    service.stop();
}

fn of_kind<'a>(messages: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let is_kind = |message: &&Value| message["subject"].as_str().unwrap().split('.').nth(3) == Some(kind);
    messages.iter().filter(is_kind).collect()
}

fn check_updates(updates: &[&Value], seen: &Value) {
    let versions: Vec<u64> = updates
        .iter()
        .map(|one| one["body"]["version"].as_u64().unwrap())
        .collect();
    let gapless: Vec<u64> = (1..=u64::try_from(versions.len()).unwrap()).collect();
    assert_eq!(versions, gapless);
    let last = &updates.last().unwrap()["body"];
    let id = last["profile"].as_str().unwrap();
    for one in updates {
        assert_eq!(one["subject"], format!("yekta.v1.default.profile.updated.{id}"));
        assert_eq!(one["headers"]["ce-type"], "yekta.profile.updated.v1");
    }
    assert_eq!(last["kind"], "updated");
    assert_eq!(last["document"]["counters"]["events"], 6);
    assert_eq!(&seen["entry"], last, "the bucket has the last of them");
    let watched: Vec<u64> = serde_json::from_value(seen["watched"].clone()).unwrap();
    assert!(watched.is_sorted_by(|one, next| one < next), "{watched:?}");
    assert_eq!(watched.last(), versions.last());
    assert_eq!(seen["profile"]["body"], last["document"]);
}

fn check_contexts(contexts: &[&Value]) {
    let mut told: Vec<(&str, &str, &str)> = contexts
        .iter()
        .map(|one| {
            let event = &one["body"]["event"];
            let text = |name: &str| event[name].as_str().unwrap();
            (text("id"), text("channel"), text("type"))
        })
        .collect();
    told.sort_unstable();
    let [ce_1, ce_2, ce_3, ce_4, native, segment] = told[..] else {
        panic!("{told:?}")
    };
    assert_eq!((ce_1.0, ce_1.1), ("ce-1", "web"));
    assert_eq!((ce_2.0, ce_2.1), ("ce-2", "mobile"));
    assert_eq!((ce_3.0, ce_3.1), ("ce-3", "store"));
    assert_eq!((ce_4.0, ce_4.1), ("ce-4", "callcenter"));
    assert_eq!(native, ("nat-1", "web", "Page Viewed"));
    assert_eq!(segment, ("seg-1", "web", "Product Viewed"));
    for one in contexts {
        let (body, subject) = (&one["body"], one["subject"].as_str().unwrap());
        let id = body["profile"].as_str().unwrap();
        assert!(subject.ends_with(id), "{subject}");
        assert_eq!(body["context"]["match"], "one", "{body}");
        let traced = body["event"]["id"] == "ce-3";
        assert_eq!(one["headers"]["traceparent"] == TRACE, traced, "{one}");
    }
    let order = contexts.iter().find(|one| one["body"]["event"]["id"] == "ce-3");
    let subject = order.unwrap()["subject"].as_str().unwrap();
    assert!(
        subject.starts_with("yekta.v1.default.context.store.order_completed."),
        "{subject}"
    );
}

fn check_dead_letter(letters: &[&Value], rejections: &Value) {
    let [letter] = letters[..] else {
        panic!("{letters:?}")
    };
    let origin =
        json!({"stream": EVENTS, "sequence": 7, "subject": "yekta.v1.default.event.web.page_viewed"});
    assert_eq!(letter["subject"], "yekta.v1.default.dlq.not_json");
    assert_eq!(
        (
            &letter["body"]["origin"],
            &letter["body"]["code"],
            &letter["body"]["body"]
        ),
        (&origin, &json!("not_json"), &json!("no json"))
    );
    let rejections = rejections["rejections"].as_array().unwrap();
    assert_eq!(rejections.len(), 1);
    assert_eq!(rejections[0]["origin"], origin);
}

/// All that is published is a CloudEvent, each with an id of its own.
fn check_envelopes(messages: &[Value]) {
    let mut ids = std::collections::BTreeSet::new();
    for message in messages {
        let headers = &message["headers"];
        assert_eq!(headers["ce-specversion"], "1.0", "{headers}");
        for name in ["ce-type", "ce-source", "ce-time"] {
            assert!(
                headers[name].as_str().is_some_and(|text| !text.is_empty()),
                "{name}: {headers}"
            );
        }
        assert!(ids.insert(headers["ce-id"].as_str().unwrap()), "{headers}");
    }
}

fn check_answers(seen: &Value) {
    let body = |name: &str| &seen[name]["body"];
    assert_eq!(body("profile")["traits"]["first_name"], "Sara");
    assert_eq!(body("profile")["totals"]["orders"], 1);
    assert_eq!(
        (&body("context")["match"], &body("context")["order_id"]),
        (&json!("one"), &json!("o-1"))
    );
    assert_eq!(body("lookup")["match"], "one");
    assert_eq!(body("timeline")["events"].as_array().unwrap().len(), 2);
    assert_eq!(body("identity")["profile"], body("profile")["id"]);
    assert_eq!(
        (&body("consent")["status"], &body("consent")["profile"]),
        (&json!("committed"), &body("profile")["id"])
    );
    let error = |name: &str| {
        let headers = &seen[name]["headers"];
        let text = |header: &str| headers[header].as_str().unwrap().to_owned();
        (text("Nats-Service-Error-Code"), text("Nats-Service-Error"))
    };
    let (code, text) = error("nobody");
    assert_eq!(code, "404");
    assert!(text.starts_with("nobody_there: "), "{text}");
    let (code, text) = error("unreadable");
    assert_eq!(code, "400");
    assert!(text.starts_with("bad_body: "), "{text}");
}

fn check_service(seen: &Value) {
    assert_eq!(
        (&seen["ping"]["name"], &seen["ping"]["type"]),
        (&json!("yekta"), &json!("io.nats.micro.v1.ping_response"))
    );
    assert_eq!(seen["info"]["metadata"]["tenant"], "default");
    let subjects: Vec<&str> = seen["info"]["endpoints"]
        .as_array()
        .unwrap()
        .iter()
        .map(|endpoint| endpoint["subject"].as_str().unwrap())
        .collect();
    for call in [
        "q.profile",
        "q.timeline",
        "q.identity",
        "q.readers",
        "q.explain",
        "q.merges",
        "q.matches",
        "q.lookup",
        "q.context",
        "q.qr",
        "q.rejections",
        "q.rulebook",
        "q.reports.segments",
        "q.segments.members",
        "q.reports.contacts",
        "c.qr.mint",
        "c.qr.redeem",
        "c.qr.revoke",
        "c.consent",
        "c.contact",
        "c.flow.start",
        "c.values",
        "c.routing",
        "c.merge",
        "c.separate",
        "c.undo",
    ] {
        let subject = format!("yekta.v1.default.{call}");
        assert!(subjects.contains(&subject.as_str()), "{subject} in {subjects:?}");
    }
    let endpoints = seen["stats"]["endpoints"].as_array().unwrap();
    let profile = endpoints.iter().find(|one| one["name"] == "q-profile");
    let profile = profile.unwrap();
    assert!(profile["num_requests"].as_u64().unwrap() >= 3, "{profile}");
    let data = &profile["data"];
    assert_eq!((&data["input"], &data["lag"]), (&json!(7), &json!(0)), "{data}");
    assert!(
        data["position"].as_u64().unwrap() > 0 && data["epoch"].as_u64().unwrap() > 0,
        "{data}"
    );
}
