//! Contacts: what is kept of messages, in any order.

use super::*;
use crate::domain::{
    event::{Event, EventId},
    identity::link::OWN_SOURCE,
    profile::Aggregate,
    time::Timestamp,
    value::Value,
};

const LIMITS: FoldLimits = FoldLimits {
    matters_max: 3,
    consents_max: 2,
    ..FoldLimits::STANDARD
};

fn event(source: &str, name: &str, second: i64, properties: &[(&str, &str)]) -> Event {
    let time = Timestamp::from_micros(second * 1_000_000);
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), Value::Text((*value).to_owned()));
    Event {
        channel: "crm".to_owned(),
        properties: properties.iter().map(text).collect(),
        ..Event::plain(
            EventId {
                source: source.to_owned(),
                id: format!("e-{second}"),
            },
            name,
            time,
        )
    }
}

fn folded(events: &[Event]) -> Contacts {
    let mut whole = Aggregate::default();
    for event in events {
        whole.merge(&Aggregate::of(event, false, &LIMITS), &LIMITS);
    }
    whole.contacts
}

fn steps(contacts: &Contacts) -> Vec<(&str, Step, &str, &str)> {
    let all = contacts.steps();
    all.map(|(purpose, one)| (purpose, one.step, one.matter.as_str(), one.way.as_str()))
        .collect()
}

#[test]
fn what_was_allowed_sent_and_failed_is_known_by_its_matter() {
    let about = [("matter", "m"), ("channel", "sms"), ("purpose", "marketing")];
    let allowed = |decision| {
        let all = [about.as_slice(), &[("decision", decision)]].concat();
        event(OWN_SOURCE, "Contact Decided", 1, &all)
    };
    let contacts = folded(&[
        allowed("allow"),
        event("crm", "Message Sent", 2, &about),
        event("crm", "message_failed", 3, &[("purpose", "marketing")]),
    ]);
    let expected = [
        ("marketing", Step::Allowed, "m", "sms"),
        ("marketing", Step::Sent, "m", "sms"),
        // Who says no more is known by the event, and by where it came from.
        ("marketing", Step::Failed, "e-3", "crm"),
    ];
    assert_eq!(steps(&contacts), expected);
    for decision in ["hold", "suppress"] {
        assert!(folded(&[allowed(decision)]).is_empty(), "{decision}");
    }
    // Nobody else decides.
    let all = [about.as_slice(), &[("decision", "allow")]].concat();
    assert!(folded(&[event("crm", "Contact Decided", 1, &all)]).is_empty());
}

#[test]
fn the_bounds_keep_the_same_in_any_order() {
    let purposes = ["c", "a", "b", "a", "a"];
    let events: Vec<Event> = (1..)
        .zip(purposes.iter().cycle().take(5 * 40))
        .map(|(second, purpose)| event("crm", "Message Sent", second, &[("purpose", purpose)]))
        .chain([
            event("crm", "Delivery Failed", 1_020, &[]),
            event("crm", "Subscription Cancelled", 1_030, &[]),
            event("crm", "Delivery Failed", 1_010, &[]),
        ])
        .collect();
    let whole = folded(&events);
    let kept: Vec<_> = whole
        .by_purpose
        .iter()
        .map(|(name, all)| (name.as_str(), all.len()))
        .collect();
    assert_eq!(kept, [("a", STEPS_MAX), ("b", 40)]);
    let ended = [&whole.failed_delivery, &whole.leaving].map(|stamp| stamp.as_ref().map(|at| at.id.as_str()));
    assert_eq!(ended, [Some("e-1020"), Some("e-1030")]);
    for turn in (1..events.len()).step_by(23) {
        let mut turned = events.clone();
        turned.rotate_left(turn);
        assert_eq!(folded(&turned), whole, "{turn}");
        let (one, other) = turned.split_at(turn);
        let mut parts = folded(other);
        parts.merge(&folded(one));
        parts.bound(&LIMITS);
        assert_eq!(parts, whole, "{turn}");
    }
}
