//! `yekta audit`: the log of who was told of whom.

use std::io::Write;

use clap::Subcommand;
use serde_json::json;

use crate::{
    app::audit_folder,
    audit::{verify, verify_with},
    cli::{command::settings::SettingsArgs, exit::Failure},
    wire::digest::Digest,
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
    /// Print the last hash of the log and how many records it stands for, to be kept elsewhere
    Head(HeadArgs),
}

#[derive(Debug, clap::Args)]
struct VerifyArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Check that the log still holds this last hash, which was kept elsewhere.
    #[arg(long, value_name = "HASH", value_parser = hash)]
    head: Option<Digest>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct HeadArgs {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

fn hash(text: &str) -> Result<Digest, &'static str> {
    Digest::parse(text).ok_or("expected 64 hexadecimal digits")
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.command {
            Command::Verify(args) => args.run(out),
            Command::Head(args) => args.run(out),
        }
    }
}

impl VerifyArgs {
    fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let folder = audit_folder(&self.settings.load()?);
        let found = match self.head {
            Some(head) => verify_with(&folder, head).map(|(found, number)| (found, Some(number))),
            None => verify(&folder).map(|found| (found, None)),
        };
        let (found, kept) = found.map_err(anyhow::Error::new)?;
        let (records, head) = (found.records, found.head.to_string());
        if self.json {
            let mut told =
                json!({"records": records, "first": found.first, "last": found.last, "head": head});
            if let (Some(kept), Some(members)) = (kept, told.as_object_mut()) {
                members.insert("kept".to_owned(), json!(kept));
            }
            writeln!(out, "{told}")?;
        } else {
            let span = found.first.zip(found.last);
            let span = span.map_or_else(String::new, |(first, last)| format!(" from {first} to {last}"));
            writeln!(out, "read {records} records{span}; the last hash is {head}")?;
            if let Some(kept) = kept {
                writeln!(out, "the hash that was kept is that of record {kept}")?;
            }
        }
        Ok(())
    }
}

impl HeadArgs {
    fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let folder = audit_folder(&self.settings.load()?);
        let found = verify(&folder).map_err(anyhow::Error::new)?;
        let (records, head) = (found.records, found.head.to_string());
        if self.json {
            let told = json!({"head": head, "records": records, "last": found.last});
            writeln!(out, "{told}")?;
        } else {
            let last = found
                .last
                .map_or_else(String::new, |last| format!(", the last of {last}"));
            writeln!(out, "{head} of {records} records{last}")?;
        }
        Ok(())
    }
}
