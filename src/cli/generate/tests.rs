//! Generated traffic: seeded, honest about people, and readable by the service.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{FIXED_START, Generator, GeneratorConfig, SECOND, SPAN, events};

const COUNT: usize = 10_000;

fn sample() -> Vec<Value> {
    events(7, 40, COUNT)
}

fn text<'a>(event: &'a Value, name: &str) -> &'a str {
    event[name].as_str().unwrap()
}

fn micros(event: &Value) -> i64 {
    text(event, "time")
        .parse::<jiff::Timestamp>()
        .unwrap()
        .as_microsecond()
}

fn identifier<'a>(event: &'a Value, kind: &str) -> Option<&'a str> {
    let identifiers = event["identifiers"].as_array().unwrap();
    identifiers
        .iter()
        .find(|one| one["kind"] == kind)
        .map(|one| one["value"].as_str().unwrap())
}

/// The users who logged in on each device of a kind.
fn users_per(events: &[Value], kind: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for event in events.iter().filter(|event| text(event, "type") == "Signed In") {
        if let Some(device) = identifier(event, kind) {
            let user = identifier(event, "user_id").unwrap();
            users
                .entry(device.to_owned())
                .or_default()
                .insert(user.to_owned());
        }
    }
    users
}

fn share(events: &[Value], fits: impl Fn(&Value) -> bool) -> f64 {
    let fitting = u32::try_from(events.iter().filter(|event| fits(event)).count()).unwrap();
    f64::from(fitting) / f64::from(u32::try_from(events.len()).unwrap())
}

#[test]
fn a_seed_gives_one_stream() {
    assert_eq!(events(7, 40, 2_000), events(7, 40, 2_000));
    assert_ne!(events(7, 40, 200), events(8, 40, 200));
    assert_ne!(events(7, 40, 200), events(7, 41, 200));
}

#[test]
fn a_longer_stream_begins_like_a_shorter_one() {
    assert_eq!(events(3, 5, 5_000)[..500], events(3, 5, 500));
}

#[test]
fn most_events_are_clicks_and_every_channel_is_there() {
    let events = sample();
    let bounds = [
        ("web", 0.45, 0.70),
        ("mobile", 0.20, 0.45),
        ("store", 0.02, 0.12),
        ("callcenter", 0.02, 0.10),
    ];
    for (channel, low, high) in bounds {
        let share = share(&events, |event| text(event, "channel") == channel);
        assert!((low..high).contains(&share), "{channel}: {share}");
    }
}

#[test]
fn only_counted_copies_have_the_id_of_another() {
    let config = GeneratorConfig {
        seed: 7,
        people: 40,
        start: FIXED_START,
    };
    let mut generator = Generator::new(config);
    let mut known: BTreeMap<String, Value> = BTreeMap::new();
    let mut copies = 0_u64;
    for event in generator.by_ref().take(COUNT) {
        if let Some(earlier) = known.insert(text(&event, "id").to_owned(), event.clone()) {
            assert_eq!(earlier, event);
            copies += 1;
        }
    }
    assert_eq!(generator.duplicates(), copies);
    assert!((60..140).contains(&copies), "{copies}");
}

#[test]
fn every_event_lies_in_the_days_before_the_start() {
    // So few people that the stream laps several times.
    for event in events(1, 2, COUNT) {
        let time = micros(&event);
        assert!(((FIXED_START - SPAN)..FIXED_START).contains(&time), "{event}");
    }
}

#[test]
fn some_events_arrive_out_of_order() {
    let events = sample();
    let mut latest = i64::MIN;
    let mut late = 0;
    for event in &events {
        let time = micros(event);
        late += usize::from(time.saturating_add(3_600 * SECOND) < latest);
        latest = latest.max(time);
    }
    assert!((COUNT / 200..COUNT / 10).contains(&late), "{late}");
}

#[test]
fn some_log_ins_arrive_after_what_the_device_did_next() {
    let events = sample();
    let mut last_unknown: BTreeMap<&str, i64> = BTreeMap::new();
    let mut late = 0;
    let mut in_time = 0;
    for event in &events {
        let Some(cookie) = identifier(event, "anonymous_id") else {
            continue;
        };
        if text(event, "type") == "Signed In" {
            let overtaken = last_unknown.get(cookie).is_some_and(|time| *time > micros(event));
            if overtaken { late += 1 } else { in_time += 1 }
        } else if identifier(event, "user_id").is_none() {
            let time = last_unknown.entry(cookie).or_insert(i64::MIN);
            *time = micros(event).max(*time);
        }
    }
    assert!(late > 20, "{late}");
    assert!(in_time > late, "{in_time} {late}");
}

#[test]
fn people_share_cookies_and_tablets() {
    let events = sample();
    for kind in ["anonymous_id", "device_id"] {
        let users = users_per(&events, kind);
        assert!(
            users.values().filter(|users| users.len() == 2).count() > 3,
            "{kind}"
        );
        assert!(
            users.values().filter(|users| users.len() == 1).count() > 3,
            "{kind}"
        );
    }
    let cards: BTreeSet<(&str, &str)> = events
        .iter()
        .filter_map(|event| Some((identifier(event, "loyalty_id")?, identifier(event, "user_id")?)))
        .collect();
    let distinct: BTreeSet<&str> = cards.iter().map(|(card, _)| *card).collect();
    assert!(cards.len() > distinct.len(), "no card is used by two users");
}

#[test]
fn somebody_uses_a_tablet_between_two_log_ins_without_one() {
    let events = sample();
    let users = users_per(&events, "device_id");
    let shared = |device: &str| users.get(device).is_some_and(|users| users.len() > 1);
    assert!(events.iter().any(|event| {
        identifier(event, "user_id").is_none() && identifier(event, "device_id").is_some_and(shared)
    }));
}

#[test]
fn a_store_s_devices_see_many_people() {
    let mut cards: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for event in sample().iter().filter(|event| text(event, "channel") == "store") {
        let device = identifier(event, "device_id").unwrap().to_owned();
        let customer = identifier(event, "loyalty_id").or(identifier(event, "phone"));
        cards
            .entry(device)
            .or_default()
            .extend(customer.map(str::to_owned));
    }
    assert!(cards.values().all(|people| people.len() > 3), "{cards:?}");
    assert!(cards.keys().any(|device| device.starts_with("kiosk")));
}

#[test]
fn web_and_till_report_some_orders_both() {
    let mut channels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for event in sample()
        .iter()
        .filter(|event| text(event, "type") == "Order Completed")
    {
        let order = event["properties"]["order_id"].as_str().unwrap().to_owned();
        channels
            .entry(order)
            .or_default()
            .insert(text(event, "channel").to_owned());
    }
    assert!(channels.values().filter(|channels| channels.len() == 2).count() > 5);
    assert!(channels.values().filter(|channels| channels.len() == 1).count() > 50);
}

#[test]
fn what_the_order_test_needs_is_dense_among_few_people() {
    let events = events(11, 12, COUNT);
    let cookies = users_per(&events, "anonymous_id");
    let two = cookies.values().filter(|users| users.len() > 1).count();
    assert!(two >= 4, "{two} of {}", cookies.len());
    let log_ins = share(&events, |event| text(event, "type") == "Signed In");
    assert!(log_ins > 0.01, "{log_ins}");
}

#[test]
fn calls_hide_their_number_at_times_and_always_have_an_id() {
    let events = sample();
    let calls: Vec<&Value> = events
        .iter()
        .filter(|event| text(event, "type") == "Call Started")
        .collect();
    let withheld = calls
        .iter()
        .filter(|call| !identifier(call, "phone").unwrap().starts_with("+98"))
        .count();
    assert!(
        withheld > 0 && withheld < calls.len() / 3,
        "{withheld} of {}",
        calls.len()
    );
    assert!(calls.iter().all(|call| identifier(call, "call_id").is_some()));
}

#[test]
fn every_kind_of_event_that_opens_or_closes_something_is_there() {
    let events = sample();
    let names: BTreeSet<&str> = events.iter().map(|event| text(event, "type")).collect();
    for name in [
        "Product Viewed",
        "Product Added",
        "Product Removed",
        "Product Added to Wishlist",
        "Product Removed from Wishlist",
        "Signed In",
        "Signed Out",
        "Offer Shown",
        "Coupon Applied",
        "Order Completed",
        "Order Ready",
        "Order Shipped",
        "Order Delivered",
        "Order Cancelled",
        "Order Refunded",
        "Call Started",
        "Call Ended",
        "Ticket Opened",
        "Ticket Closed",
        "Survey Answered",
        "Store Visit Started",
        "Consent Changed",
    ] {
        assert!(names.contains(name), "{name}");
    }
    assert!(events.iter().any(|event| event["consent"].is_object()));
    let persian = |event: &Value| identifier(event, "phone").is_some_and(|phone| phone.starts_with('۰'));
    assert!(events.iter().any(persian));
}
