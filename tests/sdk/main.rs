//! Clients that others wrote, unmodified but for the host: six stock SDKs on the wire, as they are and where the service
//! is now and then in no state to take anything, and the wire forms of the mobile ones.
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

mod arrived;
mod go_between;
mod mobile;
mod sdk;
mod shop;
mod stock;
