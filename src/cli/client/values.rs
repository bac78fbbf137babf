//! `yekta values`: what customers are worth among all.

use std::io::Write;

use clap::Subcommand;

use crate::cli::{
    client::{answer, connection::Client, error::ClientError, server::ServerArgs},
    output::Format,
};

const ATTEMPT: &str = "have customers ranked";
/// What is read first in an answer.
const LEAD: [&str; 2] = ["status", "position"];

/// What to do about it.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Examples:
  yekta values rank")]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub action: Action,
}

impl Args {
    /// Which service is asked.
    pub const fn server(&self) -> &ServerArgs {
        let Action::Rank(rank) = &self.action;
        &rank.server
    }
}

/// One thing to do about it.
#[derive(Clone, Debug, Subcommand)]
pub enum Action {
    /// Have all customers ranked now, and not when it is time; profiles tell it a while later
    Rank(Rank),
}

/// Ranks.
#[derive(Clone, Debug, clap::Args)]
pub struct Rank {
    /// How to print
    #[command(flatten)]
    pub format: Format,
    /// Whom to ask
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Asks and prints.
///
/// # Errors
/// When the service refuses or cannot be reached, or `out` takes no more.
pub fn run(args: &Args, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
    let Action::Rank(rank) = &args.action;
    let answer = client.post(ATTEMPT, "/v1/values/rank", b"{}")?;
    answer::print(ATTEMPT, &answer, &LEAD, rank.format, out)
}
