//! Who must not become one: withheld callers, people at one till, holders of one value.

use serde_json::{Value, json};

use crate::{
    said::{event, identifier, user},
    town::Town,
};

fn phone(value: &str, trust: &str) -> Value {
    identifier("phone", value, trust)
}

#[test]
fn a_withheld_number_is_nobodys() {
    let town = Town::new();
    let call = |n: usize, value: &str| {
        let caller = json!([
            phone(value, "observed"),
            identifier("call_id", &format!("k-{n}"), "observed")
        ]);
        event(
            &format!("call-{n}"),
            ["callcenter", "Call Started"],
            "22T09:00",
            caller,
            json!({}),
        )
    };
    let sold = |id: &str, who: &str, number: &str| {
        event(
            id,
            ["store", "Profile Updated"],
            "22T08:00",
            json!([user(who), phone(number, "staff")]),
            json!({}),
        )
    };
    // A clerk typed what the display showed: one customer each, so that a call could be attributed.
    town.tell(&[
        sold("1", "ann", "+266696687"),
        sold("2", "bob", "+7378742833"),
        sold("3", "eva", "anonymous"),
    ]);
    let calls: Vec<Value> = [
        "+266696687",
        "266696687",
        "+7378742833",
        "anonymous",
        "Anonymous",
        "0000000000",
    ]
    .iter()
    .enumerate()
    .map(|(n, value)| call(n, value))
    .collect();
    town.tell(&calls);
    for who in ["ann", "bob", "eva"] {
        assert_eq!(town.person("user_id", who).profile.whole.events, 1, "{who}");
    }
    assert_eq!(town.profiles().len(), 3 + calls.len());
    for value in ["+266696687", "+7378742833", "anonymous"] {
        let told = town.get(&format!("/v1/context/callcenter/phone:{value}"));
        assert_eq!(told["match"], "none", "{value}");
    }
}

#[test]
fn two_people_at_one_kiosk_stay_two() {
    let town = Town::new();
    let kiosk = identifier("device_id", "kiosk-1", "observed");
    let at_kiosk = |id: &str, time: &str, who: Option<&str>| {
        let identifiers: Vec<Value> = who.map(user).into_iter().chain([kiosk.clone()]).collect();
        event(
            id,
            ["store", "Product Viewed"],
            time,
            json!(identifiers),
            json!({}),
        )
    };
    town.tell(&[
        at_kiosk("1", "22T09:00", Some("ann")),
        at_kiosk("2", "22T09:05", None),
        at_kiosk("3", "22T09:10", Some("bob")),
        at_kiosk("4", "22T09:15", None),
    ]);
    let [ann, bob] = ["ann", "bob"].map(|who| town.person("user_id", who));
    assert_ne!(ann.id, bob.id);
    // What nobody signed for is neither's.
    assert_eq!((ann.profile.whole.events, bob.profile.whole.events), (1, 1));
}

#[test]
fn a_value_of_two_customers_names_both() {
    let town = Town::new();
    let shared = |id: &str, who: &str, name: &str| {
        let identifiers = json!([user(who), phone("09123456789", "staff")]);
        event(
            id,
            ["store", "Profile Updated"],
            "22T09:00",
            identifiers,
            json!({"traits": {"first_name": name}}),
        )
    };
    town.tell(&[shared("1", "ann", "Ann"), shared("2", "bob", "Bob")]);
    let question = json!({"identifiers": [{"kind": "phone", "value": "0912 345 6789"}]});
    let told = town.post("/v1/lookup", &question);
    assert_eq!((&told["match"], &told["profiles"]), (&json!("many"), &json!([])));
    let mut ids: Vec<String> = ["ann", "bob"]
        .iter()
        .map(|who| town.person("user_id", who).id.to_string())
        .collect();
    ids.sort();
    let candidates = told["candidates"].as_array().unwrap();
    let named: Vec<&str> = candidates.iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(named, ids);
    assert!(
        candidates.iter().all(|one| one["why"] == "holds phone (staff)"),
        "{told}"
    );
    let reply = town.call("GET", "/v1/profiles/phone:09123456789", &[], Vec::new());
    assert_eq!(
        (reply.status, &reply.body["profiles"]),
        (409, &json!(ids)),
        "{}",
        reply.body
    );
    let narrower = json!({"identifiers": [{"kind": "user_id", "value": "ann"}]});
    assert_eq!(town.post("/v1/lookup", &narrower)["match"], "one");
}
