//! Sara's day: what is open with her, what may be said to her meanwhile, how far she is and what she said.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{
    afternoon, evening, noon,
    reports::{DAY, has, has_only, named},
    sara,
};
use crate::{asked::decide, contact::asked, flows::id, town::Town};

fn profile(town: &Town) -> Value {
    town.get("/v1/profiles/user_id:sara")
}

/// On which journeys she is, and where.
fn journeys(town: &Town) -> Value {
    named(&profile(town)["journey"], &["name"])
}

fn on(stage: &str, since: &str, finished: bool) -> Value {
    json!({"stage": stage, "since": format!("2026-11-22T{since}:00Z"), "finished": finished})
}

/// What she scored, the earliest first.
fn scored(town: &Town) -> Vec<Value> {
    let mut scores = profile(town)["feedback"]["scores"].as_array().unwrap().clone();
    scores.sort_by_key(|score| score["time"].as_str().unwrap().to_owned());
    scores
}

fn open(town: &Town) -> BTreeSet<String> {
    let profile = profile(town);
    let tickets = profile["open"]["tickets"].as_array().unwrap().iter();
    tickets
        .map(|ticket| ticket["id"].as_str().unwrap().to_owned())
        .collect()
}

/// Whether something may be sold to her, and until when not.
fn sell(town: &Town) -> [Value; 3] {
    let mut answer = asked(town, "user_id:sara", json!({"team": "shop"}));
    ["decision", "rule", "until"].map(|member| answer[member].take())
}

fn held_until(time: &str) -> [Value; 3] {
    [json!("hold"), json!("service_recovery_hold"), json!(time)]
}

#[test]
fn from_the_first_scan_through_an_anger_to_a_recommendation() {
    let mut town = noon();
    // The card, the browser and the app are one person's, who wished for something.
    let sara = id(&town, "sara");
    for (kind, value) in [
        ("loyalty_id", "L-sara"),
        ("anonymous_id", "sara-web"),
        ("anonymous_id", "sara-app"),
    ] {
        assert_eq!(town.person(kind, value).id.to_string(), sara, "{kind}:{value}");
    }
    has_only(
        &journeys(&town),
        &json!({"purchase": on("decide", "08:30", false)}),
    );
    assert_eq!((scored(&town).len(), open(&town).len()), (0, 0));

    // It came late; she called, complained and answered. Somebody is to see to it within two days.
    afternoon(&mut town);
    decide(&town, "user_id:sara", "agreed", "granted");
    let (ticket, opened) = sara::assigned(&town);
    assert_eq!(
        open(&town),
        BTreeSet::from([ticket.clone(), sara::COMPLAINT.to_owned()])
    );
    let time = opened["time"].as_str().unwrap();
    let due = time.replace("2026-11-22T", "2026-11-24T");
    let about = json!({"ticket_id": ticket, "team": "care", "due": due, "subject": "A bad answer"});
    has(&opened["properties"], &about);
    assert_eq!(sell(&town), held_until("2026-11-24T15:30:00Z"));
    let first = json!({"purchase": on("use", "14:30", false), "care": on("ask", "14:40", false)});
    has_only(&journeys(&town), &first);
    let angry = json!({"style": "nps", "score": 2, "time": "2026-11-22T14:50:00Z", "channel": "web",
        "team": "care", "touchpoint": "help", "id": "sara-10"});
    let [said] = &scored(&town)[..] else {
        panic!("{:?}", scored(&town))
    };
    has(said, &angry);
    let comment = said["comment"].as_str().unwrap();
    assert!(comment.starts_with(&sara::COMMENT.repeat(2)), "{comment}");
    assert!(comment.chars().count() <= 121, "{comment}");

    assert!(profile(&town)["feedback"].to_string().contains("angry"));

    // She was called back, and what was open is closed: two days later something may be sold to her again.
    evening(&mut town);
    assert_eq!(open(&town), BTreeSet::new());
    assert_eq!(sell(&town), held_until("2026-11-24T16:30:00Z"));
    let last = json!({"purchase": on("recommend", "17:30", true), "care": on("answer", "16:00", true)});
    has_only(&journeys(&town), &last);
    let content = json!({"style": "nps", "score": 10, "time": "2026-11-22T17:00:00Z", "channel": "mobile",
        "team": "care", "touchpoint": "recovery", "comment": "They made it good", "id": "sara-14"});
    let [_, said] = &scored(&town)[..] else {
        panic!("{:?}", scored(&town))
    };
    has(said, &content);
    let segments = named(&profile(&town)["segments"], &["name"]);
    has_only(&segments, &json!({"callers": {}}));
}

#[test]
fn what_was_asked_about_her_is_counted_and_held() {
    let mut town = noon();
    afternoon(&mut town);
    decide(&town, "user_id:sara", "agreed", "granted");
    sell(&town);
    evening(&mut town);
    sell(&town);
    let told = town.get(&format!("/v1/reports/contacts?{DAY}&by=team"));
    let held = json!({"decided": 2, "allow": 0, "hold": 2, "suppress": 0});
    has(&told["total"], &held);
    has(&named(&told["groups"], &["name"])["shop"], &held);
}

#[test]
fn one_bad_answer_is_one_matter_however_often_it_is_told() {
    let mut town = noon();
    afternoon(&mut town);
    let first = sara::assigned(&town);
    let again = town.post("/v1/events", &Value::from(sara::afternoon()));
    assert_eq!((&again["accepted"], &again["duplicates"]), (&json!(0), &json!(5)));
    crate::flows::rest(&town);
    assert_eq!(sara::assigned(&town), first);
    town.reopen();
    crate::flows::rest(&town);
    assert_eq!(sara::assigned(&town), first);
}
