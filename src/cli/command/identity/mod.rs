//! `yekta identity`: how well persons are told apart, and what is learned to do it better.

use std::io::Write;

use crate::cli::exit::Failure;

mod evaluate;
mod table;
mod train;

/// Measures how well persons are told apart, and learns from records what agreement weighs.
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
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.action {
            Action::Evaluate(args) => args.run(out),
            Action::Train(args) => args.run(out),
        }
    }
}
