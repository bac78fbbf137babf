//! `yekta identity`: who is who. How well persons are told apart is measured here, and what is learned to do it better; what
//! is asked of a running service, [`IdentityCommand`] asks.

use std::io::Write;

use crate::cli::{
    client::{error::ClientError, identity::IdentityCommand},
    exit::Failure,
};

mod evaluate;
mod table;
mod train;
mod what_if;

/// Measures how well persons are told apart, learns what agreement weighs; explains, merges and separates people.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Run records whose truth is known through the engine, and score who was found.
    Evaluate(evaluate::Args),
    /// Learn from records what agreement and difference weigh.
    Train(train::Args),
    /// Tell who would join or part if other rules held.
    WhatIf(what_if::Args),
    #[command(flatten)]
    Asked(IdentityCommand),
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.action {
            Action::Evaluate(args) => args.run(out),
            Action::Train(args) => args.run(out),
            Action::WhatIf(args) => args.run(out),
            Action::Asked(command) => {
                let client = command.server().client();
                let done = command.run(&client, out);
                match done.and_then(|()| out.flush().map_err(ClientError::Output)) {
                    Err(error) if error.is_closed_output() => Ok(()),
                    done => Ok(done?),
                }
            }
        }
    }
}
