//! What is counted of decisions and messages: once, by day and by name, and of nobody.

use serde_json::{Value, json};
use yekta::domain::time::Timestamp;

use crate::{
    asked::HOUR,
    contact::{asked, town},
    said::{cookie, event, user},
    schema::Descriptions,
    town::{NOW, Town},
};

fn report(town: &Town, query: &str) -> Value {
    town.get(&format!("/v1/reports/contacts?{query}"))
}

/// A message that Mina was sent, or that could not be.
fn message(id: &str, name: &str, time: &str, about: Value) -> Value {
    event(
        id,
        ["web", name],
        time,
        json!([user("mina")]),
        json!({"properties": about}),
    )
}

fn sent(id: &str, time: &str, team: &str) -> Value {
    let about = json!({"matter": id, "channel": "sms", "purpose": "service", "team": team});
    message(id, "Message Sent", time, about)
}

/// Some counts of a total, a group or a day.
fn counts<const N: usize>(of: &Value, names: [&str; N]) -> [u64; N] {
    names.map(|name| of[name].as_u64().unwrap_or_else(|| panic!("{name} in {of}")))
}

const DECIDED: [&str; 4] = ["decided", "allow", "hold", "suppress"];
const BECAME: [&str; 3] = ["sent", "failed", "unanswered"];

fn group<'a>(report: &'a Value, name: &str) -> &'a Value {
    let mut groups = report["groups"].as_array().unwrap().iter();
    groups
        .find(|group| group["name"] == name)
        .unwrap_or_else(|| panic!("{name} in {report}"))
}

/// The days of a report.
fn days(report: &Value) -> Vec<&str> {
    let days = report["days"].as_array().unwrap().iter();
    days.map(|day| day["day"].as_str().unwrap()).collect()
}

#[test]
fn what_is_decided_and_what_became_of_it_counts_once() {
    let mut town = town();
    let service =
        |request: &str| json!({"purpose": "service", "team": "desk", "matter": "o-7", "request_id": request});
    for _ in 0..2 {
        // A repeat of the same request is no decision.
        assert_eq!(asked(&town, "user_id:mina", service("r-1"))["decision"], "allow");
        assert_eq!(asked(&town, "user_id:mina", service("r-2"))["reason"], "said");
    }
    assert_eq!(
        asked(&town, "user_id:mina", json!({"team": "shop"}))["decision"],
        "allow"
    );
    assert_eq!(
        asked(&town, "user_id:mina", json!({"team": "shop"}))["reason"],
        "cap_reached"
    );
    // Of somebody who is not known nothing is written down, and nothing counted.
    asked(&town, "user_id:nobody", json!({"team": "shop"}));
    let became = [
        sent("s-1", "22T11:00", "desk"),
        message(
            "f-1",
            "Message Failed",
            "22T11:01",
            json!({"channel": "sms", "reason": "mina@example.org bounced"}),
        ),
        // What others say was decided.
        message(
            "x",
            "Contact Decided",
            "22T11:02",
            json!({"decision": "allow", "reason": "free"}),
        ),
        message("y", "Action Unanswered", "22T11:03", json!({"channel": "sms"})),
    ];
    for accepted in [4, 0] {
        assert_eq!(
            town.post("/v1/events", &Value::from(became.to_vec()))["accepted"],
            accepted
        );
    }
    let by_team = report(&town, "by=team");
    let total = &by_team["total"];
    assert_eq!(counts(total, DECIDED), [4, 2, 1, 1], "{by_team}");
    assert_eq!(counts(total, BECAME), [1, 1, 0], "{by_team}");
    assert_eq!(
        [&total["allow_rate"], &total["failure_rate"]],
        [&json!(0.5), &json!(0.5)]
    );
    assert_eq!(counts(group(&by_team, "desk"), DECIDED), [2, 1, 0, 1]);
    assert_eq!(counts(group(&by_team, "shop"), DECIDED), [2, 1, 1, 0]);
    assert_eq!(counts(group(&by_team, ""), BECAME), [0, 1, 0]);
    let by_rule = report(&town, "by=rule");
    assert_eq!(counts(group(&by_rule, "frequency_cap"), DECIDED), [1, 0, 1, 0]);
    let free = json!({"decision": "allow", "rule": "none", "reason": "free", "count": 2, "share": 0.5});
    assert_eq!(by_rule["reasons"][0], free);
    town.reopen();
    assert_eq!(report(&town, "by=team"), by_team);
}

#[test]
fn an_event_counts_on_the_day_on_which_it_happened() {
    let town = town();
    town.tell(&[
        sent("1", "20T23:59", "shop"),
        sent("2", "21T00:00", "shop"),
        sent("3", "21T23:59", "shop"),
        sent("4", "22T00:00", "shop"),
    ]);
    let told = |query: &str| {
        let report = report(&town, query);
        let sent = report["total"]["sent"].as_u64().unwrap();
        (days(&report).join(" "), sent)
    };
    let all = ("2026-11-20 2026-11-21 2026-11-22".to_owned(), 4);
    assert_eq!(told(""), all);
    assert_eq!(told("from=2026-11-20&until=2026-11-22"), all);
    assert_eq!(
        told("from=2026-11-21&until=2026-11-21"),
        ("2026-11-21".to_owned(), 2)
    );
    assert_eq!(told("until=2026-11-19"), (String::new(), 0));
    for refused in [
        "from=2026-11-22&until=2026-11-21",
        "from=2026-01-01&until=2026-11-22",
        "from=yesterday",
        "by=customer",
    ] {
        let reply = town.call("GET", &format!("/v1/reports/contacts?{refused}"), &[], Vec::new());
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (400, &json!("bad_report")),
            "{refused}"
        );
    }
}

/// Whoever sends chooses the names: many of them take no more room than a few.
#[test]
fn on_one_day_a_thousand_names_are_counted_apart() {
    let town = town();
    let many: Vec<Value> = (0..1_100)
        .map(|number| sent(&format!("m-{number}"), "22T10:00", &format!("team-{number:04}")))
        .collect();
    town.tell(&many);
    // Those that are known go on to be counted apart, and another day has its own.
    town.tell(&[
        sent("again", "22T10:01", "team-0000"),
        sent("before", "21T10:00", "team-2000"),
    ]);
    let today = report(&town, "from=2026-11-22&by=team");
    assert_eq!(today["groups"].as_array().unwrap().len(), 1_001);
    assert_eq!(counts(&today["total"], BECAME), [1_101, 0, 0]);
    assert_eq!(counts(group(&today, "team-0000"), BECAME), [2, 0, 0]);
    assert_eq!(counts(group(&today, "other"), BECAME), [100, 0, 0]);
    let before = report(&town, "until=2026-11-21&by=team");
    assert_eq!(counts(group(&before, "team-2000"), BECAME), [1, 0, 0]);
}

fn two_days_later() -> Timestamp {
    NOW.saturating_add(48 * HOUR)
}

#[test]
fn older_days_go_when_a_new_one_begins() {
    let mut town = Town::with("[contact]\nreport_days = 2\n");
    town.tell(&[sent("1", "21T10:00", "shop"), sent("2", "22T10:00", "shop")]);
    // Told too late to be counted.
    town.tell(&[sent("3", "20T10:00", "shop")]);
    assert_eq!(days(&report(&town, "")), ["2026-11-21", "2026-11-22"]);
    town.reopen_at(two_days_later);
    assert_eq!(days(&report(&town, "")), ["2026-11-21", "2026-11-22"]);
    town.tell(&[sent("4", "24T10:00", "shop")]);
    assert_eq!(days(&report(&town, "")), ["2026-11-24"]);
    town.reopen();
    assert_eq!(days(&report(&town, "")), ["2026-11-24"]);
}

/// Counts are of nobody: they stay as they are whatever becomes of the people.
#[test]
fn counts_stay_when_people_merge_part_and_are_erased() {
    let town = town();
    asked(&town, "user_id:mina", json!({"template": "spring"}));
    town.tell(&[
        sent("1", "22T10:00", "shop"),
        event(
            "2",
            ["web", "Signed In"],
            "22T10:01",
            json!([user("sara"), cookie("c")]),
            json!({}),
        ),
    ]);
    let before = report(&town, "by=template");
    assert_eq!(counts(&before["total"], DECIDED), [1, 1, 0, 0]);
    let word = json!({"a": "user_id:mina", "b": "user_id:sara", "by": "a steward", "why": "it is her"});
    let said = town.post("/v1/identity/merge", &word);
    assert_eq!(report(&town, "by=template"), before);
    town.post("/v1/identity/undo", &json!({"word": said["word"]}));
    let erased = town.call("DELETE", "/v1/profiles/user_id:mina", &[], Vec::new());
    assert_eq!(erased.status, 200, "{}", erased.body);
    assert_eq!(report(&town, "by=template"), before);
    // What was told of who is erased is refused when it comes again, and not counted.
    assert_eq!(
        town.post("/v1/events", &json!([sent("1", "22T10:00", "shop")]))["accepted"],
        0
    );
    assert_eq!(report(&town, "by=template"), before);
    assert!(!before.to_string().contains("mina"), "{before}");
}

#[test]
fn what_is_reported_is_what_is_described() {
    let town = town();
    asked(&town, "user_id:mina", json!({}));
    town.tell(&[sent("1", "22T10:00", "shop")]);
    let described = Descriptions::of(&town, Value::Null);
    let schema = described
        .at("./openapi.json#/components/schemas/ContactReport")
        .unwrap();
    for query in ["", "by=rule", "until=2026-01-01", "by=team&min_position=1"] {
        let answer = report(&town, query);
        assert_eq!(
            described.misfits(schema, &answer, "answer"),
            Vec::<String>::new(),
            "{query}"
        );
    }
}
