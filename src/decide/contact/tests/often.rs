//! Frequency caps and priority.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::decide::contact::samples::{DAY_US, HOUR_US, event_at};

/// What is decided at noon of somebody who agreed, and heard this.
fn heard(events: &[Event], ask: &Ask) -> (Outcome, Reason, Option<Timestamp>) {
    at_noon(&[&[agreed()], events].concat(), ask)
}

#[test]
fn a_day_is_of_the_customers_calendar() {
    for (time, expected) in [
        // Midnight in Berlin.
        ("2026-11-21T22:59:59Z", ALLOWED),
        (
            "2026-11-21T23:00:00Z",
            held(Reason::CapReached, "2026-11-22T23:00:00Z"),
        ),
        (
            "2026-11-22T11:00:00Z",
            held(Reason::CapReached, "2026-11-22T23:00:00Z"),
        ),
    ] {
        assert_eq!(heard(&[sent(time, "a")], &ask()), expected, "{time}");
        assert_eq!(
            heard(&[sent(time, "a")], &for_purpose("service")),
            ALLOWED,
            "{time}"
        );
    }
}

#[test]
fn what_is_allowed_counts_until_it_is_known_what_became_of_it() {
    let step = |name, time| {
        let about = [
            ("matter", "m"),
            ("purpose", "marketing"),
            ("channel", "sms"),
            ("decision", "allow"),
        ];
        event(name, time, &about)
    };
    let allowed = || step("Contact Decided", "2026-11-22T08:00:00Z");
    let full = held(Reason::CapReached, "2026-11-22T23:00:00Z");
    for (events, expected) in [
        (vec![allowed()], full),
        (
            vec![allowed(), step("Message Failed", "2026-11-22T08:01:00Z")],
            ALLOWED,
        ),
        (
            vec![allowed(), step("Message Sent", "2026-11-22T08:01:00Z")],
            full,
        ),
        // Other teams and other ways, and who says nothing of what it was for.
        (vec![event("Message Sent", "2026-11-22T08:00:00Z", &[])], full),
        // What served is not counted.
        (
            vec![event(
                "Message Sent",
                "2026-11-22T08:00:00Z",
                &[("purpose", "service")],
            )],
            ALLOWED,
        ),
    ] {
        assert_eq!(heard(&events, &ask()), expected, "{events:?}");
    }
}

/// An allowed message and its being sent are one: else two of them would fill three places.
#[test]
fn a_message_that_was_allowed_and_sent_counts_once() {
    let about = |matter| {
        [
            ("matter", matter),
            ("purpose", "marketing"),
            ("decision", "allow"),
        ]
    };
    let mut events = Vec::new();
    for (matter, allowed, was_sent) in [
        ("a", "2026-11-18T10:00:00Z", "2026-11-18T10:01:00Z"),
        // By a clock that is behind ours.
        ("b", "2026-11-19T10:00:00Z", "2026-11-19T09:59:00Z"),
    ] {
        events.push(event("Contact Decided", allowed, &about(matter)));
        // Who sends need not say again what it is for.
        events.push(event("Message Sent", was_sent, &[("matter", matter)]));
    }
    assert_eq!(heard(&events, &ask()), ALLOWED);
    events.push(sent("2026-11-20T10:00:00Z", "c"));
    assert_eq!(
        heard(&events, &ask()),
        held(Reason::Reserved, "2026-11-25T10:01:00Z")
    );
}

#[test]
fn the_last_place_is_for_what_matters_more() {
    let days = ["2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"]
        .map(|day| sent(&format!("{day}T10:00:00Z"), day));
    let urgent = Ask { priority: 7, ..ask() };
    let [first, second, third, _] = &days;
    let three = [first.clone(), second.clone(), third.clone()];
    assert_eq!(
        heard(&three, &ask()),
        held(Reason::Reserved, "2026-11-24T10:00:00Z")
    );
    assert_eq!(heard(&three, &urgent), ALLOWED);
    assert_eq!(
        heard(&days, &urgent),
        held(Reason::CapReached, "2026-11-24T10:00:00Z")
    );
    assert_eq!(
        heard(&days, &ask()),
        held(Reason::CapReached, "2026-11-24T10:00:00Z")
    );
}

#[test]
fn of_several_caps_the_one_that_has_room_last_decides() {
    let mut events: Vec<Event> = ["2026-11-17", "2026-11-18", "2026-11-19"]
        .map(|day| sent(&format!("{day}T10:00:00Z"), day))
        .into();
    events.push(sent("2026-11-22T08:00:00Z", "today"));
    assert_eq!(
        heard(&events, &ask()),
        held(Reason::CapReached, "2026-11-24T10:00:00Z")
    );
}

#[test]
fn a_cap_may_be_of_some_ways_and_purposes() {
    let mut policy = policy();
    policy.caps.clear();
    let cap = Cap {
        most: 1,
        days: 30,
        calendar: true,
        ways: vec!["sms".to_owned()],
        purposes: vec!["service".to_owned()],
        reserved: 0,
        reserved_from: 0,
    };
    policy.caps.insert("notes".to_owned(), cap);
    let note = |way, purpose| {
        event(
            "Message Sent",
            "2026-10-25T10:00:00Z",
            &[("channel", way), ("purpose", purpose)],
        )
    };
    let full = Some(at("2026-11-23T23:00:00Z"));
    for (way, purpose, expected) in [
        ("sms", "service", full),
        ("email", "service", None),
        ("sms", "marketing", None),
    ] {
        let verdict = decide(
            &policy,
            &profile(&[note(way, purpose)]),
            &for_purpose("service"),
            at(NOON),
        );
        assert_eq!(verdict.until, expected, "{way} {purpose}");
    }
    let events = [agreed(), note("sms", "service")];
    assert_eq!(
        decide(&policy, &profile(&events), &ask(), at(NOON)).reason,
        Reason::Free
    );
}

/// Whenever it is asked, no more is sent than the caps let through, and what is held for them may be sent when they say.
#[test]
fn no_cap_is_ever_broken() {
    let policy = policy();
    let mail = Ask {
        way: "email".to_owned(),
        priority: 7,
        ..ask()
    };
    for seed in 0..8 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut events = vec![agreed()];
        let mut times: Vec<Timestamp> = Vec::new();
        // Over the night in which clocks are put back.
        let mut now = at("2026-10-10T00:00:00Z");
        for _ in 0..200 {
            let verdict = decide(&policy, &profile(&events), &mail, now);
            match verdict.outcome {
                Outcome::Allow => {
                    let about = [("purpose", "marketing"), ("channel", "email")];
                    events.push(event_at("Message Sent", now, &about));
                    times.push(now);
                }
                Outcome::Hold => {
                    let until = verdict.until.unwrap();
                    assert!(until > now);
                    let again = decide(&policy, &profile(&events), &mail, until);
                    assert_eq!(again.outcome, Outcome::Allow, "{verdict:?} {again:?}");
                }
                Outcome::Suppress => panic!("{verdict:?}"),
            }
            now = now.saturating_add(HOUR_US * (1 + u64::from(random.next_u32()) % 20) + 1);
        }
        let day = |time: &Timestamp| policy.zone.local(*time).unwrap().0;
        for (number, time) in times.iter().enumerate() {
            let same_day = times.iter().filter(|other| day(other) == day(time)).count();
            assert_eq!(same_day, 1, "{seed}");
            let week = times[..=number]
                .iter()
                .filter(|other| **other > time.saturating_sub(7 * DAY_US));
            assert!(week.count() <= 4, "{seed}");
        }
        assert!(times.len() > 20, "{seed}: {} were sent", times.len());
    }
}
