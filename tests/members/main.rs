//! Several processes of one tenant, as operators run them against the loss of a machine: one owns it, the others stand by
//! and answer questions. Real processes beside nats-servers of each test's own, three that keep three copies of each
//! stream or one alone; killed, stopped, cut off, joined, ended and started again while events are published and posted.
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
#[path = "../stream/broker.rs"]
mod broker;
#[path = "../nats/cluster.rs"]
mod cluster;
#[path = "../service/copied.rs"]
mod copied;
#[path = "../stream/journal.rs"]
mod journal;
#[path = "../service/load.rs"]
mod load;
#[path = "../service/measured.rs"]
mod measured;
#[path = "../service/process.rs"]
mod process;
#[path = "../stream/proxy.rs"]
mod proxy;
#[path = "../stream/published.rs"]
mod published;
#[path = "../stream/replicas.rs"]
mod replicas;
#[path = "../nats/server.rs"]
mod server;
#[path = "../stream/serving.rs"]
mod serving;
#[path = "../stream/streams.rs"]
mod streams;
#[path = "../service/updates.rs"]
mod updates;

mod answers;
mod asked;
mod called;
mod chain;
mod channel;
mod comings;
mod commands;
mod cut;
mod erased;
mod followed;
mod forgotten;
mod fresh;
mod full;
mod giant;
mod handed;
mod keyed;
mod kills;
mod leader;
mod losses;
mod members;
mod nobody;
mod partitions;
mod partitions_lost;
mod refused;
mod rolling;
mod seen;
mod settled;
mod shared;
mod shop;
mod shop_away;
mod status;
mod times;
mod town;
mod united;
mod views;
mod whole;
mod zombie;
