//! The commands from their flags to what they print, against a server of canned answers on the loopback.

mod readers;
mod rules;
mod server;

use std::time::Duration;

use clap::{CommandFactory, Parser};

use crate::cli::client::{
    ClientCommand,
    error::ClientError,
    patience::Patience,
    tests::server::{Canned, answer},
};

#[derive(Debug, Parser)]
struct Line {
    #[command(subcommand)]
    command: ClientCommand,
}

const ID: &str = "00112233445566778899aabbccddeeff";
const INGESTED: &str =
    r#"{"success":true,"status":"committed","accepted":1,"duplicates":0,"rejected":[],"position":41}"#;

fn parsed(words: &[&str]) -> Result<ClientCommand, clap::Error> {
    Line::try_parse_from(["yekta"].iter().chain(words)).map(|line| line.command)
}

/// Runs a command against `url`, with a client that never really waits.
fn run_at(url: &str, words: &[&str]) -> (Result<(), ClientError>, String) {
    let command = parsed(&[words, &["--url", url, "--key", "s3cret"]].concat()).unwrap();
    let patience = Patience {
        tries: 3,
        wait_max: Duration::ZERO,
        pause: |_| {},
    };
    let client = command.server().client().with_patience(patience);
    let mut out = Vec::new();
    let done = command.run(&client, &mut out);
    (done, String::from_utf8(out).unwrap())
}

/// Runs a command against a server that gives `answers`, one per request; also gives the requests.
fn run(answers: &[String], words: &[&str]) -> (Result<(), ClientError>, String, Vec<String>) {
    let canned = Canned::start(answers);
    let (done, out) = run_at(&canned.url, words);
    (done, out, canned.requests())
}

#[test]
fn the_arguments_are_sound() {
    Line::command().debug_assert();
    for words in [
        &["send"][..],
        &["send", "x", "--event", "A", "--channel", "web"],
        &["send", "--event", "A"],
        &["send", "x", "--id", "phone:1"],
        &["send", "--event", "A", "--channel", "web", "--trust", "staff"],
        &["lookup"],
        &["profile", ID, "--timeline", "3", "--identity"],
        &["profile", ID, "--timeline", "0"],
        &["readers"],
        &["readers", ID, "--latest", "0"],
        &["export"],
        &["export", ID, "--json"],
        &["tail", "--url", "ftp://x"],
    ] {
        assert!(parsed(words).is_err(), "{words:?}");
    }
    for words in [
        &["send", "-"][..],
        &["tail"],
        &["lookup", "phone:1", "email:a@b", "--flat"],
        &["profile", "phone:1", "--timeline", "3", "--json"],
        &["readers", "phone:1", "--latest", "3", "--json"],
    ] {
        assert!(parsed(words).is_ok(), "{words:?}");
    }
}

#[test]
fn a_usage_error_does_not_repeat_the_customer() {
    let error = parsed(&["lookup", "09123456789"]).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    let text = error.to_string();
    assert!(
        !text.contains("0912345") && text.contains("expected kind:value"),
        "{text}"
    );
}

#[test]
fn debug_shows_neither_key_nor_customer() {
    let command = parsed(&["lookup", "phone:09123456789", "--key", "s3cret"]).unwrap();
    let shown = format!("{command:?} {:?}", command.server().client());
    assert!(!shown.contains("0912") && !shown.contains("s3cret"), "{shown}");
}

#[test]
fn what_is_refused_for_the_moment_is_sent_again() {
    let busy = answer("429 Too Many Requests", "Retry-After: 1\r\n", "{}");
    let words = [
        "send",
        "--event",
        "Order Completed",
        "--channel",
        "web",
        "--id",
        "email:a@x.ir",
    ];
    let words = [
        &words[..],
        &[
            "--trust",
            "staff",
            "--property",
            "total=12.50",
            "--trait",
            "name=Sara",
        ],
    ]
    .concat();
    let (done, out, requests) = run(&[busy, answer("200 OK", "", INGESTED)], &words);
    done.unwrap();
    assert_eq!(out, "sent 1: accepted 1, duplicates 0, rejected 0\n");
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0], requests[1]);
    assert!(
        requests[0].starts_with("POST /v1/events HTTP/1.1\r\n"),
        "{}",
        requests[0]
    );
    assert!(
        requests[0].contains("authorization: Bearer s3cret\r\n"),
        "{}",
        requests[0]
    );
    let (_, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert_eq!(
        body,
        r#"[{"channel":"web","identifiers":[{"kind":"email","trust":"staff","value":"a@x.ir"}],"properties":{"total":12.50},"traits":{"name":"Sara"},"type":"Order Completed"}]"#
    );
}

#[test]
fn patience_ends() {
    let busy = answer(
        "503 Service Unavailable",
        "",
        r#"{"code":"overloaded","message":"come back later"}"#,
    );
    let words = ["send", "--event", "A", "--channel", "web"];
    let (done, out, requests) = run(&[busy.clone(), busy.clone(), busy], &words);
    assert_eq!(
        done.unwrap_err().to_string(),
        "send events: come back later (overloaded, status 503)"
    );
    assert_eq!(out, "sent 0: accepted 0, duplicates 0, rejected 0\n");
    assert_eq!(requests.len(), 3);
}

#[test]
fn a_rejected_event_is_told_by_its_place_in_the_file_and_fails_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events.ndjson");
    std::fs::write(&file, "{}\n".repeat(502)).unwrap();
    let file = file.to_str().unwrap();
    let first = INGESTED.replace("\"accepted\":1", "\"accepted\":500");
    let rejected = r#"[{"index":1,"id":"e-1","code":"bad_time","message":"read time"}]"#;
    let second = INGESTED.replace("[]", rejected);
    let answers = [answer("200 OK", "", &first), answer("200 OK", "", &second)];
    let (done, out, requests) = run(&answers, &["send", file]);
    assert_eq!(
        done.unwrap_err().to_string(),
        "send events: 1 of 502 were rejected"
    );
    assert_eq!(
        out,
        "rejected event 502 (e-1): bad_time: read time\nsent 502: accepted 501, duplicates 0, rejected 1\n"
    );
    assert!(requests[1].ends_with("[{},{}]"));
    let (done, out, _) = run(&answers, &["send", file, "--json"]);
    assert!(done.is_err());
    assert_eq!(out.lines().count(), 2);
    assert!(out.contains("\"first\":500"), "{out}");
}

#[test]
fn a_problem_is_told_with_its_code_and_never_the_customer() {
    let body = r#"{"status":409,"code":"several_profiles","message":"several are meant\u001b[2J","profiles":["a","b"]}"#;
    let problem = answer("409 Conflict", "", body);
    let (done, out, requests) = run(&[problem], &["profile", "phone:+98912"]);
    let error = done.unwrap_err();
    assert_eq!(
        error.to_string(),
        "show a profile: several are meant\u{fffd}[2J (several_profiles, status 409): a, b"
    );
    assert!(!format!("{error:?}").contains("98912"));
    assert_eq!(out, "");
    assert!(
        requests[0].starts_with("GET /v1/profiles/phone:%2B98912 HTTP/1.1\r\n"),
        "{}",
        requests[0]
    );
    let (done, ..) = run(&[answer("502 Bad Gateway", "", "<html>")], &["profile", ID]);
    assert_eq!(
        done.unwrap_err().to_string(),
        "show a profile: the server answered with status 502"
    );
    let (done, ..) = run(&[answer("200 OK", "", "<html>")], &["profile", ID]);
    assert!(matches!(done, Err(ClientError::Answer { .. })));
    let (done, _, requests) = run(
        &[answer("307 Moved", "Location: http://127.0.0.1:1/\r\n", "")],
        &["profile", ID],
    );
    assert!(
        matches!(done, Err(ClientError::Refused { .. })),
        "a redirect is not followed"
    );
    assert_eq!(requests.len(), 1);
}

#[test]
fn where_nothing_listens_is_said() {
    let (done, _) = run_at(&server::nowhere(), &["profile", ID]);
    let message = done.unwrap_err().to_string();
    assert!(
        message.contains("nothing listens at http://127.0.0.1:"),
        "{message}"
    );
    assert!(message.ends_with("start it with `yekta serve`"), "{message}");
}

#[test]
fn a_lookup_keeps_values_out_of_the_address() {
    let found = answer(
        "200 OK",
        "",
        r#"{"match":"one","profiles":[{"profile":"p","person":{"first_name":"Sara"}}]}"#,
    );
    let words = ["lookup", "phone:+98 912", "--view", "pos"];
    let (done, out, requests) = run(std::slice::from_ref(&found), &words);
    done.unwrap();
    assert_eq!(
        out,
        "match: one\nprofiles:\n  - person.first_name Sara, profile p\n"
    );
    let body = r#"{"flat":false,"identifiers":[{"kind":"phone","value":"+98 912"}],"view":"pos"}"#;
    assert!(
        requests[0].starts_with("POST /v1/lookup HTTP/1.1\r\n") && requests[0].ends_with(body),
        "{requests:?}"
    );
    let flat = answer("200 OK", "", r#"{"match":"none","person_first_name":""}"#);
    let (done, out, _) = run(&[flat], &["lookup", "phone:1", "--flat"]);
    done.unwrap();
    assert_eq!(out, "match=none\nperson_first_name=\n");
}

#[test]
fn an_export_is_passed_on_as_it_came_however_long() {
    let long = format!(r#"{{"events":["{}"]}}"#, "x".repeat(11 << 20));
    let (done, out, requests) = run(&[answer("200 OK", "", &long)], &["export", "phone:+98912"]);
    done.unwrap();
    assert!(
        out.trim_end() == long && out.ends_with("}\n"),
        "{} bytes",
        out.len()
    );
    assert!(
        requests[0].starts_with("GET /v1/profiles/phone:%2B98912/export HTTP/1.1\r\n"),
        "{}",
        requests[0]
    );
}

#[test]
fn a_timeline_is_read_page_by_page() {
    let event = |id: &str| {
        format!(r#"{{"id":"{id}","channel":"web","type":"Page Viewed","time":"2026-11-22T10:00:00Z"}}"#)
    };
    let first = format!(r#"{{"events":[{},{}],"next":"c+1"}}"#, event("a"), event("b"));
    let second = format!(r#"{{"events":[{},{}],"next":"c+2"}}"#, event("c"), event("d"));
    let answers = [answer("200 OK", "", &first), answer("200 OK", "", &second)];
    let (done, out, requests) = run(&answers, &["profile", ID, "--timeline", "3"]);
    done.unwrap();
    assert_eq!(out.lines().count(), 3);
    assert!(
        out.ends_with("2026-11-22T10:00:00Z  web  Page Viewed  c\n"),
        "{out}"
    );
    assert!(
        requests[0].starts_with(&format!("GET /v1/profiles/{ID}/timeline?limit=3 ")),
        "{requests:?}"
    );
    assert!(
        requests[1].contains("timeline?limit=1&cursor=c%2B1 "),
        "{requests:?}"
    );
}

#[test]
fn a_broken_stream_is_resumed_behind_the_last_message() {
    let stream = |body: &str| answer("200 OK", "Content-Type: text/event-stream\r\n", body);
    let answers = [
        stream("retry: 5\nid: 40\n: live\n\nid: 41\nevent: updates\ndata: {\"a\":1}\n\nid: 42\ndata: cut"),
        answer("503 Service Unavailable", "", "{}"),
        stream("id: 42\nevent: updates\ndata: {\"a\":2}\n\n"),
    ];
    let words = [
        "tail",
        "--channel",
        "store",
        "--cursor",
        "7",
        "--count",
        "2",
        "--json",
    ];
    let (done, out, requests) = run(&answers, &words);
    done.unwrap();
    assert_eq!(out, "{\"a\":1}\n{\"a\":2}\n");
    let ids = ["7", "41", "41"];
    for (request, id) in requests.iter().zip(ids) {
        assert!(
            request.starts_with("GET /v1/updates?stream=context&channel=store "),
            "{request}"
        );
        assert!(request.contains(&format!("last-event-id: {id}\r\n")), "{request}");
    }
    assert_eq!(requests.len(), 3);
}

#[test]
fn a_stream_that_stays_away_is_given_up() {
    let stream = answer("200 OK", "Content-Type: text/event-stream\r\n", "id: 1\n\n");
    let busy = answer("503 Service Unavailable", "", "{}");
    let (done, ..) = run(&[stream, busy.clone(), busy.clone(), busy], &["tail"]);
    assert_eq!(
        done.unwrap_err().to_string(),
        "follow updates: gave up after 3 tries in a row"
    );
    let (done, ..) = run(&[answer("200 OK", "", "{}")], &["tail"]);
    assert!(
        matches!(done, Err(ClientError::Answer { .. })),
        "no stream of events"
    );
}

#[test]
fn customers_are_ranked_when_that_is_asked_for() {
    let asked = answer("200 OK", "", r#"{"status":"committed","position":3}"#);
    let (done, out, requests) = run(&[asked], &["values", "rank"]);
    assert!(done.is_ok(), "{done:?}");
    assert!(out.contains("committed") && out.contains('3'), "{out}");
    assert!(
        requests[0].starts_with("POST /v1/values/rank HTTP/1.1\r\n"),
        "{}",
        requests[0]
    );
}
