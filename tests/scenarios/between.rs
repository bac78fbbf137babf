//! Why two are one person, why not, and who may be: asked, decided by a steward, and asked again.

use serde_json::{Value, json};

use crate::{
    said::{event, identifier, user},
    town::Town,
};

fn at(id: &str, minute: u32, identifiers: Value, traits: Value) -> Value {
    let time = format!("21T10:{minute:02}");
    let name = ["store", "Profile Updated"];
    event(id, name, &time, identifiers, json!({"traits": traits}))
}

fn email(value: &str) -> Value {
    identifier("email", &format!("{value}@example.com"), "staff")
}

fn explain(town: &Town, a: &str, b: &str) -> Value {
    let told = town.get(&format!("/v1/identity/explain?a={a}&b={b}"));
    let posted = town.post("/v1/identity/explain", &json!({"a": a, "b": b}));
    assert_eq!(told, posted);
    told
}

fn few_people() -> Town {
    Town::with("[identity]\nexpected_people = 10000\n")
}

/// A walk-in whose facts are all stated, or all but two.
fn sara(whole: bool) -> Value {
    let mut facts = json!({"first_name": "Sara", "last_name": "Rostamian", "birth_date": "1991-03-14",
        "address": "12 Cedar Street", "postcode": "1966733454", "city": "Tehran"});
    if !whole {
        facts
            .as_object_mut()
            .unwrap()
            .retain(|fact, _| fact == "first_name" || fact == "last_name" || fact == "city");
    }
    facts
}

#[test]
fn the_path_from_one_to_the_other_is_told_step_by_step() {
    let town = few_people();
    let card = identifier("loyalty_id", "L-1", "verified");
    town.tell(&[
        at("1", 1, json!([user("ann"), email("ann")]), json!({})),
        at("2", 2, json!([email("ann"), card]), sara(true)),
        at("3", 3, json!([]), sara(true)),
        at(
            "4",
            4,
            json!([user("ann"), identifier("device_id", "d-9", "observed")]),
            json!({}),
        ),
    ]);
    let told = explain(&town, "user_id:ann", "loyalty_id:L-1");
    assert_eq!(
        (&told["one"], told["profiles"].as_array().map(Vec::len)),
        (&json!(true), Some(1))
    );
    let path = told["evidence"].as_array().unwrap();
    assert_eq!(path.len(), 1, "no link that leads elsewhere: {path:?}");
    assert_eq!(
        path[0]["shares"],
        json!({"kind": "email", "value": "ann@example.com"})
    );
    let members = told["members"].as_array().unwrap();
    assert_eq!((members.len(), &path[0]["united"]), (2, &json!(true)));
    // One claim states both.
    let told = explain(&town, "email:ann@example.com", "loyalty_id:L-1");
    assert_eq!((&told["one"], &told["evidence"]), (&json!(true), &json!([])));
}

#[test]
fn what_keeps_two_apart_is_told_with_what_they_share() {
    let town = few_people();
    let home = email("home");
    let father =
        json!({"first_name": "Omid", "last_name": "Rostamian", "birth_date": "1960-01-02", "city": "Tehran"});
    town.tell(&[
        at("1", 1, json!([user("ann"), home]), sara(true)),
        at("2", 2, json!([user("bob"), home]), father.clone()),
        at(
            "3",
            3,
            json!([identifier("email", "home@example.com", "stated")]),
            json!({}),
        ),
    ]);
    let told = explain(&town, "user_id:ann", "user_id:bob");
    assert_eq!(
        (&told["one"], &told["shared"][0]["kind"]),
        (&json!(false), &json!("email"))
    );
    let likeness = &told["likeness"];
    assert_eq!(likeness["conflict"], "given_names");
    let fields: Vec<&str> = likeness["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["field"].as_str().unwrap())
        .collect();
    assert!(fields.starts_with(&["given_name", "family_name"]), "{fields:?}");
}

#[test]
fn a_household_is_told_to_be_one_by_whoever_asks_why_it_is_not_one_person() {
    let town = few_people();
    let home = email("home");
    let mut omid = sara(true);
    omid["first_name"] = json!("Omid");
    omid["birth_date"] = json!("1960-01-02");
    town.tell(&[
        at("1", 1, json!([home]), sara(true)),
        at("2", 2, json!([home]), omid),
    ]);
    let ids: Vec<String> = town.profiles().keys().map(ToString::to_string).collect();
    let told = explain(&town, &ids[0], &ids[1]);
    let refused = &told["evidence"][0];
    assert_eq!(
        (&told["one"], &refused["united"], &refused["reason"]),
        (&json!(false), &json!(false), &json!("household"))
    );
    assert_eq!(refused["shares"]["kind"], "email");
}

#[test]
fn how_much_is_missing_is_told_in_bits() {
    let town = Town::new();
    town.tell(&[
        at("1", 1, json!([email("one")]), sara(true)),
        at("2", 2, json!([email("two")]), sara(false)),
    ]);
    let told = explain(&town, "email:one@example.com", "email:two@example.com");
    let bits = |name: &str| -> f64 { told["likeness"][name].as_str().unwrap().parse().unwrap() };
    assert!(bits("bits") > 0.0 && bits("missing") > 0.0, "{told}");
    assert!((bits("needed") - bits("bits") - bits("missing")).abs() < 0.002);
    let sum: f64 = told["likeness"]["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["bits"].as_str().unwrap().parse::<f64>().unwrap())
        .sum();
    assert!((sum - bits("bits")).abs() < 0.02, "the fields add up");
}

/// The pairs of profiles on the pages of all matches.
fn queue(town: &Town) -> Vec<[String; 2]> {
    let (mut pairs, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let path = match &cursor {
            None => "/v1/identity/matches?limit=1".to_owned(),
            Some(cursor) => format!("/v1/identity/matches?limit=1&cursor={cursor}"),
        };
        let page = town.get(&path);
        for one in page["matches"].as_array().unwrap() {
            assert!(one["likeness"]["missing"].is_string(), "{one}");
            pairs.push(serde_json::from_value(one["profiles"].clone()).unwrap());
        }
        cursor = page["next"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return pairs;
        }
    }
}

/// The same names and town, which is not enough among so many.
fn namesakes() -> Town {
    let town = Town::new();
    let known = |year: &str| json!({"first_name": "Sara", "last_name": "Rostamian", "birth_date": year, "city": "Tehran"});
    town.tell(&[
        at("1", 1, json!([email("one")]), known("1991-03-14")),
        at("2", 2, json!([email("two")]), json!({"first_name": "Sara", "last_name": "Rostamian", "city": "Tehran", "postcode": "1966733454"})),
        at("3", 3, json!([email("three")]), json!({"first_name": "Kaveh", "last_name": "Ahmadi", "birth_date": "1970-02-02", "city": "Shiraz"})),
    ]);
    town
}

#[test]
fn a_possible_match_is_listed_until_a_steward_decides() {
    for accepts in [true, false] {
        let town = namesakes();
        assert_eq!(town.profiles().len(), 3);
        let listed = queue(&town);
        let [[a, b]] = &listed[..] else {
            panic!("{listed:?}")
        };
        let of_one = town.get(&format!("/v1/profiles/{a}/matches"));
        assert_eq!(of_one["matches"][0]["profiles"], json!([a, b]));
        let path = if accepts {
            "/v1/identity/merge"
        } else {
            "/v1/identity/separate"
        };
        let said = town.post(path, &json!({"a": a, "b": b, "by": "clerk 7"}));
        assert_eq!(town.profiles().len(), if accepts { 2 } else { 3 });
        assert_eq!(queue(&town), Vec::<[String; 2]>::new());
        assert_eq!(
            town.get(&format!("/v1/profiles/{a}/matches"))["matches"],
            json!([])
        );
        town.post("/v1/identity/undo", &json!({"word": said["word"]}));
        assert_eq!(queue(&town), listed);
    }
}

#[test]
fn who_types_an_address_may_be_its_holder_and_is_not_taken_for_them() {
    let town = few_people();
    let typed = identifier("email", "ann@example.com", "stated");
    let cookie = identifier("anonymous_id", "c", "observed");
    town.tell(&[
        at("1", 1, json!([user("ann"), email("ann")]), json!({})),
        event(
            "2",
            ["web", "Form Submitted"],
            "21T10:02",
            json!([cookie, typed]),
            json!({}),
        ),
    ]);
    assert_eq!(town.profiles().len(), 2);
    let told = explain(&town, "user_id:ann", "anonymous_id:c");
    assert_eq!(
        (&told["one"], &told["mentioned"][0]["kind"]),
        (&json!(false), &json!("email"))
    );
    for (who, other) in [
        ("user_id:ann", town.person("anonymous_id", "c")),
        ("anonymous_id:c", town.person("user_id", "ann")),
    ] {
        let listed = town.get(&format!("/v1/profiles/{who}/matches"));
        assert_eq!(listed["matches"][0]["mentions"]["kind"], "email");
        assert_eq!(listed["matches"][0]["profiles"][1], other.id.to_string());
    }
}
