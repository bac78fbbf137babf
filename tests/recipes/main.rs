//! The recipes for call centres, as their platforms run them: what each sends to a real service, and what it makes of
//! the answer, for a known caller, a hidden number and a number of two.
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

mod amazon_connect;
mod asking;
mod asterisk;
mod customers;
mod flat;
mod flex;
mod genesys;
mod studio;
