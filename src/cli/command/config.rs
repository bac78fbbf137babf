//! `yekta config`: what is set, and whether it can be.

use std::io::Write;

use crate::cli::{command::settings::SettingsArgs, exit::Failure};

/// Checks or prints the configuration that `serve` would run with.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Name every problem; exit 78 if there is one.
    Check,
    /// Print every setting, secrets hidden.
    Print,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let settings = self.settings.load()?;
        match self.action {
            Action::Check => writeln!(out, "the configuration is sound")?,
            Action::Print => write!(out, "{}", settings.redacted_toml())?,
        }
        Ok(())
    }
}
