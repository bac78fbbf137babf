//! `yekta export`: all that is kept about a person, and where it came from.

use std::io::Write;

use crate::cli::client::{
    address::Who, connection::Client, error::ClientError, flags::Unechoed, server::ServerArgs,
};

const ATTEMPT: &str = "export a profile";

/// Whose.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "\
Writes one JSON document: the profile, what each of its events says about who it is, every event as it was
taken in, the QR codes that were minted for the person, and what stewards say about them.

Examples:
  yekta export phone:+989123456789 > sara.json
  yekta export 0b54a3c1f2d84e6c9a7b1d2e3f405162 | gzip > export.json.gz")]
pub struct Args {
    /// The profile's id, or an identifier that it holds
    #[arg(value_name = "ID|KIND:VALUE", value_parser = Unechoed::<Who>::new())]
    pub who: Who,
    /// Whom to ask
    #[command(flatten)]
    pub server: ServerArgs,
}

/// Asks and writes the answer as it comes.
///
/// # Errors
/// When the service refuses (nobody is there, or several are meant), cannot be reached or breaks off, or `out` takes no more.
pub fn run(args: &Args, client: &Client, out: &mut impl Write) -> Result<(), ClientError> {
    let path = format!("/v1/profiles/{}/export", args.who.segment());
    client.copy(ATTEMPT, &path, out)?;
    writeln!(out).map_err(ClientError::Output)
}
