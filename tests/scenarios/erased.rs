//! Somebody is erased: nobody can read them, what is left is what would be had they never come, and they do not come back.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use yekta::{
    cli::generate,
    engine::{Position, queries::query::Found},
};

use crate::{
    asked::{decide, mint, ten_minutes_later},
    follower::Follower,
    said::{cookie, event, identifier, signed_in, signed_out, viewed},
    steward::{at, email, merge, phone, user},
    town::Town,
};

/// Erases whoever is meant: the receipt.
pub fn erase(town: &Town, who: &str) -> Value {
    let reply = town.call("DELETE", &format!("/v1/profiles/{who}"), &[], Vec::new());
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body
}

/// The codes with which these are refused, and how many are taken.
fn again(town: &Town, events: &[Value]) -> (Value, Vec<String>) {
    let answer = town.post("/v1/events", &Value::from(events));
    let rejected = answer["rejected"].as_array().unwrap();
    let codes = rejected
        .iter()
        .map(|one| one["code"].as_str().unwrap().to_owned());
    (answer["accepted"].clone(), codes.collect())
}

/// Fails unless a subscriber who reads all that is told has what is stored, and is told of nobody who was erased.
fn told_on(town: &Town) {
    let mut follower = Follower::default();
    follower.may_lack = true;
    follower.is_what_is_stored(town);
    for update in town.query().updates_after(Position(0), usize::MAX).unwrap() {
        let body = String::from_utf8(update.body).unwrap();
        assert!(
            !body.contains("09121112233") && !body.contains("9121112233"),
            "{}",
            update.subject
        );
    }
}

/// Sara, on a phone and in a shop, and her brother on the same tablet.
pub fn sara() -> Vec<Value> {
    let tablet = cookie("tablet");
    vec![
        viewed("1", "20T09:00", &cookie("sara-phone")),
        signed_in("2", "20T09:05", &cookie("sara-phone"), "sara"),
        at(
            "3",
            3,
            json!([user("sara"), email("sara"), phone("09121112233")]),
            json!({"first_name": "Sara"}),
        ),
        signed_in("4", "20T10:00", &tablet, "sara"),
        viewed("5", "20T10:01", &tablet),
        signed_out("6", "20T10:02", &tablet, "sara"),
        // Typed by nobody knows whom, and shown with her.
        event(
            "7",
            ["callcenter", "Call Started"],
            "21T10:02",
            json!([identifier("email", "sara@example.com", "observed")]),
            json!({}),
        ),
    ]
}

fn reza() -> Vec<Value> {
    let tablet = cookie("tablet");
    vec![
        signed_in("8", "20T11:00", &tablet, "reza"),
        viewed("9", "20T11:01", &tablet),
        at(
            "10",
            10,
            json!([user("reza"), phone("09124445566")]),
            json!({"first_name": "Reza"}),
        ),
    ]
}

#[test]
fn what_is_left_is_what_would_be_had_they_never_come_and_they_do_not_come_back() {
    let (mut town, never) = (Town::keyed(1), Town::keyed(1));
    let told = [sara(), reza()].concat();
    town.tell(&told);
    never.tell(&reza());
    let id = town.person("user_id", "sara").id.to_string();
    let receipt = erase(&town, "user_id:sara");
    assert_eq!(receipt["profile"], id);
    assert_eq!(receipt["removed"]["events"], sara().len());
    assert_eq!(town.profiles(), never.profiles());
    for who in [
        &id,
        "user_id:sara",
        "phone:+989121112233",
        "email:sara@example.com",
    ] {
        let reply = town.call("GET", &format!("/v1/profiles/{who}"), &[], Vec::new());
        assert_eq!((reply.status, &reply.body["code"]), (404, &json!("nobody_there")));
    }
    // The stream is replayed, a channel sends again what it kept, and something of before comes for the first time.
    town.reopen();
    let late = at("11", 11, json!([phone("09121112233")]), json!({"city": "Shiraz"}));
    let (accepted, codes) = again(&town, &[told, vec![late]].concat());
    assert_eq!(accepted, 0);
    assert_eq!(codes, vec!["erased"; sara().len() + 1]);
    assert_eq!(town.profiles(), never.profiles());
    let kept = town.get("/v1/rejections?limit=1");
    assert_eq!(kept["rejections"][0]["code"], "erased");
    assert_eq!(
        kept["rejections"][0]["body"], "",
        "what it said is not kept a second time"
    );
    told_on(&town);
}

#[test]
fn what_others_share_and_what_comes_later_is_taken() {
    let mut town = Town::new();
    town.tell(&[sara(), reza()].concat());
    let version = town.person("user_id", "sara").version;
    let id = town.person("user_id", "sara").id;
    erase(&town, "user_id:sara");
    // The tablet is his as well as hers.
    town.tell(&[viewed("12", "20T11:30", &cookie("tablet"))]);
    assert_eq!(town.person("user_id", "reza").profile.whole.events, 4);
    // She comes back, as somebody of whom nothing is known, and under the id that subscribers know.
    town.reopen_at(ten_minutes_later);
    town.tell(&[signed_in("13", "22T12:05", &cookie("new-phone"), "sara")]);
    let sara = town.person("user_id", "sara");
    assert_eq!((sara.id, sara.profile.whole.events), (id, 1));
    assert_eq!(sara.version, version + 1, "versions go on");
    told_on(&town);
}

#[test]
fn codes_words_and_refused_items_go_with_them() {
    let mut town = Town::new();
    town.tell(
        &[
            sara(),
            reza(),
            vec![at("20", 20, json!([email("other")]), json!({}))],
        ]
        .concat(),
    );
    merge(&town, "user_id:sara", "email:other@example.com");
    decide(&town, "user_id:sara", "r-1", "granted");
    let token = mint(&town, "user_id", "sara");
    let bad = json!({"id": "21", "channel": "web", "type": "Page Viewed", "time": "never", "identifiers": [
        {"kind": "phone", "value": "۰۹۱۲ ۱۱۱ ۲۲۳۳"}]});
    let (_, codes) = again(&town, &[bad]);
    assert_eq!(codes, ["bad_time"]);
    let receipt = erase(&town, "user_id:sara");
    let removed = &receipt["removed"];
    assert_eq!(
        [&removed["codes"], &removed["words"], &removed["rejections"]],
        [&json!(1), &json!(1), &json!(1)]
    );
    assert_eq!(town.get(&format!("/v1/qr/{token}"))["outcome"], "unknown");
    assert_eq!(town.get("/v1/rejections")["rejections"], json!([]));
    assert_eq!(
        town.find("email", "other@example.com"),
        Found::None,
        "they were one person"
    );
    // A repeat gets the first receipt, and what became of it can be asked.
    let path = format!("/v1/erasures/{}", receipt["erasure"].as_str().unwrap());
    assert_eq!(town.get(&path)["removed"], *removed);
    town.reopen();
    assert_eq!(town.get(&path)["removed"], *removed);
    told_on(&town);
}

#[test]
fn a_repeat_gets_the_first_receipt_and_who_is_unknown_none() {
    let town = Town::new();
    town.tell(&sara());
    let ask = |who: &str| {
        town.call(
            "DELETE",
            &format!("/v1/profiles/{who}?request_id=r"),
            &[],
            Vec::new(),
        )
    };
    let (first, second) = (ask("user_id:sara"), ask("user_id:sara"));
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.body["erasure"], second.body["erasure"]);
    let unknown = ask("user_id:nobody");
    assert_eq!(
        (unknown.status, &unknown.body["code"]),
        (404, &json!("nobody_there"))
    );
    let reply = town.call("GET", "/v1/erasures/nothing", &[], Vec::new());
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (404, &json!("no_such_erasure"))
    );
}

/// A busy town, of which some are erased, is the town to which these never came.
#[test]
fn whoever_is_erased_of_a_busy_town_it_is_as_if_they_had_never_come() {
    for seed in 1..=3 {
        let events = generate::events(seed, 30, 400);
        let town = Town::keyed(2);
        town.send(&events);
        let ids: Vec<String> = town.profiles().keys().map(ToString::to_string).collect();
        let chosen = ids.iter().step_by(7);
        let mut gone = BTreeSet::new();
        for id in chosen {
            gone.extend(events_of(&town, id));
            erase(&town, id);
        }
        assert!(gone.len() > 10, "somebody was erased");
        let others: Vec<Value> = events
            .iter()
            .filter(|event| !gone.contains(event["id"].as_str().unwrap()))
            .cloned()
            .collect();
        let never = Town::keyed(2);
        never.send(&others);
        // What it does to others may be carried out behind it.
        town.settle();
        never.settle();
        assert_eq!(town.profiles(), never.profiles(), "seed {seed}");
        town.send(&events);
        town.settle();
        assert_eq!(town.profiles(), never.profiles(), "seed {seed}: sent again");
        told_on(&town);
    }
}

/// The ids of all events of a profile.
fn events_of(town: &Town, profile: &str) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = town.get(&format!("/v1/profiles/{profile}/timeline?limit=200{cursor}"));
        let events = page["events"].as_array().unwrap();
        found.extend(
            events
                .iter()
                .map(|event| event["id"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[test]
fn whoever_only_mentions_an_e_mail_is_neither_erased_nor_told_of() {
    let town = Town::new();
    // A gift for a friend, whose address she typed.
    let friend = identifier("email", "friend@example.com", "stated");
    town.tell(&[at("1", 1, json!([user("sara"), friend]), json!({}))]);
    let before = town.profiles();
    for (method, path) in [
        ("DELETE", "/v1/profiles/email:friend@example.com"),
        ("GET", "/v1/profiles/email:friend@example.com/export"),
    ] {
        let reply = town.call(method, path, &[], Vec::new());
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (409, &json!("only_mentioned")),
            "{method}"
        );
    }
    assert_eq!(town.profiles(), before);
}

#[test]
fn a_refused_item_goes_also_where_the_e_mail_was_only_typed() {
    let town = Town::new();
    let typed = identifier("email", "typed@example.com", "stated");
    town.tell(&[at("1", 1, json!([user("sara"), typed]), json!({}))]);
    let bad = |id: &str, mail: &str| {
        json!({"id": id, "channel": "web", "type": "Page Viewed", "time": "never", "identifiers": [
            {"kind": "email", "value": mail}]})
    };
    again(
        &town,
        &[bad("2", "Typed@Example.com"), bad("3", "untyped@example.com")],
    );
    assert_eq!(erase(&town, "user_id:sara")["removed"]["rejections"], 1);
    let left = town.get("/v1/rejections");
    assert_eq!(
        left["rejections"].as_array().unwrap().len(),
        1,
        "another's is kept"
    );
}

#[test]
fn what_names_only_what_is_shared_is_taken_though_it_says_what_the_erased_said() {
    let town = Town::new();
    let family = || phone("09125556677");
    let call = |id: &str, minute| at(id, minute, json!([family()]), json!({}));
    town.tell(&[
        at("1", 1, json!([user("a"), family()]), json!({})),
        at("2", 2, json!([user("b"), family()]), json!({})),
        call("3", 3),
    ]);
    let Found::Many(three) = town.find("phone", "+989125556677") else {
        panic!("three hold it")
    };
    let [a, b] = ["a", "b"].map(|who| town.person("user_id", who).id);
    let caller = three.into_iter().find(|id| *id != a && *id != b).unwrap();
    erase(&town, &caller.to_string());
    assert_eq!(
        again(&town, &[call("3", 3), call("4", 4)]),
        (json!(1), vec!["erased".to_owned()])
    );
}

#[test]
fn of_a_customer_with_more_claims_than_count_nothing_is_left() {
    let town = Town::with("[identifiers]\nclaims_max = 2\n");
    let claims: Vec<Value> = (1..=5)
        .map(|number: u32| {
            at(
                &number.to_string(),
                number,
                json!([user("sara"), email(&format!("mail-{number}"))]),
                json!({}),
            )
        })
        .collect();
    town.tell(&claims);
    assert_eq!(erase(&town, "user_id:sara")["removed"]["events"], 5);
    assert_eq!(town.profiles().len(), 0);
    assert_eq!(again(&town, &claims), (json!(0), vec!["erased".to_owned(); 5]));
}

#[test]
fn whoever_names_two_customers_is_erased_and_neither_of_them() {
    let town = Town::new();
    town.tell(&[
        at("1", 1, json!([user("a")]), json!({})),
        at("2", 2, json!([user("b")]), json!({})),
    ]);
    let customers = town.profiles();
    town.tell(&[at("3", 3, json!([user("a"), user("b")]), json!({}))]);
    let contested = town
        .profiles()
        .into_keys()
        .find(|id| !customers.contains_key(id))
        .unwrap();
    erase(&town, &contested.to_string());
    assert_eq!(town.profiles(), customers);
}
