//! Decisions: pure functions over a profile, a question and the time that they are given.
//!
//! Owns what is decided and why, with the evidence. Never reads a clock, a disk or a configuration, and keeps nothing: the
//! engine asks, and writes down what was decided as an event of its own, so that a decision is a fact and is never made again.
//!
//! | what | where |
//! |---|---|
//! | whether a customer is contacted: now, later or not at all | [`contact`] |
//! | which segments a customer is in, and what an event sets going | [`rule`] |
//! | how much a customer is worth among all | [`value`] |

pub mod contact;
pub mod rule;
pub mod value;
