//! The demo's story as data: one customer, Sara, meets the shop on every channel within a minute, and how it was for the
//! people around her.
//!
//! Never sends anything and reads no clock; `yekta demo` plays it through the ordinary HTTP interface, with background
//! traffic of [`crate::cli::generate`] around it.

mod around;
mod recovery;
mod sara;
mod scribe;
mod till;
mod trouble;

use serde_json::{Value, json};

pub use crate::cli::story::around::around;
use crate::cli::story::scribe::Scribe;

/// The number that Sara calls from, as a telephone system shows it.
pub const CALLER: &str = "+989120000107";
/// Her call.
pub const CALL: &str = "story-call-sara";
/// The till at which she shows her code.
pub const STORE: &str = "tehran-12";

/// What everybody knows her by once she has signed in.
pub(crate) const USER: (&str, &str) = ("user_id", "story-sara");
/// The ticket that the agent opens. What else is open then was opened by the shop's own rules.
pub(crate) const COMPLAINT: &str = "story-ticket-sara";

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
///
/// An event states no time: it counts from its receipt, so that the order in which it is told is the order in which it
/// happened, however fast that is.
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
    /// Send the event of whoever scanned the token, after [`with_token`] has put the token in.
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
    /// Ask why all that is known is of one person.
    Why {
        /// Of whom: kind and value.
        identifier: (&'static str, &'static str),
    },
    /// Ask whether a message is sent: the body of the question.
    Decide(Value),
    /// Close the ticket that the rules opened, after [`with_ticket`] has put its id in.
    CloseFollowUp {
        /// Whose it is: kind and value.
        identifier: (&'static str, &'static str),
        /// The ticket that is none of them.
        beside: &'static str,
        /// The event that closes it.
        event: Value,
    },
    /// Show the lows and highs of somebody, and where they are on their journeys.
    Curve {
        /// Whose: kind and value.
        identifier: (&'static str, &'static str),
    },
}

/// The story, told from `now_micros` (microseconds since the epoch) on: what is said to hold until some time depends on it.
#[must_use]
pub fn story(now_micros: i64) -> Vec<Step> {
    let mut scribe = Scribe::new(now_micros);
    sara::tell(&mut scribe);
    till::tell(&mut scribe);
    trouble::tell(&mut scribe);
    recovery::tell(&mut scribe);
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

/// `event` about the ticket that the rules opened.
#[must_use]
pub fn with_ticket(event: &Value, ticket: &str) -> Value {
    let mut event = event.clone();
    if let Some(properties) = event.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("ticket_id".to_owned(), Value::from(ticket));
    }
    event
}

#[cfg(test)]
mod tests;
