//! The edge to NATS JetStream: the connection, the streams and views, the atomic batches and the journal in a stream.
//!
//! Owns all that knows NATS: subjects beyond those of [`crate::wire::out::update::Subjects`], stream names, headers,
//! acknowledgements. Must never reach the store nor know what a commit means. Called by `app`, which connects, ensures
//! the assets and hands the journal to the engine.
//!
//! A commit is one atomic batch of the tenant's journal stream ([`journal::JetStreamJournal`]); the KV bucket and the
//! outgoing stream are views that the server makes of it by sourcing ([`assets`]), and whoever owns the tenant sees to it that they go
//! on when a server is lost (`views`). What is erased goes from all of them ([`expunge`]). What tills of a shop redeem goes over its
//! [`mod@line`] to the owner, or is kept until that is up. Where several processes share a tenant, a [`lease`] says which of them is to
//! own it. What the broker leaves unanswered is asked again (`question`).

pub mod assets;
pub mod batch;
pub mod bucket;
mod connect;
pub mod expunge;
pub mod ingest;
pub mod journal;
mod leader;
pub mod lease;
pub mod line;
pub mod mirror;
mod question;
pub mod service;
mod settings;
pub mod shelf;
pub mod status;
mod unlike;
mod version;
pub(crate) mod views;

pub(crate) use async_nats::Client;

pub use crate::nats::{
    connect::{ConnectError, Connection, Link, connect},
    settings::{
        Auth, ClientCertificate, Limits, Partition, ServerUrl, Settings, Storage, Tenant, TenantError, Tls,
        UrlError, partition_name,
    },
};
