//! When a customer is called back.

use proptest::{collection::vec, prelude::*};

use super::*;
use crate::domain::{
    event::EventId,
    profile::{Aggregate, FoldLimits},
    time::Timestamp,
    value::Value,
};

/// When somebody is called back who asks at noon, with these call-backs promised.
fn call_back(policy: &Policy, events: &[Event], booked: &Booked) -> Option<Timestamp> {
    let contact = contact_policy();
    let ground = Ground {
        policy,
        contact: &contact,
        desk: &busy(),
        booked,
        now: at(NOON),
    };
    let verdict = decide(ground, &profile(events), None, &ask("order_question"));
    verdict.route.call_back().map(|call_back| call_back.from)
}

fn free_call_back(events: &[Event]) -> Option<Timestamp> {
    call_back(&policy(), events, &Booked::default())
}

fn answered(time: &str) -> Event {
    event("Callback Completed", time, &[])
}

fn missed(time: &str) -> Event {
    event("Call Missed", time, &[])
}

#[test]
fn who_answered_at_an_hour_is_called_at_that_hour() {
    // 10:00 in Berlin, on a Wednesday.
    let morning = answered("2026-11-18T09:20:00Z");
    assert_eq!(
        free_call_back(std::slice::from_ref(&morning)),
        Some(at("2026-11-23T09:00:00Z"))
    );
    // Missed at that hour more often, the next best is the earliest of which nothing is known.
    let all = [
        morning,
        missed("2026-11-19T09:00:00Z"),
        missed("2026-11-20T09:30:00Z"),
    ];
    assert_eq!(free_call_back(&all), Some(at("2026-11-22T12:00:00Z")));
    // Of two hours alike, the one of that day of the week.
    let week = [answered("2026-11-18T13:00:00Z"), answered("2026-11-16T13:00:00Z")];
    assert_eq!(free_call_back(&week), Some(at("2026-11-23T13:00:00Z")));
}

#[test]
fn nobody_is_called_at_night_or_while_the_desk_is_closed() {
    // They answer at 8 and at 20 in Berlin: one is quiet, at the other the desk is closed.
    let all = [answered("2026-11-18T07:00:00Z"), answered("2026-11-18T19:00:00Z")];
    assert_eq!(free_call_back(&all), Some(at("2026-11-22T12:00:00Z")));
    // Where they are it is night while the desk is open; were it open earlier, it would be evening.
    let in_auckland = Event {
        traits: BTreeMap::from([("timezone".to_owned(), Value::Text("Pacific/Auckland".to_owned()))]),
        ..event("Signed In", "2026-11-20T12:00:00Z", &[])
    };
    assert_eq!(free_call_back(std::slice::from_ref(&in_auckland)), None);
    let early = Policy {
        hours: Hours {
            from: 6 * 60,
            ..policy().hours
        },
        ..policy()
    };
    assert_eq!(
        call_back(&early, &[in_auckland], &Booked::default()),
        Some(at("2026-11-23T05:00:00Z"))
    );
}

#[test]
fn what_is_full_is_not_offered() {
    let mut booked = Booked::default();
    let mut offered = Vec::new();
    for _ in 0..3 {
        let from = call_back(&policy(), &[], &booked).unwrap();
        booked.add(from, "orders", 1);
        offered.push(from);
    }
    // The usual hours of today and of tomorrow.
    let expected = [
        "2026-11-22T15:00:00Z",
        "2026-11-22T16:00:00Z",
        "2026-11-23T15:00:00Z",
    ];
    assert_eq!(offered, expected.map(at));
    // Who can do it is as busy with something else that all of them do.
    booked = Booked::default();
    booked.add(at("2026-11-22T15:00:00Z"), "sales", 1);
    assert_eq!(
        call_back(&policy(), &[], &booked),
        Some(at("2026-11-22T16:00:00Z"))
    );
    let twice = Policy {
        defer: Deferral {
            calls_per_agent: 2,
            ..policy().defer
        },
        ..policy()
    };
    assert_eq!(call_back(&twice, &[], &booked), Some(at("2026-11-22T15:00:00Z")));
}

#[test]
fn where_no_slot_has_room_within_the_horizon_nobody_is_put_off() {
    let short = |horizon_us| Policy {
        defer: Deferral {
            horizon_us,
            ..policy().defer
        },
        ..policy()
    };
    assert_eq!(call_back(&short(HOUR_US), &[], &Booked::default()), None);
    assert_eq!(
        call_back(&short(2 * HOUR_US), &[], &Booked::default()),
        Some(at("2026-11-22T12:00:00Z"))
    );
    let never = Policy {
        defer: Deferral {
            calls_per_agent: 0,
            ..policy().defer
        },
        ..policy()
    };
    assert_eq!(call_back(&never, &[], &Booked::default()), None);
}

/// A contact that was answered or not, and which of the events of its kind it is.
fn contact(number: usize, hour: i64, is_answered: bool) -> Event {
    let name = if is_answered {
        "Message Opened"
    } else {
        "Call Missed"
    };
    let id = EventId {
        source: "test".to_owned(),
        id: format!("e-{number}"),
    };
    Event::plain(id, name, Timestamp::from_micros(hour * 3_600_000_000))
}

fn folded(events: &[Event]) -> Aggregate {
    let limits = FoldLimits::STANDARD;
    let mut whole = Aggregate::default();
    for event in events {
        whole.merge(&Aggregate::of(event, false, &limits), &limits);
    }
    whole
}

proptest! {
    #[test]
    fn what_is_learned_does_not_depend_on_the_order(
        contacts in vec((490_000_i64..490_400, any::<bool>()), 0..30),
        turn in 0_usize..30,
    ) {
        let events: Vec<Event> = contacts
            .iter()
            .enumerate()
            .map(|(number, (hour, is_answered))| contact(number, *hour, *is_answered))
            .collect();
        let mut turned = events.clone();
        turned.rotate_left(turn.min(events.len()));
        let whole = folded(&events);
        prop_assert_eq!(&whole.contacts.answering, &folded(&turned).contacts.answering);
        let (one, other) = events.split_at(turn.min(events.len()));
        let mut parts = folded(other);
        parts.merge(&folded(one), &FoldLimits::STANDARD);
        prop_assert_eq!(&whole.contacts.answering, &parts.contacts.answering);
        prop_assert_eq!(free_call_back(&events), free_call_back(&turned));
        let tallies = whole.contacts.answering.by_hour.values();
        let sum = tallies.map(|tally| tally.answered + tally.missed).sum::<u64>();
        prop_assert_eq!(sum, u64::try_from(events.len()).unwrap());
    }
}
