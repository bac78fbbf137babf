//! Minting a code: the request as it is sent and as the engine takes it, and what is answered.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    api::{Api, AskedIdentifier, Failure, qr::code},
    domain::time::Timestamp,
    engine::{
        ProfileId,
        api::{Answer, Command, Mint, Purpose, Target},
    },
    wire::{
        json,
        offline::{self, BENEFIT_LETTERS_MAX, Benefit},
        out::{answer::Status, scalar::Time},
        time,
    },
};

/// Mints a code: `{profile | identifier, basket, offer, expires, store_id, purpose, offline, benefit, request_id}`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct QrMintRequest {
    /// Whose it is: a profile's id. Either this or `identifier`.
    pub profile: Option<String>,
    /// Whose it is: `{kind, value}`.
    pub identifier: Option<AskedIdentifier>,
    /// What is in the basket; the cart as it is when the code is read, where it is not said.
    pub basket: Option<Value>,
    /// What is offered.
    pub offer: Option<Value>,
    /// Until when it holds, in RFC 3339; for [`qr_lifetime`](crate::api::Limits::qr_lifetime) where it is not said.
    pub expires: Option<String>,
    /// The only store that may redeem it.
    pub store_id: Option<String>,
    /// What it may do.
    #[serde(default)]
    pub purpose: QrPurpose,
    /// Whether tills that are cut off may check and redeem it.
    #[serde(default)]
    pub offline: bool,
    /// What such a till may grant for it: at most 20 printable ASCII letters, such as `10% off tea`. Only with `offline`.
    pub benefit: Option<String>,
    /// A repeat under the same id gets the first answer.
    pub request_id: Option<String>,
}

/// What a code may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QrPurpose {
    /// Its first scan joins who scans it with whom it was minted for.
    #[default]
    Handoff,
    /// It is only looked up.
    Lookup,
}

/// A minted code: `{status, token, url, svg, expires, position}`. `Debug` shows no token.
#[derive(Serialize)]
pub struct QrMintAnswer {
    status: Status,
    token: String,
    url: String,
    svg: String,
    expires: Time,
    position: u64,
}

/// Whose it is and what is in it stay out.
impl fmt::Debug for QrMintRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("QrMintRequest")
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for QrMintAnswer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("QrMintAnswer")
            .field("expires", &self.expires)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl Api {
    /// Mints a code.
    ///
    /// # Errors
    /// `bad_address`, `bad_identifier`, `bad_expires`, `bad_benefit`, `nobody_there`, `several_profiles`, `nameless`,
    /// `request_id_used`, and those of a command that is not taken: `busy`, `stopped`.
    pub async fn qr_mint(&self, request: QrMintRequest) -> Result<QrMintAnswer, Failure> {
        let target = self.holder(request.profile.as_deref(), request.identifier.as_ref())?;
        self.tells_of(&target).await?;
        let expires = self.expiry(request.expires.as_deref())?;
        let offline = offline(request.offline, request.benefit.as_deref(), expires)?;
        let value = |value: Option<Value>| value.as_ref().map(json::to_value);
        let mint = Mint {
            target,
            purpose: match request.purpose {
                QrPurpose::Handoff => Purpose::Handoff,
                QrPurpose::Lookup => Purpose::Lookup,
            },
            basket: value(request.basket),
            offer: value(request.offer),
            expires,
            store_id: request.store_id,
            offline,
        };
        let answered = self
            .handle
            .command(request.request_id, Command::MintQr(mint))
            .await?;
        let Answer::Minted { token, expires } = answered.answer else {
            return Err(Failure::used_request_id());
        };
        let url = code::url(&self.limits.public_url, &token);
        let svg = code::svg(&url)?;
        Ok(QrMintAnswer {
            status: Status::Committed,
            token,
            url,
            svg,
            expires: Time(expires),
            position: answered.position.0,
        })
    }

    fn expiry(&self, stated: Option<&str>) -> Result<Timestamp, Failure> {
        let Some(text) = stated else {
            let lifetime = u64::try_from(self.limits.qr_lifetime.as_micros()).unwrap_or(u64::MAX);
            return Ok((self.clock)().saturating_add(lifetime));
        };
        time::parse(text).ok_or_else(|| {
            Failure::bad_request(
                "bad_expires",
                "expected expires in RFC 3339, such as 2026-11-22T10:15:00Z",
            )
        })
    }

    fn holder(&self, profile: Option<&str>, identifier: Option<&AskedIdentifier>) -> Result<Target, Failure> {
        match (profile, identifier) {
            (Some(id), None) => ProfileId::parse(id).map(Target::Profile).ok_or_else(|| {
                Failure::bad_request("bad_address", "expected profile to be 32 hexadecimal digits")
            }),
            (None, Some(identifier)) => identifier
                .key(self, self.limits.region.as_ref())?
                .map(Target::Identifier)
                .map_err(|_| Failure::nobody_there("nobody can hold this identifier")),
            (None, None) | (Some(_), Some(_)) => Err(Failure::bad_request(
                "bad_address",
                "expected either profile or identifier",
            )),
        }
    }
}

/// What a till that is cut off may grant for the code, where it may.
fn offline(is_signed: bool, benefit: Option<&str>, expires: Timestamp) -> Result<Option<Benefit>, Failure> {
    let benefit = match (is_signed, benefit) {
        (false, None) => return Ok(None),
        (true, benefit) => Benefit::new(benefit.unwrap_or_default()),
        (false, Some(_)) => None,
    };
    let benefit = benefit.ok_or_else(|| {
        let expected = format!(
            "expected benefit to be at most {BENEFIT_LETTERS_MAX} printable ASCII letters, of a code that is minted with offline"
        );
        Failure::bad_request("bad_benefit", expected)
    })?;
    if offline::seconds(expires).is_none() {
        let expected = "expected a code for offline use to expire between 1970 and 2106";
        return Err(Failure::bad_request("bad_expires", expected));
    }
    Ok(Some(benefit))
}
