//! The pure core: what an event, an identifier, a claim and a profile are, and how they combine.
//!
//! Everything here is a synchronous function of its arguments. It reads no clock, does no I/O and knows neither JSON,
//! sled, NATS nor tokio; `tests/architecture.rs` holds it to that. The words are the product's own:
//!
//! | word | where |
//! |---|---|
//! | event | [`event`] |
//! | identifier, trust | [`identifier`] |
//! | channel, source | [`channel`] |
//! | claim, who owns a device, who is one person | [`identity`] |
//! | fact: a name, a birth date, an address | [`fact`] |
//! | how alike two persons are | [`similarity`] |
//! | fold, profile, what is open | [`profile`] |
//! | context, view | [`context`] |
//! | what the tenant publishes of products and offers | [`catalogue`] |
//! | how long events are kept | [`retention`] |
//! | who serves customers | [`agent`] |

pub mod agent;
pub mod amount;
pub mod catalogue;
pub mod channel;
pub mod context;
pub mod event;
pub mod fact;
pub mod identifier;
pub mod identity;
pub mod profile;
pub mod qr;
pub mod retention;
pub mod role;
pub mod scan;
pub mod similarity;
pub mod time;
pub mod value;
