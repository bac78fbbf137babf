//! Retention: how long events are kept, by their type.

use std::collections::BTreeMap;

use crate::domain::{
    event::{Event, token},
    identity::link::OWN_SOURCE,
    time::Timestamp,
};

/// How long events are kept. What Yekta wrote itself (codes) and what a customer decided about consent is kept as long as
/// its person: a refusal that went would let an older grant stand again. What was decided about messages and calls
/// is kept as any other type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Microseconds by the token of the type, as `page_viewed`.
    by_type: BTreeMap<String, u64>,
    /// Microseconds of every other; `None` keeps them.
    others: Option<u64>,
}

impl Retention {
    /// With these times in microseconds, by type; `others` is for every type that is not named.
    pub fn new(by_type: BTreeMap<String, u64>, others: Option<u64>) -> Self {
        Self { by_type, others }
    }

    /// Whether `event` is not to be kept any longer at `now`.
    pub fn is_over(&self, event: &Event, now: Timestamp) -> bool {
        // Nearly all that comes happened a moment ago: it is not asked for its type.
        self.certain_since(now)
            .is_some_and(|certain| event.time < certain)
            && (event.id.source != OWN_SOURCE || event.is_internal())
            && event.consent.is_empty()
            && self
                .of(&event.name)
                .is_some_and(|kept| event.time < now.saturating_sub(kept))
    }

    /// What happened since then is kept, whatever it is; `None` where all is.
    pub fn certain_since(&self, now: Timestamp) -> Option<Timestamp> {
        let shortest = self.by_type.values().copied().chain(self.others).min();
        shortest.map(|kept| now.saturating_sub(kept))
    }

    fn of(&self, name: &str) -> Option<u64> {
        if self.by_type.is_empty() {
            return self.others;
        }
        self.by_type.get(&token(name)).copied().or(self.others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        event::{ConsentChange, EventId, Place},
        profile::consent::Decision,
    };

    fn event(source: &str, name: &str, time: i64) -> Event {
        Event {
            id: EventId {
                source: source.to_owned(),
                id: "1".to_owned(),
            },
            channel: "web".to_owned(),
            name: name.to_owned(),
            time: Timestamp::from_micros(time),
            stated_time: None,
            received: Timestamp::from_micros(time),
            identifiers: Vec::new(),
            alias_of: None,
            place: Place::default(),
            traits: BTreeMap::default(),
            properties: BTreeMap::default(),
            context: BTreeMap::default(),
            consent: Vec::new(),
            expires: None,
            trace: None,
        }
    }

    #[test]
    fn each_type_has_its_own_time_and_what_is_ours_none() {
        let now = Timestamp::from_micros(1_000);
        let retention = Retention::new([("page_viewed".to_owned(), 100)].into(), Some(500));
        for (source, name, time, is_over) in [
            ("web", "Page Viewed", 899, true),
            ("web", "page_viewed", 900, false),
            ("web", "Order Completed", 499, true),
            ("web", "Order Completed", 500, false),
            (OWN_SOURCE, "QR Minted", 0, false),
            (OWN_SOURCE, "Action Decided", 499, true),
            (OWN_SOURCE, "Flow Started", 500, false),
        ] {
            assert_eq!(
                retention.is_over(&event(source, name, time), now),
                is_over,
                "{name} {time}"
            );
        }
        assert_eq!(retention.certain_since(now), Some(Timestamp::from_micros(900)));
        assert_eq!(Retention::default().certain_since(now), None);
        let mut refusal = event("web", "Page Viewed", 0);
        refusal.consent.push(ConsentChange {
            channel: "sms".to_owned(),
            purpose: "marketing".to_owned(),
            decision: Decision::Denied,
        });
        assert!(!retention.is_over(&refusal, now), "what was decided is kept");
        assert!(!Retention::default().is_over(&event("web", "A", 0), now));
    }
}
