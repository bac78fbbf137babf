//! Decisions: pure functions over a profile, a question and the time that they are given.
//!
//! Owns what is decided and why, with the evidence. Never reads a clock, a disk or a configuration, and keeps nothing: the
//! engine asks, and writes down what was decided as an event of its own, so that a decision is a fact and is never made again.
//!
//! | what | where |
//! |---|---|
//! | whether a customer is contacted: now, later or not at all | [`contact`] |
//! | who serves a customer who calls, and when | [`routing`] |
//! | which segments a customer is in, and what an event sets going | [`rule`] |
//! | how much a customer is worth among all | [`value`] |
//! | how it was for customers, on which journeys, and what that comes to among all | [`experience`] |

mod clock;
pub mod contact;
pub mod evidence;
pub mod experience;
mod recent;
pub mod routing;
pub mod rule;
pub mod value;
