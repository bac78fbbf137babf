//! `yekta config`: what is set, and whether it can be.

mod page;

use std::io::Write;

use crate::{
    cli::{command::settings::SettingsArgs, exit::Failure},
    config::DEFAULTS,
};

/// Checks or prints the configuration that `serve` would run with.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Name every problem; exit 78 if there is one.
    Check(SettingsArgs),
    /// Print every setting, secrets hidden.
    Print(SettingsArgs),
    /// Write every key with what it is, its default and its environment variable, as Markdown.
    Page,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.action {
            Action::Check(settings) => {
                settings.load()?;
                writeln!(out, "the configuration is sound")?;
            }
            Action::Print(settings) => write!(out, "{}", settings.load()?.redacted_toml())?,
            Action::Page => write!(out, "{}", page::page(DEFAULTS))?,
        }
        Ok(())
    }
}
