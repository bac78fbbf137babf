//! The pages for people at work, in a browser and with the real service behind them: the console, the agent's card, the till with and
//! without its line to the service, and what a customer's own telephone shows of a code.
//!
//! Ends only processes that it started. Nothing waits for a fixed time: conditions are asked for until a deadline.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a test has no users, and much is shared with other test binaries"
)]

#[path = "../service/api.rs"]
mod api;
#[path = "../service/installed.rs"]
mod installed;
#[path = "../service/process.rs"]
mod process;

mod browser;
mod card;
mod code;
mod console;
mod cut_off;
mod house;
mod till;
mod work;
