//! Erasing from the broker's streams what they hold of persons who are erased: no byte of it stays in the broker's files.
//!
//! Owns which messages go, and how they go: each by its number, so that the server writes over it at once, in older blocks
//! and in packed ones too. Purging does not: what it takes stays in a block that is partly kept, so only whole blocks are
//! purged. Must never decide who is erased, which its caller says; never erase what is not consumed, nor a view's last
//! message, from which the server knows where to go on. Called by `app`; all of it may be called again, and what is gone is
//! passed over.
//!
//! | what | where | what it cannot do |
//! |---|---|---|
//! | [`Expunge::input`] | the input stream | keep what a message says of others: it is committed, and not read again |
//! | [`Expunge::out`] | the outgoing stream | - |
//! | [`Expunge::profiles`] | the bucket of profiles, written anew | - |
//! | [`JetStreamJournal::renew_term`](crate::nats::journal::JetStreamJournal::renew_term) | the journal | - |
//!
//! What a stream dropped by itself, for its age or its size, is in no message any more that could be erased. It stays in its
//! block until all of that is dropped.

mod erase;
mod error;
mod input;
mod out;
mod pass;
mod profiles;
mod views;

use std::{sync::Arc, time::Duration};

use async_nats::jetstream::{self, stream::Info};

use crate::{
    nats::{Connection, assets::Names, expunge::erase::Eraser, ingest::input::Input, leader::look},
    wire::DecodeRules,
};

pub use crate::nats::expunge::{
    error::ExpungeError,
    input::{Going, IsErased},
    out::{Goes, Notice, Published},
};

/// Erases from the streams of a tenant.
#[derive(Clone, Debug)]
pub struct Expunge {
    jetstream: jetstream::Context,
    names: Names,
    /// What messages of the input stream are read by.
    rules: Arc<DecodeRules>,
    /// How long the server may take to answer.
    ack_timeout: Duration,
}

impl Expunge {
    /// For the tenant with these names. Messages of the input are read by `rules`, as when they were taken in.
    pub fn new(
        connection: &Connection,
        names: Names,
        rules: Arc<DecodeRules>,
        ack_timeout: Duration,
    ) -> Self {
        Self {
            jetstream: connection.jetstream.clone(),
            names,
            rules,
            ack_timeout,
        }
    }

    /// Who erases from `stream`.
    fn eraser(&self, stream: String) -> Eraser {
        Eraser {
            jetstream: self.jetstream.clone(),
            stream,
        }
    }

    /// How `stream` is.
    async fn info(&self, stream: &str) -> Result<Info, ExpungeError> {
        let info = look(&self.jetstream, stream).await;
        info.map_err(|error| ExpungeError::broker("look at", stream, error))
    }

    /// What is read of `stream`.
    fn read(&self, stream: &str, filter: String) -> Input {
        Input {
            jetstream: self.jetstream.clone(),
            stream: stream.to_owned(),
            filter,
            restored_ns: None,
        }
    }
}
