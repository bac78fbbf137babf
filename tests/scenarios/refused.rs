//! What cannot be taken: told to the sender, kept for whoever asks, and no harm to what came with it.

use std::{collections::BTreeSet, io::Write as _};

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use yekta::{
    domain::event::StreamPlace,
    engine::{
        Position,
        api::{Outcome, Submission},
    },
    journal::InputPosition,
    wire::{Reason, Rejection},
};

use crate::town::Town;

/// An event that nothing is wrong with.
const GOOD: &str = r#"{"id":"good","channel":"web","type":"Product Viewed","identifiers":[{"kind":"user_id","value":"ann"}]}"#;

/// Items that are no events, and why.
const BAD: &[(&str, &str)] = &[
    ("7", "not_an_object"),
    (
        r#"{"id":"b1","type":"A","identifiers":[{"kind":"user_id","value":"u"}]}"#,
        "missing_member",
    ),
    (
        r#"{"id":"b2","channel":"web","identifiers":[{"kind":"user_id","value":"u"}]}"#,
        "missing_member",
    ),
    (
        r#"{"id":"b3","channel":"web","type":"A","identifiers":{}}"#,
        "wrong_type",
    ),
    (
        r#"{"id":"b4","channel":"web","type":"A","time":"yesterday","identifiers":[{"kind":"user_id","value":"u"}]}"#,
        "bad_time",
    ),
    (
        r#"{"id":"b\u0007","channel":"web","type":"A","identifiers":[{"kind":"user_id","value":"u"}]}"#,
        "bad_name",
    ),
    (
        r#"{"id":"b6","channel":"fax","type":"A","identifiers":[{"kind":"user_id","value":"u"}]}"#,
        "unknown_channel",
    ),
    (
        r#"{"id":"b7","source":"yekta","channel":"web","type":"A","identifiers":[{"kind":"user_id","value":"u"}]}"#,
        "reserved_source",
    ),
    (
        r#"{"id":"b8","channel":"web","type":"A","traits":{"tier":"gold"}}"#,
        "no_identity",
    ),
    (
        r#"{"id":"b9","channel":"web","type":"A","identifiers":[{"kind":"user_id","value":"u","trust":"root"}]}"#,
        "bad_identifier",
    ),
    (
        r#"{"id":"b10","channel":"web","type":"A","identifiers":[{"kind":"user_id","value":"u"}],"consent":{"sms":"yes"}}"#,
        "bad_consent",
    ),
    (
        r#"{"specversion":"2.0","id":"b11","source":"s","type":"a.B","data":{}}"#,
        "unknown_version",
    ),
];

fn post(town: &Town, path: &str, body: impl Into<Vec<u8>>) -> (u16, Value) {
    let reply = town.call("POST", path, &[], body.into());
    (reply.status, reply.body)
}

fn kept(town: &Town) -> Vec<String> {
    let listed = town.get("/v1/rejections?limit=100");
    let listed = listed["rejections"].as_array().unwrap().iter();
    listed
        .map(|one| one["code"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn bad_items_are_refused_one_by_one_and_listed() {
    let mut town = Town::new();
    let deep = format!(
        r#"{{"id":"deep","channel":"web","type":"A","properties":{{"a":{}{}}}}}"#,
        "[".repeat(60),
        "]".repeat(60)
    );
    let large = format!(
        r#"{{"id":"large","channel":"web","type":"A","properties":{{"a":"{}"}}}}"#,
        "x".repeat(32 * 1024)
    );
    let many = json!({"id": "many", "channel": "web", "type": "A",
        "identifiers": (0..500).map(|n| json!({"kind": "email", "value": format!("u{n}@x.ir")})).collect::<Vec<_>>()});
    let many = many.to_string();
    let mut items = BAD.to_vec();
    items.extend([
        (deep.as_str(), "too_deep"),
        (large.as_str(), "too_large"),
        (many.as_str(), "too_many"),
    ]);
    let mut texts: Vec<&str> = items.iter().map(|(item, _)| *item).collect();
    texts.insert(5, GOOD);
    let (status, answer) = post(&town, "/v1/events", format!("[{}]", texts.join(",")));
    assert_eq!((status, &answer["accepted"]), (200, &json!(1)), "{answer}");
    let told: Vec<(u64, &str)> = answer["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["index"].as_u64().unwrap(), one["code"].as_str().unwrap()))
        .collect();
    let expected: Vec<(u64, &str)> = (0..)
        .filter(|index| *index != 5)
        .zip(items.iter().map(|(_, code)| *code))
        .collect();
    assert_eq!(told, expected);
    assert_eq!(town.person("user_id", "ann").profile.whole.events, 1);
    // The latest first; and they outlive a restart.
    let newest_first: Vec<&str> = items.iter().rev().map(|(_, code)| *code).collect();
    town.reopen();
    assert_eq!(kept(&town), newest_first);
    let listed = town.get("/v1/rejections?limit=1");
    let last = &listed["rejections"][0];
    assert_eq!(
        (&last["id"], last["body"].as_str().unwrap().len()),
        (&json!("many"), 4096)
    );
    assert!(
        last["message"].as_str().unwrap().contains("expected at most"),
        "{last}"
    );
}

#[test]
fn whole_bodies_that_hold_nothing_are_kept_as_well() {
    let town = Town::new();
    let one_too_many = format!("[{}]", vec![GOOD; 2_501].join(","));
    let padded = format!("{GOOD}{}", " ".repeat(512 * 1024));
    for (path, body, status, code) in [
        ("/v1/events", "{\"id\":".to_owned(), 400, "not_json"),
        ("/v1/events", one_too_many, 413, "too_many"),
        ("/v1/events", padded, 413, "too_large"),
        ("/v1/batch", "{\"batch\":7}".to_owned(), 400, "wrong_type"),
    ] {
        let (told, problem) = post(&town, path, body);
        assert_eq!((told, &problem["code"]), (status, &json!(code)), "{problem}");
        assert_eq!(kept(&town)[0], code);
    }
    assert!(town.profiles().is_empty());
}

#[test]
fn as_many_as_are_allowed_are_taken_packed_or_not() {
    let town = Town::new();
    let item = |n: usize| {
        format!(
            r#"{{"id":"{n}","channel":"web","type":"A","identifiers":[{{"kind":"user_id","value":"u{}"}}]}}"#,
            n % 7
        )
    };
    let body = format!("[{}]", (0..2_500).map(item).collect::<Vec<_>>().join(","));
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(body.as_bytes()).unwrap();
    let reply = town.call(
        "POST",
        "/v1/events",
        &[("content-encoding", "gzip")],
        packed.finish().unwrap(),
    );
    assert_eq!(
        (reply.status, &reply.body["accepted"]),
        (200, &json!(2_500)),
        "{}",
        reply.body
    );
    let (_, again) = post(&town, "/v1/events", body);
    assert_eq!(
        (&again["accepted"], &again["duplicates"]),
        (&json!(0), &json!(2_500))
    );
    assert_eq!(town.profiles().len(), 7);
}

#[test]
fn a_segment_batch_loses_only_its_bad_messages() {
    let town = Town::new();
    let body = json!({"batch": [
        {"type": "track", "event": "Product Viewed", "messageId": "m1", "userId": "ann"},
        {"type": "dance", "messageId": "m2", "userId": "ann"},
        {"type": "track", "messageId": "m3", "userId": "ann"},
        {"type": "track", "event": "Product Viewed", "messageId": "m4"},
    ]});
    let answer = town.post("/v1/batch", &body);
    let codes: BTreeSet<&str> = answer["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    assert_eq!(
        (&answer["success"], &answer["accepted"]),
        (&json!(true), &json!(1))
    );
    assert_eq!(
        codes,
        BTreeSet::from(["unknown_type", "missing_member", "no_identity"])
    );
}

#[test]
fn one_refused_item_is_shown_by_its_number_and_is_not_taken_again_from_a_part_of_it() {
    let town = Town::new();
    town.call("POST", "/v1/events", &[], br#"[{"id":"the one"}]"#.to_vec());
    let listed = town.get("/v1/rejections");
    let one = &listed["rejections"][0];
    let number = one["sequence"].as_u64().unwrap();
    assert_eq!(town.get(&format!("/v1/rejections/{number}")), *one);
    assert_eq!(one["id"], "the one");
    let missing = town.call("GET", "/v1/rejections/999", &[], Vec::new());
    assert_eq!(
        (missing.status, &missing.body["code"]),
        (404, &json!("no_such_rejection"))
    );
    let retried = town.call("POST", &format!("/v1/rejections/{number}/retry"), &[], Vec::new());
    assert_eq!(
        (retried.status, &retried.body["code"]),
        (409, &json!("not_retryable"))
    );
}

/// An item of the input stream that was refused.
fn refused_at(sequence: u64, id: &str) -> Submission {
    let place = StreamPlace {
        stream: "events".to_owned(),
        sequence,
        subject: "yekta.v1.default.event.web.viewed".to_owned(),
    };
    Submission::Refused(Box::new(Rejection {
        reason: Reason::NoIdentity,
        message: "read an event".to_owned(),
        id: Some(id.to_owned()),
        source: None,
        origin: Some(Box::new(place)),
        body: id.as_bytes().to_vec(),
    }))
}

/// The first part of a batch was committed, and the process ended before the second: all of it is read again.
#[test]
fn what_was_refused_of_a_stream_is_kept_and_told_once() {
    let town = Town::new();
    let feed = |items: Vec<Submission>, sequence: u64| {
        let position = InputPosition {
            stream: "events".to_owned(),
            created_ns: 1,
            sequence,
            digest: [0; 16],
        };
        town.wait(async {
            let receipt = town.engine().handle.feed(items, position).await.unwrap();
            receipt.await.unwrap()
        })
    };
    feed(vec![refused_at(6, "one"), refused_at(7, "two")], 5);
    let after = feed(
        vec![
            refused_at(6, "one"),
            refused_at(7, "two"),
            refused_at(7, "three"),
            refused_at(8, "two"),
        ],
        8,
    );
    assert_eq!(after.outcomes, [Outcome::Refused; 4]);
    let listed = town.get("/v1/rejections");
    let ids: Vec<&str> = listed["rejections"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["two", "three", "two", "one"]);
    let told = town.query().updates_after(Position::START, 100).unwrap();
    assert_eq!(told.len(), 4, "each is told once");
}
