//! People who leave no identifier that joins: known by their facts, kept apart by them, and found by nobody who only types
//! them.

use serde_json::{Value, json};

use crate::town::Town;

/// A record that a clerk took down.
fn taken_down(id: &str, identifiers: Value, traits: Value) -> Value {
    json!({"id": id, "source": "test", "channel": "store", "type": "Profile Updated",
        "time": format!("2026-11-21T10:{id:0>2}:00Z"), "identifiers": identifiers, "traits": traits})
}

fn sara() -> Value {
    json!({"first_name": "Sara", "last_name": "Rostamian", "birth_date": "1991-03-14",
        "address": "12 Cedar Street", "postcode": "1966733454", "city": "Tehran"})
}

/// A house where everybody has the same family name, address and city.
fn at_home(first_name: &str, birth_date: &str) -> Value {
    let mut facts = sara();
    facts["first_name"] = json!(first_name);
    facts["birth_date"] = json!(birth_date);
    facts
}

fn few_people() -> Town {
    Town::with("[identity]\nexpected_people = 10000\n")
}

/// Why an identifier's holder is one person.
fn identity(town: &Town, who: &str) -> Value {
    town.get(&format!("/v1/profiles/{who}/identity"))
}

#[test]
fn a_person_is_known_again_by_their_facts_in_another_spelling_and_script() {
    let town = few_people();
    let card = json!([{"kind": "loyalty_id", "value": "L-1", "trust": "verified"}]);
    let mut typed = sara();
    typed["first_name"] = json!("Sarah");
    typed["address"] = json!("12 Cedar St.");
    let mut persian = sara();
    persian["first_name"] = json!("سارا");
    persian["birth_date"] = json!("۱۳۶۹/۱۲/۲۳");
    town.tell(&[
        taken_down("1", card, sara()),
        taken_down("2", json!([]), typed),
        taken_down("3", json!([]), persian),
    ]);
    assert_eq!(town.person("loyalty_id", "L-1").profile.whole.events, 3);
    let told = identity(&town, "loyalty_id:L-1");
    let evidence = told["evidence"].as_array().unwrap();
    assert_eq!(evidence.len(), 2, "{evidence:?}");
    for one in evidence {
        assert_eq!((&one["reason"], &one["united"]), (&json!("alike"), &json!(true)));
        assert!(one["likeness"].is_string() && one["shares"].is_null(), "{one}");
    }
    // A customer of the same name who is somebody else stays so.
    town.tell(&[taken_down(
        "4",
        json!([]),
        json!({"first_name": "Sara", "last_name": "Rostamian", "birth_date": "1958-08-30", "city": "Shiraz"}),
    )]);
    assert_eq!(town.profiles().len(), 2);
}

#[test]
fn a_household_is_not_one_person_and_why_is_told() {
    let town = few_people();
    let contact = json!([{"kind": "email", "value": "home@rostamian.example", "trust": "staff"}]);
    town.tell(&[
        taken_down("1", contact.clone(), sara()),
        taken_down("2", contact.clone(), at_home("Omid", "1988-11-02")),
        taken_down("3", contact, at_home("Kaveh", "2015-01-20")),
    ]);
    assert_eq!(town.profiles().len(), 3, "one mail box, three people");
    let person = town.profiles().keys().next().unwrap().to_string();
    let told = identity(&town, &person);
    let reasons: Vec<&str> = told["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["reason"].as_str().unwrap())
        .collect();
    assert!(reasons.contains(&"household"), "{reasons:?}");
}

#[test]
fn nobody_becomes_somebody_by_typing_their_facts_into_a_page() {
    let town = few_people();
    let card = json!([{"kind": "loyalty_id", "value": "L-1", "trust": "verified"}]);
    let mut typed = taken_down(
        "2",
        json!([{"kind": "anonymous_id", "value": "stranger"}]),
        sara(),
    );
    typed["channel"] = json!("web");
    town.tell(&[taken_down("1", card, sara()), typed]);
    assert_eq!(town.profiles().len(), 2);
    assert_eq!(town.person("loyalty_id", "L-1").profile.whole.events, 1);
}

#[test]
fn a_number_that_too_many_people_have_joins_nobody_also_those_who_had_it_before() {
    let town = few_people();
    let switchboard = |id: &str, facts: Value| {
        let number = json!([{"kind": "phone", "value": "+982112345678", "trust": "staff"}]);
        taken_down(id, number, facts)
    };
    let named = |n: usize| {
        let names = ["Ava", "Bita", "Cyrus", "Dara", "Elham", "Farid"];
        json!({"first_name": names[n], "last_name": format!("{}zadeh", names[n]), "birth_date": format!("19{}0-01-01", n + 4)})
    };
    // One of them called twice, once without a name.
    town.tell(&[switchboard("1", named(0)), switchboard("2", json!({}))]);
    assert_eq!(town.profiles().len(), 1);
    let others: Vec<Value> = (1..6)
        .map(|n| switchboard(&(n + 2).to_string(), named(n)))
        .collect();
    town.tell(&others);
    assert_eq!(
        town.profiles().len(),
        7,
        "six who are named, and who called without a name"
    );
    let person = town.profiles().keys().next().unwrap().to_string();
    assert_eq!(identity(&town, &person)["generic"][0]["kind"], "phone");
}

#[test]
fn placeholders_neither_join_nor_hold_apart() {
    let town = few_people();
    let nobody =
        json!({"first_name": "unknown", "last_name": "n/a", "birth_date": "1900-01-01", "postcode": "0000"});
    let card = json!([{"kind": "loyalty_id", "value": "L-1", "trust": "verified"}]);
    town.tell(&[
        taken_down("1", json!([]), nobody.clone()),
        taken_down("2", json!([]), nobody.clone()),
        taken_down("3", card.clone(), nobody),
        taken_down("4", card, sara()),
    ]);
    assert_eq!(
        town.profiles().len(),
        3,
        "two strangers, and one who showed a card twice"
    );
}

#[test]
fn two_at_one_till_who_left_nothing_but_a_first_name_are_two() {
    let town = few_people();
    let till = json!([{"kind": "device_id", "value": "till-1"}, {"kind": "employee_id", "value": "e-7"}]);
    let named = |id: &str| taken_down(id, till.clone(), json!({"first_name": "Sara"}));
    town.tell(&[named("1"), named("2")]);
    assert_eq!(town.profiles().len(), 2);
}

#[test]
fn the_explanation_of_one_tells_nothing_that_only_another_holds() {
    let town = few_people();
    let with = |contact: &str| json!([{"kind": "email", "value": contact, "trust": "staff"}]);
    let user = |who: &str, contact: &str| {
        json!([{"kind": "user_id", "value": who, "trust": "verified"},
            {"kind": "email", "value": contact, "trust": "staff"}])
    };
    // Two customers who look alike are in one component; one of them shares a mail box with a third.
    town.tell(&[
        taken_down("1", user("ann", "ann@rostamian.example"), sara()),
        taken_down("2", user("eva", "shared@rostamian.example"), sara()),
        taken_down("3", user("bob", "shared@rostamian.example"), json!({})),
        taken_down("4", with("ann@rostamian.example"), sara()),
    ]);
    let told = identity(&town, "user_id:ann").to_string();
    assert!(told.contains("two_customers"), "{told}");
    assert!(!told.contains("shared@rostamian.example"), "{told}");
    let told = identity(&town, "user_id:eva").to_string();
    assert!(told.contains("shared@rostamian.example"), "{told}");
}
