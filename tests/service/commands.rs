//! The commands that ask a running service, and what they print.

use std::{fs, process::Command};

use serde_json::Value;
use yekta::cli::generate;

use crate::{
    load,
    process::{Service, fingerprint, output, printed, yekta},
};

const EVENTS: usize = 400;

/// A client command.
fn ask(service: &Service, args: &[&str]) -> Command {
    let mut command = yekta(args);
    command.args(["--url", &service.url]);
    command
}

fn documents(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn sum(answers: &[Value], name: &str) -> u64 {
    answers.iter().map(|answer| answer[name].as_u64().unwrap()).sum()
}

#[test]
fn events_are_sent_from_a_file_from_standard_input_and_from_flags() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(&folder.path().join("data"));
    let events = printed(
        yekta(["generate", "--seed", "5", "--count", "400", "--people", "20"]),
        b"",
    );
    let written: Vec<Value> = documents(&events);
    assert_eq!(written, generate::events(5, 20, EVENTS));

    let file = folder.path().join("events.ndjson");
    let (first, rest) = events.split_at(events.match_indices('\n').nth(99).unwrap().0 + 1);
    fs::write(&file, first).unwrap();
    let mut from_file = ask(&service, &["send", "--json"]);
    from_file.arg(&file);
    let mut answers = documents(&printed(from_file, b""));
    answers.extend(documents(&printed(
        ask(&service, &["send", "-", "--json"]),
        rest.as_bytes(),
    )));
    let distinct = load::distinct(&written) as u64;
    assert_eq!(sum(&answers, "accepted"), distinct);
    assert_eq!(sum(&answers, "duplicates"), EVENTS as u64 - distinct);

    let again = printed(ask(&service, &["send", "-"]), events.as_bytes());
    assert_eq!(again.trim(), "sent 400: accepted 0, duplicates 400, rejected 0");
    let one = [
        "send",
        "--event",
        "Page Viewed",
        "--channel",
        "web",
        "--id",
        "user_id:u-1",
        "--json",
    ];
    assert_eq!(sum(&documents(&printed(ask(&service, &one), b"")), "accepted"), 1);

    let bad = output(
        ask(&service, &["send", "-"]),
        br#"{"id":"bad-1","channel":"web"}"#,
    );
    let said = String::from_utf8(bad.stdout).unwrap();
    assert_eq!(bad.status.code(), Some(1));
    assert!(said.contains("rejected event 1 (bad-1)"), "{said}");
}

#[test]
fn a_customer_is_looked_up_shown_and_followed() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    let send = |event: &str, id: &str| {
        let args = [
            "send",
            "--event",
            event,
            "--channel",
            "callcenter",
            "--event-id",
            id,
            "--source",
            "crm",
            "--id",
            "phone:+989123456789",
            "--id",
            "user_id:u-1",
            "--trust",
            "verified",
        ];
        printed(ask(&service, &args), b"");
    };
    send("Call Started", "c-1");
    send("Call Ended", "c-2");
    let json = |args: &[&str]| documents(&printed(ask(&service, args), b""));

    let found = json(&[
        "lookup",
        "phone:+98 912 345 6789",
        "--view",
        "callcenter",
        "--json",
    ]);
    assert_eq!(found[0]["match"], "one", "{found:?}");
    let id = found[0]["profiles"][0]["profile"].as_str().unwrap();
    let profile = &json(&["profile", "phone:+989123456789", "--json"])[0];
    assert_eq!(profile["id"], id);
    assert_eq!(&json(&["profile", id, "--json"])[0], profile);
    let timeline = json(&["profile", "user_id:u-1", "--timeline", "10", "--json"]);
    let ids: Vec<_> = timeline.iter().filter_map(|event| event["id"].as_str()).collect();
    assert_eq!(ids, ["c-2", "c-1"]);
    assert!(json(&["profile", "user_id:u-1", "--identity", "--json"])[0]["members"].is_array());
    let followed = json(&["tail", "--cursor", "0", "--count", "2", "--json"]);
    let versions: Vec<_> = followed
        .iter()
        .filter_map(|update| update["version"].as_u64())
        .collect();
    assert_eq!(versions, [1, 2]);

    for plain in [
        &["lookup", "phone:+989123456789"][..],
        &["lookup", "phone:+989123456789", "--flat"],
        &["profile", "user_id:u-1"],
        &["profile", "user_id:u-1", "--timeline", "1"],
        &["profile", "user_id:u-1", "--identity"],
        &["tail", "--cursor", "0", "--count", "1"],
    ] {
        assert!(!printed(ask(&service, plain), b"").trim().is_empty(), "{plain:?}");
    }
    let nobody = output(ask(&service, &["profile", "user_id:nobody-here"]), b"");
    let said = String::from_utf8(nobody.stderr).unwrap();
    assert_eq!(nobody.status.code(), Some(1));
    assert!(said.contains("404") && !said.contains("nobody-here"), "{said}");
}

#[test]
fn the_order_of_arrival_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let events = generate::events(6, 15, EVENTS);
    let backwards: Vec<Value> = events.iter().rev().cloned().collect();
    let print_of = |name: &str, events: &[Value]| {
        let data = folder.path().join(name);
        let service = Service::start(&data);
        load::send_all(&service.url, events);
        service.stop();
        fingerprint(&data)
    };
    let print = print_of("forwards", &events);
    assert_eq!(print.len(), 64);
    assert_eq!(print, print_of("backwards", &backwards));
    assert_ne!(print, print_of("fewer", &events[..EVENTS / 2]));
}
