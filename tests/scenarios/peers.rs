//! What went wrong in other systems of this kind, as their users told it: each is tried here.

use serde_json::{Value, json};
use yekta::engine::queries::query::Found;

use crate::{
    said::{event, identifier, user},
    town::Town,
};

fn on_web(id: &str, minute: u32, identifiers: Value) -> Value {
    let time = format!("21T{:02}:{:02}", 8 + minute / 60, minute % 60);
    event(id, ["web", "Page Viewed"], &time, identifiers, json!({}))
}

fn cookie(value: &str) -> Value {
    identifier("anonymous_id", value, "observed")
}

#[test]
fn two_identifies_of_one_pair_give_the_same_in_either_order_and_at_once() {
    let both = [
        on_web("1", 1, json!([cookie("c"), user("ann")])),
        on_web(
            "2",
            2,
            json!([cookie("c"), identifier("email", "ann@example.com", "verified")]),
        ),
    ];
    let told = |events: [&Value; 2]| {
        let town = Town::new();
        events
            .into_iter()
            .for_each(|event| town.tell(std::slice::from_ref(event)));
        let ann = town.person("user_id", "ann");
        (town.profiles().len(), ann.version, ann.fingerprint)
    };
    let straight = told([&both[0], &both[1]]);
    assert_eq!(straight.0, 1);
    let (count, _, fingerprint) = told([&both[1], &both[0]]);
    assert_eq!((count, fingerprint), (1, straight.2));
    let town = Town::new();
    let replies = town.race("/v1/events", &json!(both), 8);
    let accepted: u64 = replies
        .iter()
        .map(|reply| reply.body["accepted"].as_u64().unwrap())
        .sum();
    assert_eq!(accepted, 2, "of eight at once each event counts once");
    assert_eq!(
        (town.profiles().len(), town.person("user_id", "ann").fingerprint),
        (1, straight.2)
    );
}

#[test]
fn five_hundred_log_ins_on_one_kiosk_are_five_hundred_people() {
    let town = Town::new();
    let kiosk = identifier("device_id", "kiosk-1", "observed");
    let said = |customer: usize, name: &str, minute: usize| {
        let (id, time) = (
            format!("{name}-{customer}"),
            format!("21T{:02}:{:02}", 8 + minute / 60, minute % 60),
        );
        let who = json!([kiosk, user(&format!("u{customer}"))]);
        event(
            &id,
            ["store", name],
            &time,
            who,
            json!({"traits": {"first_name": format!("n{customer}")}}),
        )
    };
    let day: Vec<Value> = (0..500)
        .flat_map(|one| [said(one, "Signed In", one), said(one, "Order Completed", one)])
        .collect();
    town.tell(&day);
    town.tell(&[event(
        "late",
        ["store", "Page Viewed"],
        "21T23:00",
        json!([kiosk]),
        json!({}),
    )]);
    assert_eq!(town.profiles().len(), 501, "and one whom nobody knows");
    for customer in [0, 1, 250, 499] {
        let person = town.person("user_id", &format!("u{customer}")).profile;
        assert_eq!(person.whole.events, 2);
    }
}

#[test]
fn what_stands_for_nothing_joins_nobody() {
    let town = Town::new();
    let nothing = [
        "null",
        "'None'",
        "undefined",
        "0000",
        "[object Object]",
        "anonymous",
        "-1",
    ];
    let mut events = Vec::new();
    for (place, value) in nothing.iter().enumerate() {
        for kind in ["user_id", "anonymous_id", "device_id", "loyalty_id"] {
            for one in 0..2 {
                let own = cookie(&format!("{kind}-{place}-{one}"));
                let id = format!("{kind}-{place}-{one}");
                events.push(on_web(&id, 1, json!([own, identifier(kind, value, "verified")])));
            }
        }
    }
    for one in 0..2 {
        let own = cookie(&format!("mail-{one}"));
        events.push(on_web(
            &format!("mail-{one}"),
            1,
            json!([own, identifier("email", "test@test.com", "verified")]),
        ));
    }
    town.tell(&events);
    assert_eq!(town.profiles().len(), events.len());
}

#[test]
fn one_caller_is_one_however_the_number_is_written() {
    let town = Town::new();
    town.tell(&[event(
        "0",
        ["store", "Profile Updated"],
        "21T08:00",
        json!([user("ann"), identifier("phone", "+98 21 8888 7777", "staff")]),
        json!({}),
    )]);
    let written = [
        "+98 21 8888 7777",
        "021 8888 7777",
        "0098 21 8888-7777",
        "(021) 88887777",
        "tel:+982188887777",
        "۰۲۱۸۸۸۸۷۷۷۷",
    ];
    for (place, number) in written.iter().enumerate() {
        let id = format!("call-{place}");
        let caller = json!([identifier("phone", number, "observed")]);
        town.tell(&[event(
            &id,
            ["callcenter", "Call Started"],
            "21T09:00",
            caller,
            json!({}),
        )]);
    }
    assert_eq!(
        town.person("user_id", "ann").profile.whole.events,
        1 + written.len() as u64
    );
    assert_eq!(town.profiles().len(), 1);
    for withheld in ["anonymous", "withheld", "+00"] {
        assert_eq!(town.find("phone", withheld), Found::None);
    }
}

#[test]
fn what_happened_last_week_and_comes_today_overwrites_nothing_of_today() {
    let town = Town::new();
    let said = |id: &str, day: &str, city: &str| {
        let traits = json!({"traits": {"city": city}});
        event(
            id,
            ["web", "Profile Updated"],
            &format!("{day}T08:00"),
            json!([user("ann")]),
            traits,
        )
    };
    town.tell(&[said("1", "21", "Shiraz")]);
    town.tell(&[said("2", "14", "Tehran")]);
    let ann = town.get("/v1/profiles/user_id:ann");
    assert_eq!(
        (&ann["traits"]["city"], &ann["counters"]["events"]),
        (&json!("Shiraz"), &json!(2))
    );
}

#[test]
fn whoever_throws_claims_at_one_customer_gets_no_more_than_count_and_takes_nothing_from_the_others() {
    const COUNT: usize = 5;
    let town = Town::with(&format!("[identifiers]\nclaims_max = {COUNT}\n"));
    let on_device = |number: u32| {
        let device = identifier("device_id", &format!("d-{number}"), "observed");
        on_web(&number.to_string(), number, json!([device, user("bot")]))
    };
    let other = on_web("ann", 1, json!([cookie("ann's"), user("ann")]));
    // The latest first: what counts is when it happened, not when it came.
    let thrown: Vec<Value> = (0..20).rev().map(on_device).collect();
    town.tell(std::slice::from_ref(&other));
    thrown
        .iter()
        .for_each(|event| town.tell(std::slice::from_ref(event)));
    let bot = town.person("user_id", "bot");
    let identity = town.get(&format!("/v1/profiles/{}/identity", bot.id));
    let devices = |profile: &Value| -> Vec<String> {
        let members = profile["members"].as_array().unwrap().iter();
        let mut devices: Vec<String> = members
            .flat_map(|member| member["identifiers"].as_array().unwrap())
            .filter(|one| one["kind"] == "device_id")
            .map(|one| one["value"].as_str().unwrap().to_owned())
            .collect();
        devices.sort();
        devices
    };
    assert_eq!(devices(&identity), ["d-0", "d-1", "d-2", "d-3", "d-4"]);
    assert_eq!(
        town.profiles().len(),
        2 + 20 - COUNT,
        "the others stand by themselves"
    );
    assert_eq!(
        town.person("user_id", "ann").version,
        1,
        "nobody else was touched"
    );

    let Found::One(late) = town.find("device_id", "d-19") else {
        panic!("the last device is one profile's");
    };
    let identity = town.get(&format!("/v1/profiles/{late}/identity"));
    assert_eq!(identity["generic"][0]["value"], "bot", "and the reason is told");
    let between = town.get(&format!("/v1/identity/explain?a={}&b={late}", bot.id));
    assert_eq!(
        (&between["one"], &between["generic"][0]["value"]),
        (&json!(false), &json!("bot"))
    );
}
