//! What if other rules held: what a folder recorded, stewards' words included, under rules that ask for more or less.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use yekta::{
    engine::Offline,
    quality::{Recorded, WhatIf},
};

use crate::{said::event, town::Town};

fn walk_in(id: &str, facts: Value) -> Value {
    let time = format!("21T10:{id:0>2}");
    event(
        id,
        ["store", "Profile Updated"],
        &time,
        json!([]),
        json!({"traits": facts}),
    )
}

/// Somebody twice, in two spellings, and two namesakes whom a steward knows to be one.
fn recorded_among(people: u32) -> Town {
    let town = Town::with(&format!("[identity]\nexpected_people = {people}\n"));
    let sara = |first: &str| json!({"first_name": first, "last_name": "Rostamian", "birth_date": "1991-03-14", "city": "Tehran"});
    town.tell(&[
        walk_in("1", sara("Sara")),
        walk_in("2", sara("Sarah")),
        walk_in("3", json!({"first_name": "Omid", "city": "Rasht"})),
        walk_in("4", json!({"first_name": "Omid", "city": "Shiraz"})),
    ]);
    let omids: Vec<String> = town
        .profiles()
        .keys()
        .map(ToString::to_string)
        .filter(|id| town.get(&format!("/v1/profiles/{id}"))["traits"]["first_name"] == "Omid")
        .collect();
    town.post("/v1/identity/merge", &json!({"a": omids[0], "b": omids[1]}));
    town
}

/// What becomes of a folder under the rules of another town.
fn what_if(recorded: &mut Town, rules: &str) -> (WhatIf, usize) {
    recorded.stop();
    let folder = Offline::open(&recorded.folder()).unwrap();
    let other = Town::with(rules);
    let answer = Recorded::read(&folder).unwrap().what_if(&other.engine().handle);
    (other.wait(answer).unwrap(), other.profiles().len())
}

#[test]
fn the_same_rules_change_nobody() {
    let mut town = recorded_among(10_000);
    assert_eq!(town.profiles().len(), 2);
    let (answer, people) = what_if(&mut town, "[identity]\nexpected_people = 10000\n");
    assert_eq!((answer.events, answer.before, answer.after, people), (4, 2, 2, 2));
    assert_eq!(answer.changes, []);
}

#[test]
fn stricter_rules_part_who_was_alike_and_leave_what_a_steward_said() {
    let mut town = recorded_among(10_000);
    let before: BTreeSet<_> = town.profiles().into_keys().collect();
    let (answer, people) = what_if(&mut town, "[identity]\nexpected_people = 10000000000\n");
    assert_eq!((answer.before, answer.after, people), (2, 3, 3));
    let [change] = &answer.changes[..] else {
        panic!("{:?}", answer.changes)
    };
    assert!(change.from.is_subset(&before));
    assert_eq!((change.from.len(), change.into.len(), change.events), (1, 2, 2));
}

#[test]
fn looser_rules_join_who_was_not_alike_enough() {
    let mut town = Town::with("[identity]\nexpected_people = 10000000000\n");
    let sara = |first: &str| json!({"first_name": first, "last_name": "Rostamian", "birth_date": "1991-03-14", "city": "Tehran"});
    town.tell(&[walk_in("1", sara("Sara")), walk_in("2", sara("Sarah"))]);
    let (answer, _) = what_if(&mut town, "[identity]\nexpected_people = 10000\n");
    assert_eq!((answer.before, answer.after, answer.changes.len()), (2, 1, 1));
}
