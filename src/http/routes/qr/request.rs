//! The request to mint a code, as it is sent and as the engine takes it.

use serde::Deserialize;
use serde_json::Value;

use crate::{
    engine::{
        ProfileId,
        api::{self, Purpose, Target},
    },
    http::{Http, address::Asked, failure::Failure},
    wire::{json, time},
};

/// Who gets a code, and for what.
#[derive(Deserialize)]
pub(crate) struct Mint {
    profile: Option<String>,
    identifier: Option<Asked>,
    basket: Option<Value>,
    offer: Option<Value>,
    expires: Option<String>,
    store_id: Option<String>,
    #[serde(default)]
    purpose: Use,
    request_id: Option<String>,
}

/// What a code may do.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Use {
    #[default]
    Handoff,
    Lookup,
}

impl Mint {
    /// The command, and the id under which a repeat of it is known.
    ///
    /// # Errors
    /// When it names nobody or two, or its end cannot be read.
    pub(crate) fn read(self, http: &Http) -> Result<(Option<String>, api::Mint), Failure> {
        let target = target(http, self.profile.as_deref(), self.identifier.as_ref())?;
        let lifetime = u64::try_from(http.settings.qr_lifetime.as_micros()).unwrap_or(u64::MAX);
        let expires = match self.expires.as_deref() {
            None => (http.clock)().saturating_add(lifetime),
            Some(text) => time::parse(text).ok_or_else(|| {
                Failure::bad_request(
                    "bad_expires",
                    "expected expires in RFC 3339, such as 2026-11-22T10:15:00Z",
                )
            })?,
        };
        let purpose = match self.purpose {
            Use::Handoff => Purpose::Handoff,
            Use::Lookup => Purpose::Lookup,
        };
        let value = |value: Option<Value>| value.as_ref().map(json::to_value);
        let (basket, offer) = (value(self.basket), value(self.offer));
        let mint = api::Mint {
            target,
            purpose,
            basket,
            offer,
            expires,
            store_id: self.store_id,
        };
        Ok((self.request_id, mint))
    }
}

fn target(http: &Http, profile: Option<&str>, identifier: Option<&Asked>) -> Result<Target, Failure> {
    match (profile, identifier) {
        (Some(id), None) => ProfileId::parse(id).map(Target::Profile).ok_or_else(|| {
            Failure::bad_request("bad_address", "expected profile to be 32 hexadecimal digits")
        }),
        (None, Some(identifier)) => identifier
            .key(http, http.settings.region.as_ref())?
            .map(Target::Identifier)
            .ok_or_else(|| Failure::not_found("nobody_there", "nobody can hold this identifier")),
        (None, None) | (Some(_), Some(_)) => Err(Failure::bad_request(
            "bad_address",
            "expected either profile or identifier",
        )),
    }
}
