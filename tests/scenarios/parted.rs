//! A batch that holds more than a commit may is committed in parts; what fits no commit is refused, alone.

use serde_json::{Value, json};

use crate::{
    asked::mint,
    said::{cookie, event, signed_in, user},
    town::Town,
};

/// Commits of 64 KiB at most: a few of the events below.
const SMALL_COMMITS: &str = "
[decode]
event_bytes_max = 65536
[journal]
commit_bytes_max = 65536
";

/// Ann looks at a page that takes so many bytes to describe.
fn viewed(id: usize, bytes: usize) -> Value {
    let page = json!({"properties": {"text": "x".repeat(bytes)}});
    let time = format!("22T10:{id:02}");
    event(
        &format!("e{id}"),
        ["web", "Page Viewed"],
        &time,
        json!([user("ann")]),
        page,
    )
}

fn ids_in_timeline(town: &Town) -> Vec<String> {
    let timeline = town.get("/v1/profiles/user_id:ann/timeline?limit=100");
    let events = timeline["events"].as_array().unwrap().iter();
    events.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn each_event_of_a_parted_batch_counts_once() {
    let mut town = Town::with(SMALL_COMMITS);
    let events: Vec<Value> = (0..60).map(|id| viewed(id, 2_000)).collect();
    // Each comes twice, the second time in another part.
    let twice = Value::from([events.clone(), events].concat());
    let answer = town.post("/v1/events", &twice);
    assert_eq!(
        (&answer["accepted"], &answer["duplicates"]),
        (&json!(60), &json!(60)),
        "{answer}"
    );
    let ann = town.person("user_id", "ann");
    assert!(ann.version > 4, "{} commits", ann.version);
    assert_eq!(ann.profile.whole.events, 60);
    let expected: Vec<String> = (0..60).rev().map(|id| format!("e{id}")).collect();
    assert_eq!(ids_in_timeline(&town), expected);
    town.reopen();
    let again = town.post("/v1/events", &twice);
    assert_eq!(
        (&again["accepted"], &again["duplicates"]),
        (&json!(0), &json!(120))
    );
}

#[test]
fn what_fits_no_commit_is_refused_alone_and_the_others_stand() {
    let mut town = Town::with(SMALL_COMMITS);
    let mut events: Vec<Value> = (0..20).map(|id| viewed(id, 2_000)).collect();
    events[7] = viewed(7, 40_000);
    let events = Value::from(events);
    let answer = town.post("/v1/events", &events);
    let rejected = |answer: &Value| {
        let rejected = answer["rejected"].as_array().unwrap().iter();
        rejected
            .map(|one| (one["index"].clone(), one["id"].clone(), one["code"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (&answer["accepted"], &answer["duplicates"]),
        (&json!(19), &json!(0)),
        "{answer}"
    );
    assert_eq!(rejected(&answer), [(json!(7), json!("e7"), json!("too_large"))]);
    assert_eq!(town.person("user_id", "ann").profile.whole.events, 19);
    assert!(!ids_in_timeline(&town).contains(&"e7".to_owned()));
    town.reopen();
    let listed = town.get("/v1/rejections?limit=10");
    let listed = listed["rejections"].as_array().unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (&listed[0]["id"], &listed[0]["code"]),
        (&json!("e7"), &json!("too_large"))
    );
    // It is not known, so that what is sent again in less words is taken.
    let again = town.post("/v1/events", &events);
    assert_eq!((&again["duplicates"], rejected(&again).len()), (&json!(19), 1));
    town.tell(&[viewed(7, 2_000)]);
    assert_eq!(town.person("user_id", "ann").profile.whole.events, 20);
}

#[test]
fn a_command_that_fits_no_commit_is_refused_and_the_next_is_carried_out() {
    // Smaller than the edges' own bounds would let any command be.
    let town = Town::adjusted(|settings| settings.journal.commit_bytes_max = 16_384);
    town.tell(&[signed_in("1", "22T09:00", &cookie("c"), "ann")]);
    let asked =
        json!({"identifier": {"kind": "user_id", "value": "ann"}, "offer": {"name": "x".repeat(20_000)}});
    let reply = town.call("POST", "/v1/qr", &[], asked.to_string().into_bytes());
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (413, &json!("too_large")),
        "{}",
        reply.body
    );
    assert_eq!(mint(&town, "user_id", "ann").len(), 32);
}
