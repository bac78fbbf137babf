//! A snapshot, then the stream: without a gap and without a repeat, whatever happens meanwhile.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    said::{cookie, signed_in, viewed},
    subscriber::Subscriber,
    town::Town,
};

/// What happens while a subscriber reads.
#[derive(Clone, Debug)]
enum Step {
    /// Somebody signs in on a browser, which joins and parts.
    SignIn(u8, u8, u8),
    /// Something is looked at on a browser.
    View(u8, u8),
    /// The subscriber takes an event.
    Read,
    /// Its connection breaks.
    Break,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0..8_u8, 0..4_u8, 0..20_u8).prop_map(|(device, who, hour)| Step::SignIn(device, who, hour)),
        2 => (0..8_u8, 0..20_u8).prop_map(|(device, hour)| Step::View(device, hour)),
        12 => Just(Step::Read),
        1 => Just(Step::Break),
    ]
}

fn device(number: u8) -> Value {
    cookie(&format!("c{number}"))
}

fn time(hour: u8) -> String {
    format!("21T{hour:02}:00")
}

/// Eight browsers, and four customers on some of them.
fn populated() -> Town {
    let town = Town::new();
    for number in 0..8 {
        town.tell(&[viewed(&format!("v{number}"), &time(number), &device(number))]);
    }
    for number in 0..4 {
        let who = format!("u{number}");
        town.tell(&[signed_in(&format!("s{number}"), &time(9), &device(number), &who)]);
    }
    town
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn a_copy_begun_at_any_time_is_right_whatever_happens_while_it_is_made(
        steps in prop::collection::vec(step(), 20..60),
    ) {
        let town = populated();
        let mut subscriber = Subscriber::of(&town);
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::SignIn(on, who, hour) => {
                    let event = signed_in(&format!("e{number}"), &time(hour), &device(on), &format!("u{who}"));
                    town.tell(&[event]);
                }
                Step::View(on, hour) => town.tell(&[viewed(&format!("e{number}"), &time(hour), &device(on))]),
                Step::Read if subscriber.is_live => {}
                Step::Read => subscriber.next(&town),
                Step::Break => subscriber.reconnect(&town),
            }
        }
        subscriber.has_what_is_in(&town);
    }
}

#[test]
fn a_snapshot_of_one_profile_holds_that_one() {
    let town = populated();
    let id = town.person("user_id", "u1").id.to_string();
    for (wanted, count) in [
        (id.as_str(), 1),
        ("00000000000000000000000000000000", 0),
        ("nobody", 0),
    ] {
        let path = format!("/v1/updates?snapshot=true&profile={wanted}");
        let mut stream = town.stream(&path, None);
        let mut told = Vec::new();
        while !told.iter().any(|text: &String| text.contains("event: live")) {
            let frame = town
                .wait(futures_util::StreamExt::next(&mut stream))
                .unwrap()
                .unwrap();
            told.push(String::from_utf8(frame.to_vec()).unwrap());
        }
        let copies = told.iter().filter(|text| text.contains("event: snapshot"));
        assert_eq!(copies.count(), count, "{wanted}");
    }
}

#[test]
fn a_snapshot_goes_on_with_every_update() {
    let town = Town::new();
    for query in ["stream=context", "kind=merged"] {
        let reply = town.call(
            "GET",
            &format!("/v1/updates?snapshot=true&{query}"),
            &[],
            Vec::new(),
        );
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (400, &json!("bad_snapshot")),
            "{query}"
        );
    }
}
