//! One rule at a time, with the persons written down by hand: each must hold in every order of arrival.

use serde_json::{Value, json};
use yekta::{
    domain::{event::Event, identity::IdentityRules},
    wire::Call,
};

use crate::{
    arrival::Arrival,
    check::every_order_agrees,
    outcome::{Outcome, run},
    partitioned, town,
};

/// Orders in which each scenario is played.
const ORDERS: u64 = 12;

/// An event of `source` with identifiers written `kind=value` or `kind=value/trust`, at a second of the day.
fn event(id: &str, second: u64, name: &str, identifiers: &str) -> Value {
    let identifiers: Vec<Value> = identifiers
        .split_whitespace()
        .map(|one| {
            let (kind, value) = one.split_once('=').unwrap();
            let (value, trust) = value.split_once('/').unwrap_or((value, "stated"));
            json!({"kind": kind, "value": value, "trust": trust})
        })
        .collect();
    json!({
        "id": id, "source": "shop", "channel": "web", "type": name, "time": 1_767_225_600_000 + 1000 * second,
        "identifiers": identifiers,
    })
}

fn page(id: &str, second: u64, identifiers: &str) -> Value {
    event(id, second, "Page Viewed", identifiers)
}

/// Plays `events` and fails unless the persons are `expected`: per person, the ids of the events.
fn check(events: &[Event], expected: &[&str]) -> Outcome {
    let outcome = every_order_agrees(events, &IdentityRules::standard(), 0..ORDERS, |_| 3);
    partitioned::every_order_agrees(events, &outcome);
    let mut persons: Vec<String> = outcome
        .persons
        .keys()
        .map(|person| {
            person
                .iter()
                .map(|place| events[*place].id.id.as_str())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    persons.sort();
    assert_eq!(persons, expected);
    outcome
}

#[test]
fn somebody_who_browses_and_then_signs_in_is_one_person() {
    let events = town::events(&[
        page("a", 1, "anonymous_id=c"),
        event("b", 2, "Signed In", "anonymous_id=c user_id=mina"),
        page("c", 3, "anonymous_id=c"),
        page("d", 4, "user_id=mina device_id=phone"),
    ]);
    check(&events, &["a b c d"]);
}

#[test]
fn a_late_log_in_parts_what_was_one() {
    let early = [
        event("a", 10, "Signed In", "anonymous_id=kiosk user_id=mina"),
        page("b", 15, "anonymous_id=kiosk"),
        page("c", 25, "anonymous_id=kiosk"),
        page("d", 35, "anonymous_id=kiosk"),
    ];
    check(&town::events(&early), &["a b c d"]);
    let mut all = early.to_vec();
    all.push(event("e", 20, "Signed In", "anonymous_id=kiosk user_id=sara"));
    all.push(event("f", 30, "Signed In", "anonymous_id=kiosk user_id=mina"));
    check(&town::events(&all), &["a b d f", "c e"]);
}

#[test]
fn after_a_log_out_the_device_is_of_whoever_comes_next() {
    let events = town::events(&[
        event("a", 10, "Signed In", "anonymous_id=c user_id=mina"),
        event("b", 20, "Signed Out", "anonymous_id=c user_id=mina"),
        page("c", 20, "anonymous_id=c"),
        page("d", 25, "anonymous_id=c"),
        event("e", 30, "Signed In", "anonymous_id=c user_id=sara"),
        event("f", 40, "Signed Out", "anonymous_id=c user_id=sara"),
        page("g", 50, "anonymous_id=c"),
    ]);
    check(&events, &["a b", "c d e f", "g"]);
}

#[test]
fn an_event_on_the_devices_of_two_customers_is_of_neither() {
    let events = town::events(&[
        event("a", 10, "Signed In", "anonymous_id=c user_id=mina"),
        event("b", 10, "Signed In", "device_id=d user_id=sara"),
        page("c", 20, "anonymous_id=c device_id=d"),
        page("d", 20, "user_id=mina user_id=sara loyalty_id=l"),
        page("e", 20, "anonymous_id=c device_id=new"),
        page("f", 20, "device_id=new"),
    ]);
    check(&events, &["a e f", "b", "c", "d"]);
}

/// `x` connects both devices until log-outs say that each of them was somebody's then.
#[test]
fn what_an_event_connected_is_apart_when_the_event_turns_out_to_be_of_two_customers() {
    let events = town::events(&[
        event("a", 6, "Signed Out", "anonymous_id=c user_id=mina"),
        event("b", 6, "Signed Out", "device_id=d user_id=sara"),
        page("x", 5, "anonymous_id=c device_id=d"),
        page("y", 7, "anonymous_id=c"),
        page("z", 7, "device_id=d"),
    ]);
    check(&events[2..], &["x y z"]);
    check(&events, &["a", "b", "x", "y", "z"]);
}

#[test]
fn a_value_that_two_customers_share_joins_nobody() {
    let events = town::events(&[
        page("a", 1, "user_id=mina phone=+989120000001/staff"),
        page("b", 2, "phone=+989120000001/staff"),
        page("c", 3, "user_id=sara phone=+989120000001/staff"),
        page("d", 4, "phone=+989120000001"),
    ]);
    check(&events[..2], &["a b"]);
    check(&events, &["a", "b", "c", "d"]);
}

#[test]
fn who_only_states_a_contact_is_shown_with_the_one_who_holds_it() {
    let events = town::events(&[
        page("a", 1, "email=mina@example.com"),
        page("b", 2, "user_id=mina email=mina@example.com/verified"),
        page("c", 3, "loyalty_id=l email=mina@example.com/observed"),
    ]);
    check(&events[..1], &["a"]);
    check(&events, &["a b", "c"]);
}

#[test]
fn one_person_has_ten_emails_at_most_unless_a_customer_id_says_so() {
    let with = |key: &str| -> Vec<Event> {
        let letters = "abcdefghijk".chars().zip(1..);
        let pages: Vec<Value> = letters
            .map(|(id, second)| {
                page(
                    &id.to_string(),
                    second,
                    &format!("{key} email={id}@example.com/staff"),
                )
            })
            .collect();
        town::events(&pages)
    };
    check(&with("loyalty_id=l"), &["a b c d e f g h i j", "k"]);
    check(&with("user_id=mina"), &["a b c d e f g h i j k"]);
}

#[test]
fn an_alias_makes_two_customer_ids_one_person() {
    let mut events = town::events(&[
        page("a", 1, "user_id=old phone=+989120000001/staff"),
        page("b", 2, "user_id=new phone=+989120000001/staff"),
        page("c", 3, "phone=+989120000001/staff"),
    ]);
    check(&events, &["a", "b", "c"]);
    let message =
        json!({"messageId": "d", "userId": "new", "previousId": "old", "timestamp": "2026-01-01T00:00:04Z"});
    events.push(town::segment(Call::Alias, &message));
    check(&events, &["a b c d"]);
}

/// The alias is the word of whoever owns the device: when the device turns out to be somebody else's, it is taken back,
/// and what both customers share joins nobody again.
#[test]
fn an_alias_goes_with_the_device_that_it_was_declared_on() {
    let alias = |id: &str, second: u64| {
        let time = format!("2026-01-01T00:00:{second:02}Z");
        let message = json!({"messageId": id, "anonymousId": "c", "previousId": "old", "timestamp": time});
        town::segment(Call::Alias, &message)
    };
    let mut events = town::events(&[
        page("a", 1, "user_id=old phone=+989120000001/staff"),
        page("b", 2, "user_id=new phone=+989120000001/staff"),
        page("c", 3, "phone=+989120000001/staff"),
        event("d", 10, "Signed In", "anonymous_id=c user_id=new"),
    ]);
    events.push(alias("e", 20));
    check(&events, &["a b c d e"]);
    events.extend(town::events(&[event(
        "f",
        15,
        "Signed In",
        "anonymous_id=c user_id=third",
    )]));
    check(&events, &["a e f", "b d", "c"]);
    events.push(alias("g", 12));
    check(&events, &["a b c d e f g"]);
}

#[test]
fn one_order_counts_once_whoever_reports_it() {
    let order = |id: &str, second: u64, name: &str, identifiers: &str, total: &str| {
        let mut order = event(id, second, name, identifiers);
        order["properties"] = json!({"order_id": "o1", "total": total, "currency": "IRR"});
        order
    };
    let events = town::events(&[
        order("a", 1, "Order Completed", "user_id=mina", "100.10"),
        order("b", 2, "Order Completed", "loyalty_id=l", "100.20"),
        page("c", 3, "loyalty_id=l"),
    ]);
    let outcome = check(&events, &["a b c"]);
    let totals = &outcome.persons.values().next().unwrap().totals;
    let revenue: Vec<String> = totals
        .1
        .iter()
        .map(|(currency, sum)| format!("{sum} {currency}"))
        .collect();
    assert_eq!((totals.0, revenue), (1, vec!["100.2 IRR".to_owned()]));
}

#[test]
fn what_comes_again_counts_once_and_of_two_under_one_id_the_first_holds() {
    let first = town::events(&[page("a", 1, "user_id=mina"), page("b", 2, "user_id=mina")]);
    let other = town::events(&[page("a", 9, "user_id=sara email=sara@example.com/verified")]);
    let rules = IdentityRules::standard();
    let batches = vec![
        vec![first[0].clone(), other[0].clone()],
        vec![first[0].clone()],
        vec![first[1].clone(), other[0].clone()],
    ];
    let again = run(
        &first,
        Arrival {
            seed: 0,
            batches,
            copies: 1,
            impostors: 2,
        },
        &rules,
    );
    let once = run(
        &first,
        Arrival {
            seed: 0,
            batches: vec![first.clone()],
            copies: 0,
            impostors: 0,
        },
        &rules,
    );
    assert_eq!(again, once);
    assert_eq!(
        once.persons
            .values()
            .map(|person| person.events)
            .collect::<Vec<_>>(),
        [2]
    );
}
