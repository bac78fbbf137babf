//! Who is asked for: `{id}` or `{kind}:{value}` becomes an [`Address`].
//!
//! A value is normalised as that of an event is, so that any spelling finds whom an event of any other brought in.

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::{
    api::{Api, Failure, context::Meant},
    domain::{
        identifier::{
            Kind, Region, Trust,
            normalise::{Refusal, normalise},
        },
        identity::Key,
    },
    engine::{ProfileId, api::Target, queries::query::Address},
    wire::{out::context::Why, qr},
};

/// Who is meant: a profile's id of 32 hexadecimal digits, or `kind:value`. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Who(String);

impl Who {
    /// The text as it was sent.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Who {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Who {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Who(…)")
    }
}

/// An identifier as a request states it: `{kind, value}`, where a value may be a number. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Map<String, Json>")]
pub struct AskedIdentifier {
    kind: String,
    value: Text,
}

/// A text, or a number that is one: senders of ids mix them up.
#[derive(Clone, PartialEq, Eq)]
enum Text {
    Text(String),
    Number(serde_json::Number),
}

/// An object alone: a derived reader takes a list of its members as well.
impl TryFrom<Map<String, Json>> for AskedIdentifier {
    type Error = &'static str;

    fn try_from(mut members: Map<String, Json>) -> Result<Self, Self::Error> {
        let value = match members.remove("value") {
            Some(Json::String(text)) => Text::Text(text),
            Some(Json::Number(number)) => Text::Number(number),
            _ => return Err("expected a value that is a text or a number"),
        };
        match members.remove("kind") {
            Some(Json::String(kind)) => Ok(Self { kind, value }),
            _ => Err("expected a kind that is a text"),
        }
    }
}

impl AskedIdentifier {
    /// The key it is found by, or why nobody can hold its value.
    ///
    /// # Errors
    /// When its kind is none.
    pub(crate) fn key(&self, api: &Api, region: Option<&Region>) -> Result<Result<Key, Why>, Failure> {
        match &self.value {
            Text::Text(value) => api.key(&self.kind, value, region),
            Text::Number(value) => api.key(&self.kind, &value.to_string(), region),
        }
    }
}

impl fmt::Debug for AskedIdentifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("AskedIdentifier(…)")
    }
}

impl Api {
    /// Whom `who` means, `None` where nobody can be meant.
    ///
    /// # Errors
    /// As of [`Api::meant`].
    pub(crate) fn address(&self, who: &Who, region: Option<&Region>) -> Result<Option<Address>, Failure> {
        Ok(self.meant(who, region)?.ok())
    }

    /// Whom `who` means, or why nobody can be meant.
    ///
    /// # Errors
    /// When it is neither a profile id nor a kind and a value.
    pub(crate) fn meant(&self, who: &Who, region: Option<&Region>) -> Result<Meant, Failure> {
        if let Some(id) = ProfileId::parse(&who.0) {
            return Ok(Ok(Address::Id(id)));
        }
        let (kind, value) = who.0.split_once(':').ok_or_else(|| {
            Failure::bad_request(
                "bad_address",
                "expected a profile id of 32 hexadecimal digits, or kind:value",
            )
        })?;
        let caller = self.caller.as_ref().ok_or_else(Failure::nameless)?;
        caller.may_name()?;
        Ok(self.key(kind, value, region)?.map(Address::Identifier))
    }

    /// Whom a text names, whoever asks; `None` where nobody can be meant.
    pub(crate) fn named(&self, who: &str, region: Option<&Region>) -> Option<Target> {
        if let Some(id) = ProfileId::parse(who) {
            return Some(Target::Profile(id));
        }
        let (kind, value) = who.split_once(':')?;
        let key = self.key(kind, value, region).ok()?.ok()?;
        Some(Target::Identifier(key))
    }

    /// Whom a command about `who` is about.
    ///
    /// # Errors
    /// As of [`Api::address`]; not found where nobody can be meant.
    pub(crate) fn target(&self, who: &Who) -> Result<Target, Failure> {
        match self.address(who, self.limits.region.as_ref())? {
            Some(Address::Id(id)) => Ok(Target::Profile(id)),
            Some(Address::Identifier(key)) => Ok(Target::Identifier(key)),
            None => Err(Failure::nobody_there("nobody can hold this identifier")),
        }
    }

    /// Where numbers without a country code are from for a consumer that asks for the view called `view`: its
    /// channel's region, if a channel has that name.
    pub(crate) fn region(&self, view: &str) -> Option<&Region> {
        let channel = self.rules.channels.channels.get(view);
        channel
            .and_then(|channel| channel.region.as_ref())
            .or(self.limits.region.as_ref())
    }

    /// The key of a kind and a value, or why nobody can hold the value.
    ///
    /// # Errors
    /// When the kind is none.
    pub(crate) fn key(
        &self,
        kind: &str,
        value: &str,
        region: Option<&Region>,
    ) -> Result<Result<Key, Why>, Failure> {
        let kind = Kind::new(kind.trim())
            .map_err(|error| Failure::bad_request("bad_identifier", error.to_string()))?;
        if kind == Kind::QR_TOKEN {
            let digest = qr::digest(value).ok_or(Why::Malformed);
            return Ok(digest.map(|value| Key { kind, value }));
        }
        let found = normalise(&self.rules.identifiers, &kind, value, Trust::Observed, region);
        Ok(found.map_err(why).map(|found| Key {
            kind,
            value: found.value().to_owned(),
        }))
    }
}

/// Why nobody can hold a value: it says that nobody is named, or it is no value of its kind.
fn why(refusal: Refusal) -> Why {
    match refusal {
        Refusal::Withheld | Refusal::Blocked | Refusal::Empty => Why::Withheld,
        Refusal::Malformed(_) | Refusal::TooLong => Why::Malformed,
    }
}
