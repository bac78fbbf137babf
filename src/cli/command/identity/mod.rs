//! `yekta identity`: how well persons are told apart.

use std::io::Write;

use crate::cli::exit::Failure;

mod evaluate;
mod table;

/// Measures how well persons are told apart.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Run records whose truth is known through the engine, and score who was found.
    Evaluate(evaluate::Args),
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.action {
            Action::Evaluate(args) => args.run(out),
        }
    }
}
