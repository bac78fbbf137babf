//! A snapshot, then the stream: without a gap and without a repeat, whatever happens meanwhile.

use futures_util::StreamExt;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{
    said::{cookie, event, signed_in, viewed},
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

/// A page that is called as what is told of profiles is.
fn seen(id: &str, time: &str, on: &Value) -> Value {
    event(id, ["web", "Profile"], time, json!([on]), json!({}))
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
                Step::View(on, hour) => town.tell(&[seen(&format!("e{number}"), &time(hour), &device(on))]),
                Step::Read if subscriber.is_live => {}
                Step::Read => subscriber.next(&town),
                Step::Break => subscriber.reconnect(&town),
            }
        }
        subscriber.has_what_is_in(&town);
    }
}

#[test]
fn a_copy_is_right_that_is_made_while_the_writer_is_at_work() {
    let town = populated();
    let mut subscriber = Subscriber::of(&town);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            for number in 0..200_u8 {
                let (on, hour) = (device(number % 8), time(number % 20));
                let who = format!("u{}", number % 4);
                town.tell(&[match number % 3 {
                    0 => signed_in(&format!("t{number}"), &hour, &on, &who),
                    _ => seen(&format!("t{number}"), &hour, &on),
                }]);
            }
        });
        for taken in 0.. {
            if subscriber.is_live {
                break;
            }
            subscriber.next(&town);
            if taken % 5 == 4 {
                subscriber.reconnect(&town);
            }
        }
    });
    subscriber.has_what_is_in(&town);
}

#[test]
fn a_place_in_the_snapshot_of_another_history_is_begun_anew() {
    let town = populated();
    let last = "ffffffffffffffffffffffffffffffff";
    for cursor in [
        "9999/".to_owned(),
        format!("9999/{last}"),
        format!("9999/{last}/1"),
        format!("0/{last}/9"),
    ] {
        let mut stream = town.stream("/v1/updates", Some(&cursor));
        let mut told = Vec::new();
        while told.last().is_none_or(|name| name != "live") {
            let frame = town.wait(stream.next()).unwrap().unwrap();
            let text = std::str::from_utf8(&frame).unwrap();
            let name = text.lines().find_map(|line| line.strip_prefix("event: "));
            told.extend(name.map(str::to_owned));
        }
        let anew = told.iter().skip_while(|name| *name != "reset").skip(1);
        let copies = anew.filter(|name| *name == "snapshot");
        assert_eq!(copies.count(), town.profiles().len(), "{cursor}: {told:?}");
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
            let frame = town.wait(stream.next()).unwrap().unwrap();
            told.push(String::from_utf8(frame.to_vec()).unwrap());
        }
        let copies = told.iter().filter(|text| text.contains("event: snapshot"));
        assert_eq!(copies.count(), count, "{wanted}");
    }
}

#[test]
fn a_snapshot_goes_on_with_every_update() {
    let town = Town::new();
    for query in [
        "snapshot=true&stream=context",
        "snapshot=true&kind=merged",
        "cursor=7/&kind=merged",
    ] {
        let reply = town.call("GET", &format!("/v1/updates?{query}"), &[], Vec::new());
        assert_eq!(
            (reply.status, &reply.body["code"]),
            (400, &json!("bad_snapshot")),
            "{query}"
        );
    }
}
