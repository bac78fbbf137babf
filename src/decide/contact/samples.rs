//! A customer in Berlin and what happens to them, for the tests of this module.

use std::{collections::BTreeMap, convert::Infallible};

use crate::{
    decide::contact::{Ask, Cap, Need, Policy, Purpose, QuietHours, Zone},
    domain::{
        event::{ConsentChange, Event, EventId},
        identity::{Claim, IdentityRules, link::OWN_SOURCE},
        profile::{Aggregate, FoldLimits, Profile, consent::Decision},
        time::Timestamp,
        value::Value,
    },
};

pub(in crate::decide) const HOUR_US: u64 = 3_600 * 1_000_000;
pub(in crate::decide) const DAY_US: u64 = 24 * HOUR_US;

/// The instant of an RFC 3339 text.
pub(in crate::decide) fn at(text: &str) -> Timestamp {
    let point: jiff::Timestamp = text.parse().unwrap();
    Timestamp::from_micros(point.as_microsecond())
}

/// One message a day and four in a week, the fourth for what matters.
pub(in crate::decide) fn policy() -> Policy {
    let cap = |most, days, calendar, reserved| Cap {
        most,
        days,
        calendar,
        ways: Vec::new(),
        purposes: Vec::new(),
        reserved,
        reserved_from: 7,
    };
    let serves = |consent| Purpose {
        consent,
        sells: false,
        waits: false,
    };
    Policy {
        purposes: BTreeMap::from([
            ("marketing".to_owned(), Purpose::UNSAID),
            ("service".to_owned(), serves(Need::NotDenied)),
            ("security".to_owned(), serves(Need::Nothing)),
        ]),
        again_us: 30 * DAY_US,
        recovery_us: 2 * DAY_US,
        leaving_us: 3 * DAY_US,
        low_us: 7 * DAY_US,
        quiet: QuietHours {
            from: 21 * 60,
            until: 9 * 60,
            silent: vec!["email".to_owned()],
        },
        quiet_times: BTreeMap::new(),
        report_days: 400,
        zone: Zone::named("Europe/Berlin").unwrap(),
        zones: BTreeMap::from([("ir".to_owned(), Zone::named("Asia/Tehran").unwrap())]),
        caps: BTreeMap::from([
            ("day".to_owned(), cap(1, 1, true, 0)),
            ("week".to_owned(), cap(4, 7, false, 1)),
        ]),
    }
}

/// An advertisement by short message, which matters as most do.
pub(in crate::decide) fn ask() -> Ask {
    Ask {
        way: "sms".to_owned(),
        purpose: "marketing".to_owned(),
        template: None,
        team: None,
        priority: 5,
        matter: None,
        saying: Default::default(),
    }
}

pub(in crate::decide) fn event(name: &str, time: &str, properties: &[(&str, &str)]) -> Event {
    event_at(name, at(time), properties)
}

pub(in crate::decide) fn event_at(name: &str, time: Timestamp, properties: &[(&str, &str)]) -> Event {
    let text = |(name, value): &(&str, &str)| ((*name).to_owned(), Value::Text((*value).to_owned()));
    let is_our_own = matches!(name, "Contact Decided" | "Action Unanswered");
    let id = EventId {
        source: if is_our_own { OWN_SOURCE } else { "test" }.to_owned(),
        id: format!("{name} {}", time.as_micros()),
    };
    Event {
        properties: properties.iter().map(text).collect(),
        ..Event::plain(id, name, time)
    }
}

/// What the customer says about ways of contact and purposes.
pub(in crate::decide) fn consent(said: &[(&str, &str, Decision)]) -> Event {
    let change = |(way, purpose, decision): &(&str, &str, Decision)| ConsentChange {
        channel: (*way).to_owned(),
        purpose: (*purpose).to_owned(),
        decision: *decision,
    };
    Event {
        consent: said.iter().map(change).collect(),
        ..event("Consent Changed", "2026-01-01T00:00:00Z", &[])
    }
}

/// Who agreed to advertisements by short message and by mail.
pub(in crate::decide) fn agreed() -> Event {
    consent(&[
        ("sms", "marketing", Decision::Granted),
        ("email", "marketing", Decision::Granted),
    ])
}

/// A message that was sent.
pub(in crate::decide) fn sent(time: &str, matter: &str) -> Event {
    let about = [("matter", matter), ("purpose", "marketing"), ("channel", "sms")];
    event("Message Sent", time, &about)
}

/// The person to whom all of it happened.
pub(in crate::decide) fn profile(events: &[Event]) -> Profile {
    let (rules, limits) = (IdentityRules::standard(), FoldLimits::STANDARD);
    let mut whole = Aggregate::default();
    for event in events {
        whole.merge(&Aggregate::of(event, false, &limits), &limits);
    }
    let claim = Claim::of(&event("Signed In", "2026-01-01T00:00:00Z", &[]), &rules, |_| {
        Ok::<_, Infallible>(None)
    });
    Profile::combine([(&claim.unwrap(), &whole)], &limits)
}
