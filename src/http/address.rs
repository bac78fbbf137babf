//! Who is asked for: `{id}` or `{kind}:{value}` becomes an [`Address`].
//!
//! A value is normalised as that of an event is, so that any spelling finds whom an event of any other brought in.

use serde::Deserialize;

use crate::{
    domain::{
        identifier::{Kind, Region, Trust, normalise::normalise},
        identity::Key,
    },
    engine::{ProfileId, query::Address},
    http::{Http, failure::Failure},
    wire::qr,
};

/// An identifier as a question states it.
#[derive(Deserialize)]
pub(crate) struct Asked {
    kind: String,
    value: Text,
}

/// A text, or a number that is one: senders of ids mix them up.
#[derive(Deserialize)]
#[serde(untagged)]
enum Text {
    Text(String),
    Number(serde_json::Number),
}

impl Asked {
    /// The key it is found by, `None` for a value that nobody can hold.
    ///
    /// # Errors
    /// When its kind is none.
    pub(crate) fn key(&self, http: &Http, region: Option<&Region>) -> Result<Option<Key>, Failure> {
        match &self.value {
            Text::Text(value) => http.key(&self.kind, value, region),
            Text::Number(value) => http.key(&self.kind, &value.to_string(), region),
        }
    }
}

impl Http {
    /// Whom `who` means, `None` where nobody can be meant.
    ///
    /// # Errors
    /// When it is neither a profile id nor a kind and a value.
    pub(crate) fn address(&self, who: &str, region: Option<&Region>) -> Result<Option<Address>, Failure> {
        if let Some(id) = ProfileId::parse(who) {
            return Ok(Some(Address::Id(id)));
        }
        let (kind, value) = who.split_once(':').ok_or_else(|| {
            Failure::bad_request(
                "bad_address",
                "expected a profile id of 32 hexadecimal digits, or kind:value",
            )
        })?;
        Ok(self.key(kind, value, region)?.map(Address::Identifier))
    }

    /// Where numbers without a country code are from for a consumer that asks for the view called `view`: its
    /// channel's region, if a channel has that name.
    pub(crate) fn region(&self, view: &str) -> Option<&Region> {
        let channel = self.rules.channels.channels.get(view);
        channel
            .and_then(|channel| channel.region.as_ref())
            .or(self.settings.region.as_ref())
    }

    fn key(&self, kind: &str, value: &str, region: Option<&Region>) -> Result<Option<Key>, Failure> {
        let kind = Kind::new(kind.trim())
            .map_err(|error| Failure::bad_request("bad_identifier", error.to_string()))?;
        if kind == Kind::QR_TOKEN {
            return Ok(qr::digest(value).map(|value| Key { kind, value }));
        }
        let found = normalise(&self.rules.identifiers, &kind, value, Trust::Observed, region).ok();
        Ok(found.map(|found| Key {
            kind,
            value: found.value().to_owned(),
        }))
    }
}
