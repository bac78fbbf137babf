//! Somebody who is larger than one commit may be is erased in several: it ends as in one, and nobody sees more of it.

use serde_json::{Value, json};
use yekta::engine::Position;

use crate::{
    asked::{decide, mint},
    follower::Follower,
    said::{cookie, event, signed_in, signed_out, user, viewed},
    steward::{at, email, merge, phone},
    town::Town,
};

/// So little that a commit holds what some hundred events come to.
const SMALL: &str = "[journal]\ncommit_bytes_max = 65536\n";

fn erase(town: &Town, who: &str) -> Value {
    let reply = town.call("DELETE", &format!("/v1/profiles/{who}"), &[], Vec::new());
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body
}

/// The commits that there were.
fn commits(town: &Town) -> u64 {
    let (_, metrics) = town.text("/metrics");
    let count = |line: &str| {
        line.strip_prefix("yekta_engine_commit_bytes_count ")?
            .parse()
            .ok()
    };
    metrics.lines().find_map(count).unwrap()
}

/// How many of these are refused as erased; none of them is taken.
fn refused(town: &Town, events: &[Value]) -> usize {
    let answer = town.post("/v1/events", &Value::from(events));
    assert_eq!(answer["accepted"], 0, "{}", answer["accepted"]);
    let rejected = answer["rejected"].as_array().unwrap();
    rejected.iter().filter(|one| one["code"] == "erased").count()
}

/// How many messages name one of these that a subscriber would be told.
fn naming(town: &Town, marks: &[&str]) -> usize {
    let told = town.query().updates_after(Position(0), usize::MAX).unwrap();
    let names = |body: &[u8]| {
        let body = String::from_utf8_lossy(body);
        marks.iter().any(|mark| body.contains(mark))
    };
    told.iter().filter(|update| names(&update.body)).count()
}

/// Fails unless a subscriber who reads all that is told has what is stored.
fn followed(town: &Town) {
    let mut follower = Follower::default();
    follower.may_lack = true;
    follower.is_what_is_stored(town);
}

/// Sara, who looks at a great many things.
fn sara() -> Vec<Value> {
    let page = |number: usize| {
        event(
            &format!("p-{number}"),
            ["web", "Page Viewed"],
            &format!("20T{:02}:{:02}", 10 + number / 60 % 10, number % 60),
            json!([user("sara")]),
            json!({}),
        )
    };
    let mut events: Vec<Value> = (0..1_000).map(page).collect();
    events.push(at(
        "s-1",
        3,
        json!([user("sara"), email("sara"), phone("09121112233")]),
        json!({"first_name": "Sara"}),
    ));
    events.push(signed_in("s-2", "20T09:05", &cookie("sara-phone"), "sara"));
    events
}

fn reza() -> Vec<Value> {
    vec![
        signed_in("r-1", "20T11:00", &cookie("tablet"), "reza"),
        at(
            "r-2",
            10,
            json!([user("reza"), phone("09124445566")]),
            json!({"first_name": "Reza"}),
        ),
    ]
}

#[test]
fn what_is_left_is_what_would_be_had_they_never_come() {
    let (mut town, never) = (Town::keyed_with(4, SMALL), Town::keyed(4));
    town.tell(&[sara(), reza()].concat());
    never.tell(&reza());
    let marks = ["sara@example.com", "+989121112233"];
    assert!(naming(&town, &marks) > 0, "she was told of");
    let before = commits(&town);
    let receipt = erase(&town, "user_id:sara");
    assert!(commits(&town) > before + 1, "in several commits");
    assert_eq!(receipt["removed"]["events"], sara().len());
    assert_eq!(receipt["removed"]["identifiers"], 4);
    assert_eq!(naming(&town, &marks), 0, "nobody is told of her any more");
    for _ in 0..2 {
        assert_eq!(town.profiles(), never.profiles());
        for who in ["user_id:sara", "phone:+989121112233", "anonymous_id:sara-phone"] {
            let reply = town.call("GET", &format!("/v1/profiles/{who}"), &[], Vec::new());
            assert_eq!((reply.status, &reply.body["code"]), (404, &json!("nobody_there")));
        }
        assert_eq!(refused(&town, &sara()), sara().len());
        followed(&town);
        town.reopen();
    }
    let erasure = receipt["erasure"].as_str().unwrap();
    assert_eq!(
        town.get(&format!("/v1/erasures/{erasure}"))["removed"],
        receipt["removed"]
    );
}

#[test]
fn codes_words_and_refused_items_are_counted_as_in_one_commit() {
    let receipts = ["", SMALL].map(|more| {
        let town = Town::keyed_with(5, more);
        town.tell(
            &[
                sara(),
                reza(),
                vec![at("o-1", 20, json!([email("other")]), json!({}))],
            ]
            .concat(),
        );
        merge(&town, "user_id:sara", "email:other@example.com");
        decide(&town, "user_id:sara", "r-1", "granted");
        let tokens = [0, 1].map(|_| mint(&town, "user_id", "sara"));
        let bad = json!([{"id": "b-1", "channel": "web", "type": "Page Viewed", "time": "never", "identifiers": [
            {"kind": "email", "value": "sara@example.com"}]}]);
        town.post("/v1/events", &bad);
        let before = commits(&town);
        let receipt = erase(&town, "user_id:sara");
        assert_eq!(commits(&town) > before + 1, !more.is_empty());
        for token in tokens {
            assert_eq!(town.get(&format!("/v1/qr/{token}"))["outcome"], "unknown");
        }
        assert_eq!(town.get("/v1/rejections")["rejections"], json!([]));
        followed(&town);
        (receipt["removed"].clone(), town.profiles())
    });
    let [at_once, in_parts] = receipts;
    assert_eq!(
        [&at_once.0["codes"], &at_once.0["words"], &at_once.0["rejections"]],
        [&json!(2), &json!(1), &json!(1)]
    );
    assert_eq!(in_parts, at_once);
}

#[test]
fn a_long_history_that_is_anothers_without_their_log_in_goes_there() {
    let (town, never) = (Town::keyed_with(6, SMALL), Town::keyed(6));
    let tablet = cookie("tablet");
    let reza = vec![signed_in("r-1", "20T09:00", &tablet, "reza")];
    let sara = vec![
        signed_in("s-1", "20T10:00", &tablet, "sara"),
        signed_out("s-2", "20T10:05", &tablet, "sara"),
    ];
    // Nobody's, behind her log-out; his, where there was none.
    let later = (0..400).map(|number| viewed(&format!("v-{number}"), "20T10:06", &tablet));
    let later: Vec<Value> = later.collect();
    town.tell(&[reza.clone(), sara, later.clone()].concat());
    never.tell(&[reza, later].concat());
    assert_eq!(town.person("user_id", "reza").profile.whole.events, 1);
    let before = commits(&town);
    assert_eq!(erase(&town, "user_id:sara")["removed"]["events"], 2);
    assert!(commits(&town) > before + 1, "in several commits");
    town.settle();
    assert_eq!(town.profiles(), never.profiles());
    followed(&town);
}

#[test]
fn of_more_claims_than_a_commit_holds_nothing_is_left() {
    let town = Town::with(&format!("{SMALL}[identifiers]\nclaims_max = 2\n"));
    let claims: Vec<Value> = (0..200)
        .map(|number: u32| {
            at(
                &number.to_string(),
                number % 60,
                json!([user("sara"), email(&format!("mail-{number}"))]),
                json!({}),
            )
        })
        .collect();
    town.tell(&claims);
    let before = commits(&town);
    assert_eq!(erase(&town, "user_id:sara")["removed"]["events"], claims.len());
    assert!(commits(&town) > before + 1, "in several commits");
    town.settle();
    assert_eq!(town.profiles().len(), 0);
    assert_eq!(naming(&town, &["@example.com"]), 0);
    assert_eq!(refused(&town, &claims), claims.len());
    followed(&town);
}
