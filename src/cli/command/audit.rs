//! `yekta audit`: the log of who was told of whom.

use std::io::Write;

use clap::Subcommand;
use serde_json::json;

use crate::{
    app::audit_folder,
    audit::verify,
    cli::{command::settings::SettingsArgs, exit::Failure},
};

/// The log of who was told of whom.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check that the log is what was written, also while the service runs
    ///
    /// Prints the last hash: kept elsewhere, it shows later whether lines were cut off the end.
    Verify(VerifyArgs),
}

#[derive(Debug, clap::Args)]
struct VerifyArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.command {
            Command::Verify(args) => args.run(out),
        }
    }
}

impl VerifyArgs {
    fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let folder = audit_folder(&self.settings.load()?);
        let found = verify(&folder).map_err(anyhow::Error::new)?;
        let (records, head) = (found.records, found.head.to_string());
        if self.json {
            let told = json!({"records": records, "first": found.first, "last": found.last, "head": head});
            writeln!(out, "{told}")?;
        } else {
            let span = found.first.zip(found.last);
            let span = span.map_or_else(String::new, |(first, last)| format!(" from {first} to {last}"));
            writeln!(out, "read {records} records{span}; the last hash is {head}")?;
        }
        Ok(())
    }
}
