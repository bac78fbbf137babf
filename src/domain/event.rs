//! The event: one thing a customer did, or that happened to them, on one channel.
//!
//! An `Event` is validated and normalised when it is made (by `wire`); nothing below that edge checks it again.

use std::collections::BTreeMap;

use crate::domain::{
    identifier::Identifier, identity::link::OWN_SOURCE, profile::consent::Decision, time::Timestamp,
    value::Value,
};

/// A name that configuration or a client chose: a channel, a source, an event type. Non-empty and bounded.
pub type Name = String;

/// The member of an event's context that says, where it is true, that the event is part of an import: it is kept as any is,
/// and sets nothing going.
pub const IMPORTED: &str = "import";

/// What makes an event itself: its id is unique per source, whatever channel or time it claims.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId {
    /// Who sent it, for example `pos/tehran-12` or the write key's name.
    pub source: Name,
    /// The sender's id of it.
    pub id: String,
}

/// Where an event stands in the canonical order: by event time, then id, then source.
///
/// Last-writer-wins registers, bounded sets and timelines all order by it, so that arrival never matters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp {
    /// The event's time.
    pub time: Timestamp,
    /// The sender's id of the event.
    pub id: String,
    /// Who sent it.
    pub source: Name,
}

/// One consent decision that an event carries.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConsentChange {
    /// The way of contact, such as `sms`.
    pub channel: Name,
    /// What it may be used for, such as `marketing`.
    pub purpose: Name,
    /// What the customer decided.
    pub decision: Decision,
}

/// A validated, normalised event.
///
/// `Debug` shows where it comes from and the kinds of its identifiers, nothing that a customer said.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    /// Source and id.
    pub id: EventId,
    /// Where it happened: `web`, `mobile`, `store`, `callcenter` or a configured one.
    pub channel: Name,
    /// What happened, in the Object-Action style of the Segment specs: `Order Completed`.
    pub name: Name,
    /// When it happened; clock skew corrected and futures clamped at the edge, once.
    pub time: Timestamp,
    /// The time the sender stated, where `time` differs from it.
    pub stated_time: Option<Timestamp>,
    /// When the edge took it in. In no fold and no fingerprint.
    pub received: Timestamp,
    /// Sorted by kind and value; one entry per (kind, value), with the highest trust that was stated.
    pub identifiers: Vec<Identifier>,
    /// The former user id that this event declares to be the same person, where the source may say so.
    pub alias_of: Option<Identifier>,
    /// What the configuration says about the channel it came by.
    pub place: Place,
    /// Facts about the person.
    pub traits: BTreeMap<String, Value>,
    /// Facts about what happened.
    pub properties: BTreeMap<String, Value>,
    /// Circumstances: store, page, device.
    pub context: BTreeMap<String, Value>,
    /// Consent decisions.
    pub consent: Vec<ConsentChange>,
    /// Until when what it offers or promises holds, where it says so.
    pub expires: Option<Timestamp>,
    /// The W3C trace context under which it came, passed on with what is published of it. In no fold.
    pub trace: Option<String>,
}

/// Where an input stands in a stream, so that whoever asks about it finds it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamPlace {
    /// The stream.
    pub stream: Name,
    /// Its number in the stream, from 1.
    pub sequence: u64,
    /// The subject it came under.
    pub subject: String,
}

/// What the configuration says about a channel that matters to meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Its devices are shared by many people (a till, a kiosk): they join nobody.
    pub shared_devices: bool,
    /// An order completed here is handed over at once, as at a till; elsewhere it stays open until delivered.
    pub hands_over: bool,
}

/// A name as a subject token and as the key by which meanings are found: lower case, each run outside `[a-z0-9]` one
/// `_`, none at the ends, `custom` where nothing is left. `Order Completed` and `order_completed` mean the same.
pub fn token(name: &str) -> String {
    let mut token = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() {
            token.push(letter.to_ascii_lowercase());
        } else if !token.is_empty() && !token.ends_with('_') {
            token.push('_');
        }
    }
    let token = token.trim_end_matches('_');
    if token.is_empty() {
        "custom".to_owned()
    } else {
        token.to_owned()
    }
}

/// Whether `token` is the [`token`] of `name`; makes none.
pub fn has_token(name: &str, token: &str) -> bool {
    let mut rest = token.chars();
    let (mut begun, mut parted) = (false, false);
    for letter in name.chars() {
        if !letter.is_ascii_alphanumeric() {
            parted = true;
            continue;
        }
        if begun && parted && rest.next() != Some('_') {
            return false;
        }
        if rest.next() != Some(letter.to_ascii_lowercase()) {
            return false;
        }
        (begun, parted) = (true, false);
    }
    match begun {
        true => rest.next().is_none(),
        false => token == "custom",
    }
}

/// Whether an event of this source and name is internal ([`Event::is_internal`]).
pub fn is_internal(source: &str, name: &str) -> bool {
    const NAMES: [&str; 5] = [
        "contact_decided",
        "action_decided",
        "action_unanswered",
        "call_routed",
        "flow_started",
    ];
    source == OWN_SOURCE && NAMES.iter().any(|token| has_token(name, token))
}

impl std::fmt::Debug for Event {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Event")
            .field("id", &self.id)
            .field("channel", &self.channel)
            .field("time", &self.time)
            .field("identifiers", &self.identifiers)
            .finish_non_exhaustive()
    }
}

impl Event {
    /// Its place in the canonical order.
    pub fn stamp(&self) -> Stamp {
        Stamp {
            time: self.time,
            id: self.id.id.clone(),
            source: self.id.source.clone(),
        }
    }

    /// Whether it closes a log-in on the devices it names.
    pub fn signs_out(&self) -> bool {
        token(&self.name) == "signed_out"
    }

    /// Whether it tells of what happened in the house alone: what was decided, and that nobody said what became of it. Nobody
    /// else writes it.
    pub fn is_internal(&self) -> bool {
        is_internal(&self.id.source, &self.name)
    }

    /// Whether it is part of an import.
    pub fn is_imported(&self) -> bool {
        self.context.get(IMPORTED) == Some(&Value::Bool(true))
    }

    /// A property by name.
    pub fn property(&self, name: &str) -> Option<&Value> {
        self.properties.get(name)
    }

    /// A property as text; numbers are taken as they were written.
    pub fn property_text(&self, name: &str) -> Option<String> {
        self.property(name).and_then(Value::text_or_number)
    }
}

#[cfg(test)]
impl Event {
    /// An event of which nothing is known but this.
    pub(crate) fn plain(id: EventId, name: &str, time: Timestamp) -> Self {
        Self {
            id,
            channel: "web".to_owned(),
            name: name.to_owned(),
            time,
            stated_time: None,
            received: time,
            identifiers: Vec::new(),
            alias_of: None,
            place: Place::default(),
            traits: BTreeMap::new(),
            properties: BTreeMap::new(),
            context: BTreeMap::new(),
            consent: Vec::new(),
            expires: None,
            trace: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{has_token, token};

    proptest! {
        #[test]
        fn a_name_has_its_own_token_and_no_other(name in "[aB1_ .é-]{0,8}", other in "[aB1_ .-]{0,8}") {
            let own = token(&name);
            prop_assert!(has_token(&name, &own), "{name:?} {own:?}");
            let others = token(&other);
            prop_assert_eq!(has_token(&name, &others), own == others, "{:?} {:?}", name, others);
        }
    }
}
