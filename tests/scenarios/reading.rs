//! Reads: kept copies, one's own writes, ids that were absorbed.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    said::{cookie, event, user},
    town::Town,
};

fn viewed(id: &str, who: Value) -> Value {
    event(id, ["web", "Product Viewed"], "22T09:00", json!([who]), json!({}))
}

#[test]
fn who_holds_an_answer_is_not_sent_it_again_until_it_changed() {
    let town = Town::new();
    town.tell(&[viewed("1", user("ann"))]);
    for path in [
        "/v1/profiles/user_id:ann",
        "/v1/profiles/user_id:ann/timeline",
        "/v1/profiles/user_id:ann/identity",
        "/v1/context/web/user_id:ann",
    ] {
        let first = town.call("GET", path, &[], Vec::new());
        let tag = first.headers["etag"].to_str().unwrap().to_owned();
        let again = || town.call("GET", path, &[("if-none-match", &tag)], Vec::new());
        let held = again();
        assert_eq!(
            (held.status, &held.body, &held.headers["etag"]),
            (304, &Value::Null, &first.headers["etag"]),
            "{path}"
        );
        town.tell(&[viewed(path, user("ann"))]);
        let changed = again();
        assert_eq!(changed.status, 200, "{path}");
        assert_ne!(changed.headers["etag"], first.headers["etag"]);
    }
}

#[test]
fn whoever_wrote_reads_what_they_wrote() {
    let town = Town::new();
    for n in 0..20 {
        let answer = town.post("/v1/events", &viewed(&n.to_string(), user("ann")));
        assert_eq!(answer["status"], "committed");
        let profile = town.get(&format!(
            "/v1/profiles/user_id:ann?min_position={}",
            answer["position"]
        ));
        assert_eq!(profile["counters"]["events"], n + 1);
    }
}

#[test]
fn a_read_waits_for_its_position_and_goes_on_when_it_comes() {
    let town = Town::new();
    town.tell(&[viewed("1", user("ann"))]);
    let next = town.query().applied().0 + 1;
    let path = format!("/v1/profiles/user_id:ann?min_position={next}");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| town.get(&path));
        town.tell(&[viewed("2", user("ann"))]);
        assert_eq!(waiting.join().unwrap()["counters"]["events"], 2);
    });
    let started = Instant::now();
    let reply = town.call("GET", "/v1/profiles/user_id:ann?min_position=x", &[], Vec::new());
    assert_eq!(
        (reply.status, started.elapsed() < Duration::from_secs(5)),
        (400, true)
    );
}

#[test]
fn an_absorbed_id_answers_with_its_survivor_and_says_so() {
    let town = Town::new();
    town.tell(&[viewed("1", cookie("c"))]);
    let before = town.person("anonymous_id", "c").id.to_string();
    town.tell(&[event(
        "2",
        ["web", "Signed In"],
        "22T10:00",
        json!([cookie("c"), user("ann")]),
        json!({}),
    )]);
    let profile = town.get(&format!("/v1/profiles/{before}"));
    assert_eq!(
        (&profile["requested"], &profile["absorbed"]),
        (&json!(before), &json!([before]))
    );
    assert_eq!(profile["id"], town.person("user_id", "ann").id.to_string());
    let reply = town.call("GET", "/v1/profiles/user_id:nobody", &[], Vec::new());
    assert_eq!((reply.status, &reply.body["code"]), (404, &json!("nobody_there")));
}
