//! The export of a person: all that is kept about them, each event with its source.
//!
//! Owns the shapes of what the profile document and the timeline leave out. What is told is taken apart by name, never
//! with `..`, so that a field which is added to it is told as well, or nothing compiles.

use serde::{Serialize, Serializer};

use crate::domain::{
    context::mask::is_listed,
    event::{self, ConsentChange, EventId},
    identifier,
    profile::consent::Decision,
};
use crate::wire::out::scalar::{Free, Time};

mod atom;
mod beside;
mod decided;

pub use crate::wire::out::export::{
    atom::Atom,
    beside::{Code, Content, State, Word},
    decided::{Segment, Timer, Wait},
};

/// All that is kept about a person.
#[derive(Debug, Serialize)]
pub struct Export<'a, P> {
    /// The profile document.
    pub profile: &'a P,
    /// Its atoms: what its events say about who it is.
    pub atoms: Vec<Atom<'a>>,
    /// Its events.
    pub events: Events<'a>,
    /// The QR codes that were minted for the person.
    pub codes: Vec<Code<'a>>,
    /// What stewards say about the person.
    pub words: Vec<Word<'a>>,
    /// What is kept of how the profile is to segments.
    pub segments: Vec<Segment<'a>>,
    /// What is to be done about the person at a time.
    pub timers: Vec<Timer<'a>>,
}

/// Events with all that is kept of them, shaped one by one while they are written: there may be very many.
#[derive(Clone, Copy, Debug)]
pub struct Events<'a>(pub &'a [event::Event]);

impl Serialize for Events<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Stored::from))
    }
}

#[derive(Serialize)]
struct Stored<'a> {
    id: &'a str,
    source: &'a str,
    channel: &'a str,
    #[serde(rename = "type")]
    name: &'a str,
    time: Time,
    stated_time: Option<Time>,
    received: Time,
    expires: Option<Time>,
    trace: Option<&'a str>,
    shared_devices: bool,
    hands_over: bool,
    identifiers: Vec<Identifier<'a>>,
    alias_of: Option<Identifier<'a>>,
    traits: Free<'a>,
    properties: Free<'a>,
    context: Free<'a>,
    consent: Vec<Decided<'a>>,
}

impl<'a> From<&'a event::Event> for Stored<'a> {
    fn from(event: &'a event::Event) -> Self {
        let event::Event {
            id: EventId { source, id },
            channel,
            name,
            time,
            stated_time,
            received,
            identifiers,
            alias_of,
            place: event::Place {
                shared_devices,
                hands_over,
            },
            traits,
            properties,
            context,
            consent,
            expires,
            trace,
        } = event;
        Self {
            id,
            source,
            channel,
            name,
            time: Time(*time),
            stated_time: stated_time.map(Time),
            received: Time(*received),
            expires: expires.map(Time),
            trace: trace.as_deref(),
            shared_devices: *shared_devices,
            hands_over: *hands_over,
            identifiers: identifiers.iter().map(Identifier::from).collect(),
            alias_of: alias_of.as_ref().map(Identifier::from),
            traits: Free::of(traits),
            properties: Free::of(properties),
            context: Free::of(context),
            consent: consent.iter().map(Decided::from).collect(),
        }
    }
}

/// An identifier; a QR token's value is left out.
#[derive(Serialize)]
struct Identifier<'a> {
    kind: &'a str,
    value: Option<&'a str>,
    trust: &'static str,
}

impl<'a> From<&'a identifier::Identifier> for Identifier<'a> {
    fn from(one: &'a identifier::Identifier) -> Self {
        Self {
            kind: one.kind().as_str(),
            value: is_listed(one.kind()).then(|| one.value()),
            trust: one.trust().as_str(),
        }
    }
}

#[derive(Serialize)]
struct Decided<'a> {
    channel: &'a str,
    purpose: &'a str,
    decision: &'static str,
}

impl<'a> From<&'a ConsentChange> for Decided<'a> {
    fn from(change: &'a ConsentChange) -> Self {
        let ConsentChange {
            channel,
            purpose,
            decision,
        } = change;
        Self {
            channel,
            purpose,
            decision: match decision {
                Decision::Granted => "granted",
                Decision::Denied => "denied",
            },
        }
    }
}

#[cfg(test)]
mod tests;
