//! The commands that talk to a running service: `send`, `lookup`, `profile`, `readers`, `export`, `erase`, `values`, `tail`, `dlq`,
//! `flows`, `report`, and those of `identity`, `rules` and `tenant`.
//!
//! Owns [`ClientCommand`] and the small blocking client below it. Knows the service by its HTTP contract alone, never
//! opens a store, and never shows a key or, in an error, a customer's identifier. The command line's `main` calls it.

pub mod address;
pub mod answer;
pub mod connection;
pub mod dlq;
pub mod erase;
pub mod error;
pub mod export;
pub mod flags;
pub mod identity;
pub mod lookup;
pub mod patience;
pub mod profile;
pub mod readers;
pub mod report;
pub mod rules;
pub mod send;
pub mod server;
pub mod tail;
pub mod tenants;
pub mod values;

use std::io::Write;

use clap::Subcommand;

use crate::cli::client::{connection::Client, error::ClientError, server::ServerArgs};

/// What is asked of a running service.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Send events from a file, from standard input, or one from flags
    Send(send::Args),
    /// Ask who holds an identifier, as a view tells it
    Lookup(lookup::Args),
    /// Show a profile, its timeline, or why it is one person
    Profile(profile::Args),
    /// Show who was told of a person, out of the audit log
    Readers(readers::Args),
    /// Write all that is kept about a person, and where it came from, as JSON
    Export(export::Args),
    /// Erase a person, and wait until no file holds a byte of them
    Erase(erase::Args),
    /// Have customers ranked by what they are worth
    Values(values::Args),
    /// Follow what the service publishes, live
    Tail(tail::Args),
    /// List, show or retry what was refused
    Dlq(dlq::Args),
    /// Start a flow of the tenant's rules by hand
    Flows(rules::FlowsArgs),
    /// Show what was decided about messages, and what became of them
    Report(report::Args),
}

impl ClientCommand {
    /// Which service is asked: what its [`Client`] is made from.
    pub const fn server(&self) -> &ServerArgs {
        match self {
            Self::Send(args) => &args.server,
            Self::Lookup(args) => &args.server,
            Self::Profile(args) => &args.server,
            Self::Readers(args) => &args.server,
            Self::Export(args) => &args.server,
            Self::Erase(args) => &args.server,
            Self::Values(args) => args.server(),
            Self::Tail(args) => &args.server,
            Self::Dlq(args) => &args.server,
            Self::Flows(args) => args.server(),
            Self::Report(args) => &args.server,
        }
    }

    /// Asks `client` and prints the answer to `out`.
    ///
    /// # Errors
    /// When the service refuses, cannot be reached or rejected an event, or input or output fails. A reader of `out`
    /// that has seen enough (`| head`) is no error.
    pub fn run(self, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
        let done = match self {
            Self::Send(args) => send::run(args, client, out),
            Self::Lookup(args) => lookup::run(args, client, out),
            Self::Profile(args) => profile::run(args, client, out),
            Self::Readers(args) => readers::run(&args, client, out),
            Self::Export(args) => export::run(&args, client, out),
            Self::Erase(args) => erase::run(args, client, out),
            Self::Values(args) => values::run(&args, client, out),
            Self::Tail(args) => tail::run(args, client, out),
            Self::Dlq(args) => dlq::run(args, client, out),
            Self::Flows(args) => args.run(client, out),
            Self::Report(args) => report::run(&args, client, out),
        };
        let done = done.and_then(|()| out.flush().map_err(ClientError::Output));
        match done {
            Err(error) if error.is_closed_output() => Ok(()),
            done => done,
        }
    }
}

#[cfg(test)]
mod tests;
