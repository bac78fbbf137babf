//! `yekta report`: tables, rows and the page of a day, of a service that goes by the shipped rules.

use std::{fs, process::Command};

use serde_json::{Value, json};

use crate::{
    api::Api,
    process::{Service, output, printed, serve, yekta},
};

/// A service that goes by the rules that are shipped, told of a hundred answers and calls of today and how they came about.
fn told(folder: &std::path::Path) -> Service {
    let mut command = serve(&folder.join("data"));
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/config/rules");
    command.env("YEKTA_DECIDE__RULES", rules);
    let service = Service::of(command);
    let events: Vec<Value> = (0..100)
        .flat_map(|number| {
            let of = |what: &str, name: &str, properties: Value| {
                json!({"id": format!("{what}-{number}"), "source": "shop", "channel": "web", "type": name,
                    "identifiers": [{"kind": "user_id", "value": format!("u-{number}")}], "properties": properties})
            };
            let score = if number < 70 { 10 } else { 2 };
            let answer = json!({"nps": score, "team": "care <script>", "touchpoint": "order"});
            [
                of("view", "Product Viewed", json!({"product_id": "p-1"})),
                of("order", "Order Completed", json!({"order_id": format!("o-{number}"), "total": 5})),
                of("answer", "Survey Answered", answer),
                of("call", "Call Ended", json!({"team": "care <script>", "queue_s": 40, "handling_s": 90})),
            ]
        })
        .collect();
    for some in events.chunks(100) {
        Api::of(&service.url).post("/v1/events", &json!(some));
    }
    service
}

fn report(service: &Service, args: &[&str]) -> Command {
    let mut command = yekta(["report"]);
    command.args(args).args(["--url", &service.url]);
    command
}

fn today() -> String {
    jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
        .to_string()
}

#[test]
fn a_day_is_written_as_one_page_that_loads_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let service = told(folder.path());
    let page = folder.path().join("day.html");
    // The answers may lie on both sides of midnight.
    let day = today();
    let path = page.to_str().unwrap();
    let said = printed(report(&service, &["--day", &day, "--out", path]), b"");
    assert_eq!(said.trim(), format!("wrote {path}"));
    let page = fs::read_to_string(page).unwrap();
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"));
    assert!(page.trim_end().ends_with("</html>"));
    for part in [
        "<svg",
        "Content-Security-Policy",
        "care &lt;script&gt;",
        "purchase",
    ] {
        assert!(page.contains(part), "{part}");
    }
    for never in ["<script", "src=\"http", "href=\"http", "u-7", "@import"] {
        assert!(!page.contains(never), "{never}");
    }
    // Nobody answered on another day: the page says so, and is whole.
    let before = printed(report(&service, &["--day", "2020-02-29"]), b"");
    assert!(before.trim_end().ends_with("</html>"));
}

#[test]
fn reports_are_printed_as_tables_rows_and_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let service = told(folder.path());
    let tables = printed(report(&service, &["cx", "--by", "team"]), b"");
    assert!(tables.contains("nps") && tables.contains("care"), "{tables}");
    let whole: Value = serde_json::from_str(&printed(report(&service, &["cx", "--json"]), b"")).unwrap();
    let nps = &whole["scores"][0];
    assert_eq!(
        (
            &nps["style"],
            &nps["n"],
            &nps["value"],
            &nps["promoters"],
            &nps["detractors"]
        ),
        (&json!("nps"), &json!(100), &json!(40.0), &json!(70), &json!(30))
    );
    for kind in [
        "cx", "journey", "gap", "coverage", "segments", "contacts", "insights",
    ] {
        let rows = printed(report(&service, &[kind, "--csv"]), b"");
        let mut lines = rows.lines();
        let columns = lines.next().unwrap().split(',').count();
        assert_eq!(columns, 8, "{kind}: {rows}");
        assert!(
            !printed(report(&service, &[kind]), b"").contains('\u{1b}'),
            "{kind}"
        );
    }
    let journey = printed(
        report(&service, &["journey", "--journey", "purchase", "--csv"]),
        b"",
    );
    assert!(
        journey
            .lines()
            .any(|line| line.contains("purchase") && line.contains("entered")),
        "{journey}"
    );
    let unknown = output(report(&service, &["gap", "--journey", "nobody"]), b"");
    assert_eq!(unknown.status.code(), Some(1));
    let kept = folder.path().join("kept.csv");
    fs::write(&kept, "before").unwrap();
    let refused = output(
        report(
            &service,
            &["gap", "--journey", "nobody", "--out", kept.to_str().unwrap()],
        ),
        b"",
    );
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(
        fs::read_to_string(&kept).unwrap(),
        "before",
        "what fails overwrites nothing"
    );
}
