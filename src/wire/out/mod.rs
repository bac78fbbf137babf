//! What Yekta says: the JSON shapes of answers and of published messages, version 1.
//!
//! Owns the names of their members; whoever is outside of this repository reads them, so members are added and never
//! renamed. Pure: builds shapes of what it is given, decides nothing and reads no clock. `api`, `http` and the engine's
//! commits call it, so that a query and a published message cannot differ.
//!
//! | shape | where |
//! |---|---|
//! | profile document | [`profile`] |
//! | context of a view, as an object or as flat texts | [`context`], [`flat`] |
//! | what a customer is worth among all | [`value`] |
//! | what a shop may show; what the tenant publishes | [`related`], [`catalogue`] |
//! | lookup | [`lookup`] |
//! | event of a timeline | [`event`] |
//! | all that is kept about a person | [`export`] |
//! | what was decided for somebody to carry out | [`action`] |
//! | published updates, notices, enriched events, their subjects | [`update`] |
//! | answers to ingest and identity questions | [`answer`], [`identity`] |
//! | actions, and who is in which segment | [`action`] |
//! | errors | [`problem`] |
//!
//! Amounts are texts, exact; times are RFC 3339 in UTC; numbers of a client come back exact. No shape
//! shows an identifier's value in `Debug`.

pub mod action;
pub mod answer;
pub mod between;
pub mod candidate;
pub mod catalogue;
pub mod context;
pub mod desk;
pub mod dlq;
pub mod event;
pub mod experience;
pub mod export;
pub mod flat;
pub mod identity;
pub mod insight;
pub mod lookup;
pub mod matters;
pub mod named;
pub mod problem;
pub mod profile;
pub mod related;
pub mod scalar;
pub mod update;
pub mod value;
