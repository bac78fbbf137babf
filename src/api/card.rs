//! The card that an agent sees while a call lasts, and the links to it: signed, and good for a few hours.
//!
//! A desk's frame has no way to send a key. Whoever has one asks for a link, which says whose card it is and until when;
//! its signature opens that card and nothing else.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, Failure, Who, budget::Budget},
    domain::{context::Context, time::Timestamp},
    wire::{
        out::{context::Body, scalar::Time},
        percent,
    },
};

/// The view that a card shows.
const VIEW: &str = "callcenter";
/// Seconds that a link may be good for, and is where it is not said.
const LIFETIME_S: std::ops::RangeInclusive<u64> = 60..=28_800;
const LIFETIME_DEFAULT_S: u64 = 3_600;
const MICROS_PER_SECOND: u64 = 1_000_000;
/// Letters of what a link is about, at most.
const LETTERS_MAX: usize = 200;

/// Asks for a link: `{phone, call_id, lifetime_s}`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct CardLinkRequest {
    /// The caller's number, as the telephone system writes it.
    pub phone: String,
    /// The call; the card says when it has ended.
    pub call_id: Option<String>,
    /// Seconds that the link is good for, 60 to 28800; an hour where it is not said.
    pub lifetime_s: Option<u64>,
}

/// A link: `{url, expires}`. `Debug` shows nothing of it.
#[derive(Serialize)]
pub struct CardLinkAnswer {
    url: String,
    expires: Time,
}

/// Whose card is asked for: `{phone, call, until, sig}`, as a link has them.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct CardRequest {
    /// The caller's number.
    pub phone: String,
    /// The call.
    pub call: Option<String>,
    /// Until when the link is good: seconds since 1970.
    pub until: Option<u64>,
    /// What makes it good.
    pub sig: Option<String>,
}

/// A caller's card.
#[derive(Debug)]
pub struct Card {
    /// What an agent is told.
    pub context: Body,
    /// The call that the card is about, where the customer's history knows of it.
    pub call: Option<CardCall>,
}

/// How a call stands. `Debug` shows no id.
#[derive(PartialEq, Eq)]
pub struct CardCall {
    /// Its id.
    pub id: String,
    /// Whether it goes on.
    pub is_running: bool,
}

impl fmt::Debug for CardCall {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "CardCall(running: {})", self.is_running)
    }
}

impl fmt::Debug for CardLinkRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("CardLinkRequest(…)")
    }
}

impl fmt::Debug for CardLinkAnswer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "CardLinkAnswer({:?})", self.expires)
    }
}

impl fmt::Debug for CardRequest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("CardRequest(…)")
    }
}

impl CardRequest {
    /// Until when the card may be shown, if its link says so.
    pub fn until(&self) -> Option<Timestamp> {
        let micros = self.until?.saturating_mul(MICROS_PER_SECOND);
        Some(Timestamp::MIN.max(Timestamp::from_micros(0).saturating_add(micros)))
    }
}

impl Api {
    /// A link to a caller's card.
    ///
    /// # Errors
    /// `bad_link` where something in it is too long or out of range; `too_many_people`.
    pub async fn card_link(&self, request: &CardLinkRequest) -> Result<CardLinkAnswer, Failure> {
        let lifetime = request.lifetime_s.unwrap_or(LIFETIME_DEFAULT_S);
        let call = request.call_id.as_deref();
        let longest = call
            .unwrap_or_default()
            .chars()
            .count()
            .max(request.phone.chars().count());
        if !LIFETIME_S.contains(&lifetime) || longest > LETTERS_MAX {
            let expected = format!(
                "expected lifetime_s from {} to {}, and phone and call_id of at most {LETTERS_MAX} letters",
                LIFETIME_S.start(),
                LIFETIME_S.end()
            );
            return Err(Failure::bad_request("bad_link", expected));
        }
        // Whoever makes the link is told by it, and whoever they give it to.
        let region = self.region_asked(None, VIEW)?;
        let meant = self.meant(&Who::from(format!("phone:{}", request.phone)), region.as_ref())?;
        self.found_within(Budget::UNLIMITED, self.view(VIEW)?, &[meant])
            .await?;
        let expires = (self.clock)().saturating_add(lifetime.saturating_mul(MICROS_PER_SECOND));
        let until = u64::try_from(expires.as_micros()).unwrap_or_default() / MICROS_PER_SECOND;
        let mut url = format!(
            "{}/agent?phone={}",
            self.limits.public_url,
            percent::for_query(&request.phone)
        );
        if let Some(call) = call {
            url.push_str("&call=");
            url.push_str(&percent::for_query(call));
        }
        let sig = BASE64URL_NOPAD.encode(&self.card_seal(&request.phone, call, until));
        url.push_str(&format!("&until={until}&sig={sig}"));
        Ok(CardLinkAnswer {
            url,
            expires: Time(expires),
        })
    }

    /// Whether a card's link is one that was given out, and still good.
    pub fn is_card_open(&self, request: &CardRequest) -> bool {
        let Some((until, sig)) = request.until.zip(request.sig.as_ref()) else {
            return false;
        };
        let is_over = request.until().is_none_or(|until| until <= (self.clock)());
        let expected = self.card_seal(&request.phone, request.call.as_deref(), until);
        // Sealed once more, the time that comparing takes tells nothing of where a guess goes wrong.
        let given = BASE64URL_NOPAD.decode(sig.as_bytes()).unwrap_or_default();
        let again = |bytes: &[u8]| self.handle.seal(&BASE64URL_NOPAD.encode(bytes));
        !is_over && again(&given) == again(&expected)
    }

    /// The caller's card as it is now: the context of the call centre, and how `call` stands, which without an id is the
    /// one that goes on.
    ///
    /// # Errors
    /// `bad_address`, `unknown_view` where the configuration has no view of the call centre.
    pub async fn card(&self, phone: &str, call: Option<&str>) -> Result<Card, Failure> {
        let view = self.view(VIEW)?;
        let region = self.region_asked(None, VIEW)?;
        let meant = self.meant(&Who::from(format!("phone:{phone}")), region.as_ref())?;
        let (finding, portrait) = self.found_within(Budget::UNLIMITED, view, &[meant]).await?;
        let Some(portrait) = portrait else {
            return Ok(Card {
                context: Body::of(finding, Context::empty(view)),
                call: None,
            });
        };
        let profile = &portrait.profile;
        let id = call.or_else(|| profile.running_call().map(|(id, _)| id));
        let call = id.and_then(|id| {
            let is_running = profile.is_call_running(id)?;
            Some((id.to_owned(), is_running))
        });
        let seen = self.seen(Budget::UNLIMITED, (view, None), portrait).await?;
        let context = seen.unwrap_or_else(|| Context::empty(view));
        Ok(Card {
            context: Body::of(finding, context),
            call: call.map(|(id, is_running)| CardCall { id, is_running }),
        })
    }

    /// Lengths go first, so that no two links are sealed as one.
    fn card_seal(&self, phone: &str, call: Option<&str>, until: u64) -> [u8; 32] {
        let call = call.map_or_else(|| "-".to_owned(), |call| format!("{} {call}", call.len()));
        self.handle
            .seal(&format!("card {until} {} {phone} {call}", phone.len()))
    }
}
