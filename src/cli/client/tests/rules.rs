//! `yekta flows` and `yekta rules`: what is asked, and what is printed of the answer.

use std::time::Duration;

use clap::Parser;

use crate::cli::client::{
    patience::Patience,
    rules::RulesCommand,
    tests::{
        ID, parsed, run,
        server::{Canned, answer},
    },
};

#[derive(Debug, Parser)]
struct Line {
    #[command(subcommand)]
    command: RulesCommand,
}

#[test]
fn a_flow_is_started_for_one_or_for_a_segment_and_not_for_both() {
    let started = answer(
        "200 OK",
        "",
        r#"{"status":"committed","flow":"win back","members":3,"position":41}"#,
    );
    let words = [
        "flows",
        "start",
        "win back",
        "--segment",
        "lapsed",
        "--request-id",
        "r-1",
    ];
    let (done, out, requests) = run(std::slice::from_ref(&started), &words);
    done.unwrap();
    assert_eq!(
        out,
        "status: committed\nflow: win back\nmembers: 3\nposition: 41\n"
    );
    assert!(
        requests[0].starts_with("POST /v1/flows/win%20back/start HTTP/1.1\r\n")
            && requests[0].ends_with(r#"{"request_id":"r-1","segment":"lapsed","who":null}"#),
        "{requests:?}"
    );
    let (done, _, requests) = run(
        &[started],
        &["flows", "start", "winback", "--who", "phone:+98 912"],
    );
    done.unwrap();
    assert!(
        requests[0].ends_with(r#"{"request_id":null,"segment":null,"who":"phone:+98 912"}"#),
        "no value stands in the address: {requests:?}"
    );
    for words in [
        &["flows", "start", "winback"][..],
        &["flows", "start", "winback", "--who", ID, "--segment", "lapsed"],
        &["flows", "start", "winback", "--who", "0912"],
        &["flows", "start", "--who", ID],
    ] {
        assert!(parsed(words).is_err(), "{words:?}");
    }
}

/// What `yekta rules list` prints of an answer.
fn listed(body: &str, more: &[&str]) -> String {
    let canned = Canned::start(&[answer("200 OK", "", body)]);
    let words = [&["yekta", "list", "--url", &canned.url][..], more].concat();
    let command = Line::try_parse_from(words).unwrap().command;
    let patience = Patience {
        tries: 1,
        wait_max: Duration::ZERO,
        pause: |_| {},
    };
    let mut out = Vec::new();
    let client = command.server().client().with_patience(patience);
    command.run(&client, &mut out).unwrap();
    assert!(canned.requests()[0].starts_with("GET /v1/rules HTTP/1.1\r\n"));
    String::from_utf8(out).unwrap()
}

#[test]
fn rules_are_listed_with_what_fails() {
    let body = r#"{"segments":[{"name":"golden","when":"traits.tier == \"gold\"","members":4,"failures":2,
        "problem":"no such key: tier\u001b","failed_at":"2026-11-22T12:00:00Z"}],
        "flows":[{"name":"remind","on":["product_added"],"steps":["wait 2h","ask web for remind"],"failures":0},
        {"name":"greet","on":[],"steps":[],"failures":0}],
        "timers":{"waiting":3,"next":"2026-11-23T11:30:00Z"},"sweeping":true}"#;
    assert_eq!(
        listed(body, &[]),
        "segment  golden  4 in it  traits.tier == \"gold\"\n  \
           skipped 2 times, last 2026-11-22T12:00:00Z: no such key: tier\u{fffd}\n\
         flow  remind  on product_added\n  wait 2h\n  ask web for remind\n\
         flow  greet  on no event: by hand alone\n\
         timers  3 waiting  next 2026-11-23T11:30:00Z\n\
         all profiles are being looked at by these segments\n"
    );
    let json = listed(body, &["--json"]);
    assert_eq!(json.lines().count(), 1);
    assert!(json.contains("\"waiting\":3"), "{json}");
}
