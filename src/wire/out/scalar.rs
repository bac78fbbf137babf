//! The small things every shape is made of: times, amounts, free-form values, identifiers, consent.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::domain::{
    amount,
    context::mask::is_listed,
    event::EventId,
    identifier::{Kind, Trust},
    profile::consent::Decision,
    time::Timestamp,
    value::Value,
};
use crate::wire::{json, time};

/// A time, in RFC 3339 and UTC.
#[derive(Clone, Copy, Debug)]
pub struct Time(pub Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&time::format(self.0))
    }
}

/// An amount, exact and therefore a text.
#[derive(Clone, Copy, Debug)]
pub struct Amount(pub amount::Amount);

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Free-form members, as the client wrote them.
#[derive(Clone, Debug, Default)]
pub struct Free<'a>(pub BTreeMap<&'a str, &'a Value>);

impl<'a> Free<'a> {
    /// All of `members`.
    pub fn of(members: &'a BTreeMap<String, Value>) -> Self {
        Self(
            members
                .iter()
                .map(|(name, value)| (name.as_str(), value))
                .collect(),
        )
    }
}

impl Serialize for Free<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, json::from_value(value))))
    }
}

/// An identifier. `Debug` shows its kind alone.
#[derive(Clone, Copy, Serialize)]
pub struct Identifier<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its value.
    pub value: &'a str,
    /// How far it can be trusted.
    pub trust: &'static str,
}

impl<'a> Identifier<'a> {
    /// The identifier, unless its kind is one that is never listed.
    pub fn listed(kind: &'a Kind, value: &'a str, trust: Trust) -> Option<Self> {
        is_listed(kind).then(|| Self {
            kind: kind.as_str(),
            value,
            trust: trust.as_str(),
        })
    }
}

impl fmt::Debug for Identifier<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Identifier({} {})", self.kind, self.trust)
    }
}

/// Which event: its source and id.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct EventRef<'a> {
    /// Who sent it.
    pub source: &'a str,
    /// The sender's id of it.
    pub id: &'a str,
}

impl<'a> From<&'a EventId> for EventRef<'a> {
    fn from(id: &'a EventId) -> Self {
        Self {
            source: &id.source,
            id: &id.id,
        }
    }
}

/// Decisions by way of contact and purpose: `{sms: {marketing: "granted"}}`.
pub type Consent = BTreeMap<String, BTreeMap<String, &'static str>>;

/// Consent from (way of contact, purpose, decision); of two decisions on the same a refusal counts.
pub fn consent<'a>(decisions: impl Iterator<Item = (&'a str, &'a str, Decision)>) -> Consent {
    let mut consent = Consent::new();
    for (channel, purpose, decision) in decisions {
        let word = consent
            .entry(channel.to_owned())
            .or_default()
            .entry(purpose.to_owned())
            .or_insert("granted");
        if decision == Decision::Denied {
            *word = "denied";
        }
    }
    consent
}
