//! Customers and what they did, for the tests of rules.

use std::collections::BTreeSet;

use crate::{
    decide::rule::{
        condition::Condition,
        facts::{Facts, History, Standing},
    },
    domain::{
        event::{Event, EventId},
        profile::{Aggregate, FoldLimits, Profile, matters::Moment},
        time::Timestamp,
        value::{Number, Value},
    },
};

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const HOUR: i64 = 3_600 * SECOND;
pub(crate) const DAY: i64 = 24 * HOUR;
/// When the tests play.
pub(crate) const NOW: i64 = 20_000 * DAY + 12 * HOUR;

pub(crate) fn event(number: usize, name: &str, at: i64) -> Event {
    let id = EventId {
        source: "test".to_owned(),
        id: number.to_string(),
    };
    Event::plain(id, name, Timestamp::from_micros(at))
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn number(text: &str) -> Value {
    Value::Number(Number::from_text(text).unwrap())
}

/// Properties of an event.
pub(crate) fn with<const N: usize>(mut event: Event, properties: [(&str, Value); N]) -> Event {
    let properties = properties.map(|(name, value)| (name.to_owned(), value));
    event.properties.extend(properties);
    event
}

/// A customer who did this.
#[derive(Clone, Default)]
pub(crate) struct Customer {
    pub(crate) profile: Profile,
    pub(crate) moments: Vec<Moment>,
    pub(crate) since: Option<i64>,
    pub(crate) segments: BTreeSet<String>,
    pub(crate) value: Option<Standing>,
    pub(crate) event: Option<Event>,
    pub(crate) then: Option<Event>,
}

impl Customer {
    pub(crate) fn of(events: &[Event]) -> Self {
        let mut customer = Self::default();
        for event in events {
            let limits = &FoldLimits::STANDARD;
            customer
                .profile
                .whole
                .merge(&Aggregate::of(event, false, limits), limits);
            customer.moments.push(Moment {
                stamp: event.stamp(),
                channel: event.channel.clone(),
                name: event.name.clone(),
                about: None,
            });
        }
        customer.moments.sort();
        customer
    }

    pub(crate) fn facts(&self, now: i64) -> Facts<'_> {
        Facts {
            profile: &self.profile,
            history: History {
                moments: &self.moments,
                since: self.since.map_or(Timestamp::MIN, Timestamp::from_micros),
            },
            segments: &self.segments,
            value: self.value.as_ref(),
            event: self.event.as_ref(),
            then: self.then.as_ref(),
            matter: "order 7",
            now: Timestamp::from_micros(now),
        }
    }
}

pub(crate) fn condition(text: &str) -> Condition {
    Condition::parse(text).unwrap_or_else(|failed| panic!("{text}: {failed}"))
}
