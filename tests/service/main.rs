//! The binary as operators run it: real processes on free ports of loopback and folders of their own, asked over HTTP
//! and by the command line, killed and damaged.
//!
//! Ends only processes that it started. Nothing waits for a fixed time: conditions are asked for until a deadline.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![allow(missing_docs, unreachable_pub, reason = "a test has no users")]

mod alarm;
mod api;
mod audit;
#[cfg(target_os = "linux")]
mod beside;
mod canary;
mod commands;
mod copied;
mod crash;
mod damage;
mod demo;
mod described;
#[cfg(target_os = "linux")]
mod disk;
mod encrypted;
mod folder;
mod golden;
mod installed;
mod kept;
mod lifecycle;
#[cfg(target_os = "linux")]
mod limits;
mod load;
mod measured;
#[cfg(target_os = "linux")]
mod medium;
mod notices;
mod packaged;
mod population;
#[cfg(target_os = "linux")]
mod power;
mod process;
mod readers;
mod reported;
mod resume;
mod rotated;
mod secure;
mod supervised;
mod telemetry;
mod tenants;
mod updates;
