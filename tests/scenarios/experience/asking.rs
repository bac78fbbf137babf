//! How reports are asked for: for which days, as what, and what is no question.

use serde_json::{Value, json};

use super::{
    day,
    reports::{DAY, by, one, report},
};

const KINDS: [&str; 4] = ["cx", "journey", "gap", "coverage"];

#[test]
fn the_last_thirty_days_are_told_where_nothing_is_said() {
    let town = day();
    for kind in KINDS {
        let told = town.get(&format!("/v1/reports/{kind}"));
        assert_eq!(
            (&told["from"], &told["until"]),
            (&json!("2026-10-24"), &json!("2026-11-22")),
            "{kind}"
        );
        assert_eq!(
            report(&town, kind, DAY),
            report(&town, kind, &format!("{DAY}&min_position=1&format=json")),
            "{kind}"
        );
    }
    let cx = town.get("/v1/reports/cx");
    assert_eq!(cx["by"], "channel");
    assert_eq!(
        cx["operations"]["total"]["contacts"], 69,
        "63 and the six of before"
    );
}

#[test]
fn one_journey_is_told_alone() {
    let town = day();
    let all = report(&town, "journey", DAY);
    let alone = report(&town, "journey", &format!("{DAY}&journey=care"));
    assert_eq!(alone["journeys"], json!([one(&all["journeys"], "care")]));
    let gap = report(&town, "gap", &format!("{DAY}&journey=purchase"));
    assert_eq!(gap["journeys"].as_array().unwrap().len(), 1);
    assert_eq!(gap["journeys"][0]["name"], "purchase");
}

/// Days on which there was nothing.
#[test]
fn of_other_days_nothing_is_told() {
    let town = day();
    let none = "from=2026-11-01&until=2026-11-10";
    let cx = report(&town, "cx", none);
    for empty in ["scores", "groups", "days", "training", "employees"] {
        assert_eq!(cx[empty], json!([]), "{empty}");
    }
    assert_eq!(cx["operations"]["total"]["contacts"], 0);
    assert_eq!(cx["operations"]["total"]["abandonment_rate"], Value::Null);
    assert_eq!(cx["feelings"]["mean"], Value::Null);
    let coverage = report(&town, "coverage", none);
    assert_eq!(coverage["from"], "2026-11-01");
}

#[test]
fn what_is_no_question_is_refused() {
    let town = day();
    for refused in [
        "from=2026-11-22&until=2026-11-21",
        "from=2025-11-01&until=2026-11-22",
        "from=yesterday",
        "format=pdf",
    ] {
        for kind in KINDS {
            let reply = town.call("GET", &format!("/v1/reports/{kind}?{refused}"), &[], Vec::new());
            assert_eq!(
                (reply.status, &reply.body["code"]),
                (400, &json!("bad_report")),
                "{kind}?{refused}"
            );
        }
    }
    let reply = town.call("GET", "/v1/reports/cx?by=customer", &[], Vec::new());
    assert_eq!((reply.status, &reply.body["code"]), (400, &json!("bad_report")));
}

/// The lines of a table: each with as many fields as the first, which names them.
fn table(town: &crate::town::Town, kind: &str, query: &str) -> Vec<Vec<String>> {
    let (headers, text) = town.text(&format!("/v1/reports/{kind}?{query}&format=csv"));
    let kind_of = headers["content-type"].to_str().unwrap();
    assert!(kind_of.starts_with("text/csv"), "{kind}: {kind_of}");
    let lines = text.lines().map(|line| line.split(',').map(str::to_owned));
    let lines: Vec<Vec<String>> = lines.map(Iterator::collect).collect();
    assert!(lines.len() > 1, "{kind}: {text}");
    assert!(
        lines.iter().all(|line| line.len() == lines[0].len()),
        "{kind}: {text}"
    );
    lines
}

/// Fails unless one line has all of these fields.
#[track_caller]
fn tells(table: &[Vec<String>], fields: [&str; 3]) {
    let has_all = |line: &&Vec<String>| fields.iter().all(|field| line.iter().any(|one| one == field));
    assert!(table.iter().any(|line| has_all(&line)), "{fields:?} in {table:?}");
}

/// The numbers are those of `scores`, `journeys`, `gap` and `coverage`.
#[test]
fn the_same_is_told_as_a_table() {
    let town = day();
    let teams = table(&town, "cx", &format!("{DAY}&by=team"));
    tells(&teams, ["till", "nps", "40"]);
    tells(&teams, ["carrier", "csat", "50"]);
    let stages = table(&town, "journey", DAY);
    tells(&stages, ["purchase", "discover", "121"]);
    tells(&stages, ["care", "ask", "11"]);
    tells(
        &table(&town, "gap", DAY),
        ["purchase", "delivery", "unacceptable"],
    );
    tells(
        &table(&town, "coverage", DAY),
        ["purchase", "product_page", "121"],
    );
    for kind in KINDS {
        let accept = [("accept", "text/csv")];
        let reply = town.call("GET", &format!("/v1/reports/{kind}?{DAY}"), &accept, Vec::new());
        let kind_of = reply.headers["content-type"].to_str().unwrap();
        assert!(reply.status == 200 && kind_of.starts_with("text/csv"), "{kind}");
    }
}

#[test]
fn what_can_be_asked_is_described_and_tells_of_nobody() {
    let town = day();
    let described = town.get("/openapi.json");
    for kind in KINDS {
        let path = format!("/v1/reports/{kind}");
        assert!(described["paths"][&path]["get"].is_object(), "{path}");
        let told = report(&town, kind, DAY).to_string();
        assert!(
            !told.contains("sara") && !told.contains("late, and nobody"),
            "{told}"
        );
    }
    assert!(!by(&town, "segment").to_string().contains("o100"));
}
