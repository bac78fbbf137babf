//! The demo's story as data: Sara, Daniel and Mina meet the shop on every channel within a minute.
//!
//! Never sends anything and reads no clock; `yekta demo` plays it through the ordinary HTTP interface, with background
//! traffic of [`crate::cli::generate`] around it.

mod daniel;
mod mina;
mod sara;
mod scribe;

use serde_json::{Value, json};

use crate::cli::story::scribe::Scribe;

/// One step of the story.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Milliseconds of story time since the step before.
    pub after_ms: u64,
    /// One line for whoever watches.
    pub says: &'static str,
    /// What to do.
    pub kind: StepKind,
}

/// What a step does. A later QR step is always about the token that was minted last.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// Send a native event.
    Event(Value),
    /// Mint a QR token and show it.
    MintQr {
        /// For whom: kind and value.
        identifier: (&'static str, &'static str),
        /// The products in the basket.
        basket: Value,
        /// The offer: `offer_id`, `name` and `expires`.
        offer: Value,
        /// Until when the token holds: RFC 3339 in UTC.
        expires: String,
        /// The only store where it may be redeemed.
        store_id: &'static str,
    },
    /// Send the event of a telephone that scanned the token, after [`with_token`] has put the token in.
    ScanQr(Value),
    /// Redeem the token at a store's till.
    RedeemQr {
        /// The store.
        store_id: &'static str,
    },
    /// Ask for a context view, as the channel's software would, and show the answer.
    Lookup {
        /// The view: `web`, `mobile`, `pos` or `callcenter`.
        view: &'static str,
        /// By what: kind and value.
        identifier: (&'static str, &'static str),
    },
}

/// The story, told from `now_micros` (microseconds since the epoch) on.
///
/// What happens while it is told has the time at which it is told; Mina's order lies twelve hours back. Told faster, its
/// last events are up to a minute ahead of the clock.
#[must_use]
pub fn story(now_micros: i64) -> Vec<Step> {
    let mut scribe = Scribe::new(now_micros);
    sara::tell(&mut scribe);
    daniel::tell(&mut scribe);
    mina::tell(&mut scribe);
    scribe.into_steps()
}

/// `event` with the identifier of the QR token that was scanned.
#[must_use]
pub fn with_token(event: &Value, token: &str) -> Value {
    let mut event = event.clone();
    if let Some(identifiers) = event.get_mut("identifiers").and_then(Value::as_array_mut) {
        identifiers.push(json!({"kind": "qr_token", "value": token}));
    }
    event
}

#[cfg(test)]
mod tests;
