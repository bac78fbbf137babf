//! An event as a timeline lists it and as an enriched event carries it.

use serde::Serialize;

use crate::domain::event;
use crate::wire::out::scalar::{Consent, Free, Identifier, Time, consent};

/// An event as JSON.
#[derive(Debug, Serialize)]
pub struct Event<'a> {
    id: &'a str,
    source: &'a str,
    channel: &'a str,
    #[serde(rename = "type")]
    name: &'a str,
    time: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    stated_time: Option<Time>,
    received: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<Time>,
    identifiers: Vec<Identifier<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alias_of: Option<Identifier<'a>>,
    traits: Free<'a>,
    properties: Free<'a>,
    context: Free<'a>,
    consent: Consent,
}

impl<'a> From<&'a event::Event> for Event<'a> {
    fn from(event: &'a event::Event) -> Self {
        let listed = |one: &'a crate::domain::identifier::Identifier| {
            Identifier::listed(one.kind(), one.value(), one.trust())
        };
        let decisions = event.consent.iter();
        Self {
            id: &event.id.id,
            source: &event.id.source,
            channel: &event.channel,
            name: &event.name,
            time: Time(event.time),
            stated_time: event.stated_time.map(Time),
            received: Time(event.received),
            expires: event.expires.map(Time),
            identifiers: event.identifiers.iter().filter_map(listed).collect(),
            alias_of: event.alias_of.as_ref().and_then(listed),
            traits: Free::of(&event.traits),
            properties: Free::of(&event.properties),
            context: Free::of(&event.context),
            consent: consent(decisions.map(|one| (one.channel.as_str(), one.purpose.as_str(), one.decision))),
        }
    }
}

/// One page of a timeline.
#[derive(Debug, Serialize)]
pub struct Timeline<'a> {
    /// The events, the latest first.
    pub events: Vec<Event<'a>>,
    /// The cursor of the next page; `None` on the last one.
    pub next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::Event;
    use crate::domain::{
        context::samples::{at, event, map},
        event::ConsentChange,
        identifier::{Identifier, Kind, Trust},
        profile::consent::Decision,
        value::{Number, Value},
    };

    #[test]
    fn an_event_is_told_as_it_was_taken_in_without_its_qr_token() {
        let mut scanned = event(3, "store", "QR Scanned", &[("basket", "three shirts")]);
        let token = Identifier::from_normalised(Kind::QR_TOKEN, "5ec2e7".to_owned(), Trust::Observed);
        scanned.identifiers = vec![scanned.identifiers.remove(1), token];
        scanned.properties.insert(
            "total".to_owned(),
            Value::Number(Number::from_text("12.50").unwrap()),
        );
        scanned.context = map(&[("store_id", "tehran-12")]);
        scanned.stated_time = Some(at(9));
        let consent = |decision| ConsentChange {
            channel: "sms".into(),
            purpose: "marketing".into(),
            decision,
        };
        scanned.consent = vec![consent(Decision::Denied), consent(Decision::Granted)];
        insta::assert_snapshot!(serde_json::to_string_pretty(&Event::from(&scanned)).unwrap());
        assert!(!format!("{:?}", Event::from(&scanned)).contains("+98"));
    }
}
