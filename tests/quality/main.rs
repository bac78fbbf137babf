//! How well persons are told apart, measured: tables and events with a known truth through a real engine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![allow(missing_docs, unreachable_pub, reason = "a test has no users")]

mod command;
mod events;
mod public_sets;
mod run;
mod tables;
mod town;
mod train;
mod what_if;
