//! The stream of updates, as a service that follows it uses it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::{
    follower::Follower,
    said::{cookie, event, identifier, signed_in, user, viewed},
    town::{PATIENCE, Town},
};

#[test]
fn a_copy_can_be_kept_from_the_stream_alone_across_merges_and_a_split() {
    let town = Town::new();
    let devices = ["c1", "c2", "c3"].map(cookie);
    let id_of = |kind: &str, value: &str| town.person(kind, value).id.to_string();
    town.tell(&[
        viewed("1", "21T09:00", &devices[0]),
        viewed("2", "21T09:00", &devices[1]),
    ]);
    town.tell(&[viewed("3", "21T09:00", &devices[2])]);
    let anonymous = ["c1", "c2", "c3"].map(|value| id_of("anonymous_id", value));
    let mut follower = Follower::default();
    follower.catch_up(&town.query());
    assert_eq!(follower.documents.len(), 3);

    // Three merges, told apart.
    for (n, device) in devices.iter().enumerate() {
        town.tell(&[signed_in(&format!("m{n}"), "21T10:00", device, "ann")]);
    }
    follower.catch_up(&town.query());
    let ann = id_of("user_id", "ann");
    assert_eq!(follower.notices["merged"], 3);
    for id in &anonymous {
        assert_eq!(follower.now_at(id), BTreeSet::from([ann.clone()]));
    }

    // Bob's log-in, told late, takes the second half of the day on the first browser from her.
    town.tell(&[viewed("4", "21T15:00", &devices[0])]);
    town.tell(&[signed_in("s", "21T14:00", &devices[0], "bob")]);
    follower.catch_up(&town.query());
    let bob = id_of("user_id", "bob");
    assert_eq!(follower.notices["split"], 1);
    assert_eq!(follower.now_at(&ann), BTreeSet::from([ann.clone()]));
    let kept: BTreeSet<&str> = follower.documents.keys().map(String::as_str).collect();
    assert_eq!(kept, BTreeSet::from([ann.as_str(), bob.as_str()]));
    assert_eq!(follower.documents[&bob]["counters"]["events"], 2);

    // Who was away all the time comes to the same.
    let mut late = Follower::default();
    late.catch_up(&town.query());
    assert_eq!(
        (late.documents, late.notices),
        (follower.documents, follower.notices)
    );
}

#[test]
fn what_goes_from_one_to_another_who_was_there_before_is_moved() {
    let town = Town::new();
    let (device, mut follower) = (cookie("c"), Follower::default());
    town.tell(&[
        signed_in("1", "21T09:00", &device, "ann"),
        viewed("2", "21T12:00", &device),
        signed_in("3", "21T08:00", &cookie("d"), "bob"),
    ]);
    town.tell(&[signed_in("4", "21T11:00", &device, "bob")]);
    follower.catch_up(&town.query());
    assert_eq!(follower.notices, BTreeMap::from([("moved".to_owned(), 1)]));
    let [ann, bob] = ["ann", "bob"].map(|who| town.person("user_id", who).id.to_string());
    assert_eq!(follower.now_at(&ann), BTreeSet::from([ann.clone()]));
    let events = |id: &String| follower.documents[id]["counters"]["events"].clone();
    assert_eq!((events(&ann), events(&bob)), (json!(1), json!(3)));
}

#[test]
fn a_split_says_which_ids_it_concerns() {
    let town = Town::new();
    let device = cookie("c");
    town.tell(&[
        signed_in("1", "21T09:00", &device, "ann"),
        viewed("2", "21T12:00", &device),
    ]);
    town.tell(&[signed_in("3", "21T11:00", &device, "bob")]);
    let [ann, bob] = ["ann", "bob"].map(|who| town.person("user_id", who).id.to_string());
    let updates = town
        .query()
        .updates_after(yekta::engine::Position(0), 1000)
        .unwrap();
    let split = updates
        .iter()
        .find(|update| update.subject.contains(".profile.split."))
        .unwrap();
    let body: Value = serde_json::from_slice(&split.body).unwrap();
    assert_eq!((&body["from"], &body["profile"]), (&json!([ann]), &json!(ann)));
    let mut into = vec![ann.clone(), bob.clone()];
    into.sort();
    assert_eq!(body["into"], json!(into));
    let concerned: BTreeSet<&str> = split.key.split(',').collect();
    assert_eq!(concerned, BTreeSet::from([ann.as_str(), bob.as_str()]));
}

#[test]
fn who_loses_all_events_twice_in_one_commit_is_announced_as_well() {
    let town = Town::new();
    let device = cookie("c");
    town.tell(&[viewed("1", "21T12:00", &device)]);
    let nobody = town.person("anonymous_id", "c").id.to_string();
    let bob = event(
        "2",
        ["web", "Signed In"],
        "21T08:00",
        json!([user("bob")]),
        json!({}),
    );
    town.tell(&[bob]);
    // What the browser did before becomes Ann's by the first log-in and Bob's by the second.
    let [ann, bob] = [("3", "21T10:00", "ann"), ("4", "21T11:00", "bob")];
    town.tell(&[
        signed_in(ann.0, ann.1, &device, ann.2),
        signed_in(bob.0, bob.1, &device, bob.2),
    ]);
    let bob = town.person("user_id", "bob").id.to_string();
    let mut follower = Follower::default();
    follower.catch_up(&town.query());
    assert_eq!(follower.now_at(&nobody), BTreeSet::from([bob.clone()]));
    assert_eq!(town.get(&format!("/v1/profiles/{nobody}"))["id"], bob);
}

#[test]
fn subjects_hold_no_customers_identifiers() {
    let town = Town::new();
    let who = json!([
        user("ann"),
        identifier("phone", "09123456789", "staff"),
        identifier("email", "ann@example.org", "staff")
    ]);
    town.tell(&[event(
        "1",
        ["store", "Order Completed"],
        "21T09:00",
        who,
        json!({"properties": {"order_id": "o-1"}}),
    )]);
    for update in town
        .query()
        .updates_after(yekta::engine::Position(0), 1000)
        .unwrap()
    {
        for value in ["ann", "9123456789", "example"] {
            assert!(!update.subject.contains(value), "{}", update.subject);
        }
    }
}

#[test]
fn whoever_was_told_more_elsewhere_goes_on_once_this_process_is_as_far() {
    let town = Town::new();
    let tell = |id: &str| {
        town.tell(&[viewed(id, "21T09:00", &cookie("c"))]);
        town.query().applied().0
    };
    let (first, second) = (tell("1"), tell("2"));
    let elsewhere = 2 * second - first;
    let mut stream = town.stream("/v1/updates", Some(&elsewhere.to_string()));
    let mut next = |within: Duration| {
        let frame = town.wait(async { tokio::time::timeout(within, stream.next()).await });
        let frame = frame.ok().map(|frame| frame.unwrap().unwrap())?;
        Some(String::from_utf8(frame.to_vec()).unwrap())
    };
    let here = next(PATIENCE).unwrap();
    assert!(here.contains(&format!("id: {elsewhere}")), "{here}");
    // It is not sent back at once.
    assert_eq!(next(Duration::from_millis(300)), None);
    assert_eq!(tell("3"), elsewhere);
    tell("4");
    let told = next(PATIENCE).unwrap();
    let id = told.lines().find_map(|line| line.strip_prefix("id: "));
    let id: u64 = id.unwrap().parse().unwrap();
    assert!(told.contains("event: updates") && id > elsewhere, "{told}");
}
