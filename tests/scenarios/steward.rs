//! The steward's word: what is said to be one or apart, and what is taken back, whatever came meanwhile.

use serde_json::{Value, json};
use yekta::engine::ProfileId;

use crate::{
    follower::Follower,
    said::{event, identifier},
    town::Town,
};

pub fn at(id: &str, minute: u32, identifiers: Value, traits: Value) -> Value {
    event(
        id,
        ["store", "Profile Updated"],
        &format!("21T10:{minute:02}"),
        identifiers,
        json!({"traits": traits}),
    )
}

pub fn email(value: &str) -> Value {
    identifier("email", &format!("{value}@example.com"), "staff")
}

pub fn phone(value: &str) -> Value {
    identifier("phone", value, "staff")
}

pub fn user(value: &str) -> Value {
    identifier("user_id", value, "verified")
}

fn ids(told: &Value) -> Vec<&str> {
    told.as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap())
        .collect()
}

pub fn merge(town: &Town, a: &str, b: &str) -> Value {
    let asked = json!({"a": a, "b": b, "by": "clerk 7", "why": "they showed both cards"});
    town.post("/v1/identity/merge", &asked)
}

fn separate(town: &Town, a: &str, b: &str) -> Value {
    let asked = json!({"a": a, "b": b, "by": "clerk 7", "why": "two people stand here"});
    town.post("/v1/identity/separate", &asked)
}

/// Takes back what is named; 0 is nothing wrong.
pub fn undo(town: &Town, what: Value) -> Result<Value, String> {
    let reply = town.call("POST", "/v1/identity/undo", &[], what.to_string().into_bytes());
    match reply.status {
        200 => Ok(reply.body),
        _ => Err(reply.body["code"].as_str().unwrap().to_owned()),
    }
}

/// Fails unless a subscriber who read everything has what is stored.
pub fn followed(town: &Town) {
    Follower::default().is_what_is_stored(town);
}

fn two_walk_ins(town: &Town) -> [ProfileId; 2] {
    town.tell(&[
        at("1", 1, json!([]), json!({"first_name": "Sara", "city": "Tehran"})),
        at("2", 2, json!([]), json!({"first_name": "Sarah", "city": "Rasht"})),
    ]);
    let ids: Vec<ProfileId> = town.profiles().into_keys().collect();
    ids.try_into().unwrap()
}

#[test]
fn two_who_are_said_to_be_one_are_until_that_is_taken_back() {
    let mut town = Town::new();
    let [one, other] = two_walk_ins(&town);
    let before = town.profiles();
    let said = merge(&town, &one.to_string(), &other.to_string());
    let [person] = ids(&said["profiles"])[..] else {
        panic!("{said}")
    };
    assert_eq!(town.profiles().len(), 1);
    let why = town.get(&format!("/v1/profiles/{person}/identity"));
    assert_eq!(
        (&why["evidence"][0]["reason"], &why["evidence"][0]["word"]),
        (&json!("said"), &said["word"])
    );
    town.reopen();
    assert_eq!(
        undo(&town, json!({"word": said["word"]})).unwrap()["status"],
        "committed"
    );
    assert_eq!(town.profiles(), before);
    assert_eq!(
        undo(&town, json!({"word": said["word"]})).unwrap_err(),
        "nothing_to_undo"
    );
    followed(&town);
}

#[test]
fn a_repeat_of_what_was_said_gets_the_first_answer() {
    let town = Town::new();
    let [one, other] = two_walk_ins(&town).map(|id| id.to_string());
    let asked = json!({"a": one, "b": other, "request_id": "r-1"});
    let first = town.post("/v1/identity/merge", &asked);
    assert_eq!(town.post("/v1/identity/merge", &asked)["word"], first["word"]);
    let undone = json!({"word": first["word"], "request_id": "r-2"});
    assert!(undo(&town, undone.clone()).is_ok());
    assert!(undo(&town, undone).is_ok(), "a repeat is answered, not refused");
}

#[test]
fn two_customers_become_one_by_a_steward_alone_and_part_again() {
    let town = Town::new();
    town.tell(&[
        at(
            "1",
            1,
            json!([user("ann"), email("home")]),
            json!({"first_name": "Ann"}),
        ),
        at(
            "2",
            2,
            json!([user("anna"), email("home")]),
            json!({"first_name": "Ann"}),
        ),
    ]);
    let before = town.profiles();
    assert_eq!(
        before.len(),
        2,
        "two customer ids are never one person by themselves"
    );
    let said = merge(&town, "user_id:ann", "user_id:anna");
    assert_eq!(ids(&said["profiles"]).len(), 1);
    // What the two share joins now, and what comes to either comes to both.
    town.tell(&[at("3", 3, json!([email("home")]), json!({"first_name": "Ann"}))]);
    assert_eq!(town.profiles().len(), 1);
    undo(&town, json!({"word": said["word"]})).unwrap();
    town.tell(&[at("4", 4, json!([user("ann")]), json!({}))]);
    assert_eq!(town.person("user_id", "ann").profile.whole.events, 2);
    assert_eq!(town.person("user_id", "anna").profile.whole.events, 1);
    followed(&town);
}

#[test]
fn who_is_said_to_be_apart_stays_so_also_with_what_comes_later() {
    let town = Town::new();
    let shared = phone("09121112233");
    town.tell(&[
        at("1", 1, json!([user("ann"), shared]), json!({"first_name": "Ann"})),
        at("2", 2, json!([shared, email("bea")]), json!({})),
    ]);
    let before = town.profiles();
    assert_eq!(before.len(), 1);
    let said = separate(&town, "email:bea@example.com", "user_id:ann");
    assert_eq!(ids(&said["profiles"]).len(), 2);
    town.tell(&[
        at("3", 3, json!([email("bea")]), json!({})),
        at(
            "4",
            4,
            json!([user("ann"), identifier("device_id", "d", "observed")]),
            json!({}),
        ),
    ]);
    assert_eq!(town.person("email", "bea@example.com").profile.whole.events, 2);
    assert_eq!(town.person("user_id", "ann").profile.whole.events, 2);
    let why = town.get("/v1/profiles/user_id:ann/identity");
    let refused = why["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["united"] == false);
    assert_eq!(
        refused.map(|one| (&one["reason"], &one["word"])),
        Some((&json!("said"), &said["word"]))
    );
    undo(&town, json!({"word": said["word"]})).unwrap();
    assert_eq!(town.profiles().len(), 1);
    followed(&town);
}

#[test]
fn a_merge_is_undone_exactly_and_newer_events_find_the_right_side() {
    let town = Town::new();
    let a = |id, minute, more: &[Value]| {
        at(
            id,
            minute,
            json!([vec![email("a")], more.to_vec()].concat()),
            json!({}),
        )
    };
    let b = |id, minute, more: &[Value]| {
        at(
            id,
            minute,
            json!([vec![email("b")], more.to_vec()].concat()),
            json!({}),
        )
    };
    town.tell(&[
        a("1", 1, &[]),
        a("2", 2, &[phone("09121112233")]),
        b("3", 3, &[]),
        b("4", 4, &[phone("09124445566")]),
    ]);
    let before = town.profiles();
    let (one, other) = (
        town.person("email", "a@example.com").id,
        town.person("email", "b@example.com").id,
    );
    // A clerk takes down the wrong number: both are one person by it.
    town.tell(&[at(
        "5",
        5,
        json!([phone("09121112233"), phone("09124445566")]),
        json!({}),
    )]);
    let merged = town.person("email", "a@example.com");
    let told = town.get("/v1/profiles/email:a@example.com/merges");
    let merges = told["merges"].as_array().unwrap();
    assert_eq!(
        (merges.len(), &told["profile"]),
        (1, &json!(merged.id.to_string()))
    );
    let reasons: Vec<&Value> = merges[0]["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["reason"])
        .collect();
    assert!(
        !reasons.is_empty() && reasons.iter().all(|reason| *reason == "shared"),
        "{told}"
    );
    let [absorbed] = merged.absorbed[..] else {
        panic!("{:?}", merged.absorbed)
    };
    assert!([one, other].contains(&absorbed));
    town.tell(&[a("6", 6, &[]), b("7", 7, &[])]);
    let said = undo(&town, json!({"absorbed": absorbed.to_string()})).unwrap();
    let events = |value| town.person("email", value).profile.whole.events;
    // The wrong event is with one of the two, each of whom has all that is theirs.
    let mut counted = [events("a@example.com"), events("b@example.com")];
    counted.sort_unstable();
    assert_eq!(counted, [3, 4]);
    town.tell(&[a("8", 8, &[]), b("9", 9, &[phone("09124445566")])]);
    assert_eq!(events("a@example.com") + events("b@example.com"), 9);
    // Without the event there is nothing left of it, and no word is needed.
    for wrong in ["5", "6", "7", "8", "9"] {
        undo(&town, json!({"event": {"source": "test", "id": wrong}})).unwrap();
    }
    undo(&town, json!({"word": said["word"]})).unwrap();
    assert_eq!(town.profiles(), before);
    followed(&town);
}

#[test]
fn what_is_said_last_holds_and_without_it_what_was_said_before() {
    let town = Town::new();
    let [one, other] = two_walk_ins(&town).map(|id| id.to_string());
    let apart = separate(&town, &one, &other);
    assert_eq!(ids(&apart["profiles"]).len(), 2);
    let same = merge(&town, &one, &other);
    assert_eq!(ids(&same["profiles"]).len(), 1);
    let absorbed = if ids(&same["profiles"]) == [one.as_str()] {
        &other
    } else {
        &one
    };
    let again = undo(&town, json!({"absorbed": absorbed})).unwrap();
    assert_eq!(town.profiles().len(), 2);
    for (word, people) in [(&again, 1), (&apart, 1), (&same, 2)] {
        undo(&town, json!({"word": word["word"]})).unwrap();
        assert_eq!(town.profiles().len(), people);
    }
}

#[test]
fn who_is_merged_stays_whole_though_the_facts_of_the_two_differ() {
    let town = Town::new();
    let known =
        |first: &str, born: &str| json!({"first_name": first, "last_name": "Karimi", "birth_date": born});
    town.tell(&[
        at("1", 1, json!([email("a")]), json!({})),
        at("2", 2, json!([email("a")]), known("Sara", "1990-01-02")),
        at(
            "3",
            3,
            json!([phone("09121112233")]),
            known("Zahra", "1985-05-06"),
        ),
    ]);
    let before = town.profiles();
    assert_eq!(before.len(), 2);
    let said = merge(&town, "email:a@example.com", "phone:09121112233");
    assert_eq!(town.profiles().len(), 1, "{said}");
    // Said twice, it holds until both are taken back; what was said and taken back in between is nothing.
    let apart = separate(&town, "email:a@example.com", "phone:09121112233");
    undo(&town, json!({"word": apart["word"]})).unwrap();
    let again = merge(&town, "email:a@example.com", "phone:09121112233");
    undo(&town, json!({"word": said["word"]})).unwrap();
    assert_eq!(town.profiles().len(), 1);
    undo(&town, json!({"word": again["word"]})).unwrap();
    assert_eq!(town.profiles(), before);
}

#[test]
fn what_cannot_be_said_is_refused_with_the_reason() {
    let town = Town::new();
    let bought = json!([
        user("ann"),
        phone("09121112233"),
        identifier("order_id", "o-1", "stated")
    ]);
    town.tell(&[
        at("1", 1, json!([user("ann"), email("ann")]), json!({})),
        at("2", 2, bought, json!({})),
    ]);
    let ann = town.person("user_id", "ann").id.to_string();
    let check = |path: &str, body: Value, status: u16, code: &str| {
        let reply = town.call("POST", path, &[], body.to_string().into_bytes());
        let told = reply.body["code"].as_str().unwrap_or_default();
        assert_eq!((reply.status, told), (status, code), "{path} {body}");
    };
    for (word, a, b, status, code) in [
        ("merge", "user_id:ann", "user_id:bob", 404, "nobody_there"),
        ("merge", "ann", "user_id:bob", 400, "bad_address"),
        (
            "separate",
            "user_id:ann",
            "email:bob@example.com",
            409,
            "joins_nobody",
        ),
        (
            "separate",
            "user_id:ann",
            "email:ann@example.com",
            409,
            "indivisible",
        ),
        ("separate", &ann, "phone:09121112233", 409, "indivisible"),
        (
            "separate",
            "email:ann@example.com",
            "phone:09121112233",
            409,
            "indivisible",
        ),
        ("separate", "order_id:o-1", "user_id:ann", 409, "indivisible"),
    ] {
        check(
            &format!("/v1/identity/{word}"),
            json!({"a": a, "b": b}),
            status,
            code,
        );
    }
    for (body, status, code) in [
        (json!({}), 400, "bad_undo"),
        (json!({"word": "w", "absorbed": "a"}), 400, "bad_undo"),
        (json!({"absorbed": "0".repeat(32)}), 404, "nobody_there"),
        (json!({"absorbed": ann}), 404, "nothing_to_undo"),
        (json!({"word": "none"}), 404, "nothing_to_undo"),
        (
            json!({"event": {"source": "test", "id": "9"}}),
            404,
            "nothing_to_undo",
        ),
    ] {
        check("/v1/identity/undo", body, status, code);
    }
    let wordy = json!({"a": "user_id:ann", "b": "user_id:ann", "by": "x".repeat(201)});
    check("/v1/identity/merge", wordy, 400, "bad_statement");
}
