//! `yekta readers`: what is asked, and what is printed of the answer.

use crate::cli::client::tests::{ID, run, server::answer};

#[test]
fn who_was_told_is_read_page_by_page_also_behind_an_empty_one() {
    let reader = |who: &str, more: &str| {
        format!(
            r#"{{"at":"2026-11-22T10:00:00Z","who":"{who}","role":"agent","action":"read contexts","shown":"all",{more}}}"#
        )
    };
    let page = |readers: &[String], next: &str| {
        let readers = readers.join(",");
        let page = format!(r#"{{"profile":"p","kept":true,"readers":[{readers}],"next":{next}}}"#);
        answer("200 OK", "", &page)
    };
    let bare = r#""view":null,"purpose":null"#;
    let full = r#""view":"callcenter","purpose":"call 4711""#;
    let answers = [
        page(&[reader("desk", bare)], r#""c1""#),
        page(&[], r#""c2""#),
        page(&[reader("till\\u001b", full), reader("more", bare)], r#""c3""#),
    ];
    let (done, out, requests) = run(&answers, &["readers", ID, "--latest", "2"]);
    done.unwrap();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(
        lines,
        [
            "2026-11-22T10:00:00Z  desk  agent  read contexts  all",
            "2026-11-22T10:00:00Z  till\u{fffd}  agent  read contexts  all  view: callcenter  for: call 4711",
        ]
    );
    for (request, query) in requests
        .iter()
        .zip(["limit=2 ", "limit=1&cursor=c1 ", "limit=1&cursor=c2 "])
    {
        assert!(
            request.starts_with(&format!("GET /v1/profiles/{ID}/readers?{query}")),
            "{request}"
        );
    }
    let none = answer(
        "200 OK",
        "",
        r#"{"profile":"p","kept":false,"readers":[],"next":null}"#,
    );
    let (done, out, _) = run(&[none], &["readers", ID]);
    assert!(done.unwrap_err().to_string().contains("notes nobody"));
    assert_eq!(out, "");
}
