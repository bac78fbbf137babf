//! The binary on NATS as operators run it: real processes beside a nats-server of each test's own, told by clients of
//! NATS and asked by them and over HTTP, killed, stopped and moved.
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
#[path = "../nats/cluster.rs"]
mod cluster;
#[path = "../service/copied.rs"]
mod copied;
#[path = "../service/installed.rs"]
mod installed;
#[path = "../service/load.rs"]
mod load;
#[path = "../service/measured.rs"]
mod measured;
#[path = "../service/process.rs"]
mod process;
#[path = "../nats/server.rs"]
mod server;
#[path = "../service/updates.rs"]
mod updates;

mod backlog;
mod broker;
mod client;
mod consumers;
mod crash;
mod deliveries;
mod dlq;
mod doctor;
mod erased;
mod example_cluster;
mod example_conf;
mod examples;
mod faults;
mod full;
mod guard;
mod journal;
mod leaders;
mod lost;
mod migrate;
mod owners;
mod posted;
mod proxy;
mod published;
mod ready;
mod refused;
mod replicas;
mod replicated;
mod sender;
mod serving;
mod slow;
mod steward;
mod stopping;
mod streams;
mod tenants;
mod watchdog;
