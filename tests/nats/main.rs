//! What is built on NATS, against a nats-server of its own for each test.
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
    reason = "a test has no users, and the server is shared with other test binaries"
)]

mod assets;
mod auth;
mod batch;
mod credentials;
mod expunge;
mod house;
mod identity;
mod ingest;
mod journal;
mod lease;
mod quiet;
mod routed;
mod server;
mod shelf;

use std::{fmt::Debug, future::Future, time::Duration};

use yekta::nats::{Connection, Settings, connect};

use tokio::time::{Instant, sleep};

use crate::server::{NatsServer, PATIENCE};

/// Settings for a server.
fn settings(server: &NatsServer) -> Settings {
    Settings {
        urls: vec![server.url().parse().unwrap()],
        ..Settings::default()
    }
}

/// Runs what a test does on a runtime of its own.
fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(test)
}

async fn connected(server: &NatsServer) -> Connection {
    connect(&settings(server)).await.unwrap()
}

/// Makes what was just removed: the server removes the files of a stream behind its answer, and refuses to make one under
/// the same name meanwhile.
async fn made_again<T, E: Debug>(make: impl AsyncFn() -> Result<T, E>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match make().await {
            Ok(made) => return made,
            Err(error) => assert!(Instant::now() < deadline, "{error:?}"),
        }
        sleep(Duration::from_millis(5)).await;
    }
}
