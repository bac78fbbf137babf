//! `yekta rules check`: whether the segments, flows, layouts and journeys of a folder can be used.

use std::{io::Write, path::PathBuf};

use crate::{
    cli::{command::settings::SettingsArgs, exit::Failure},
    config::RuleFiles,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder with the rules; by default the one that the configuration names.
    folder: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let files = match self.folder {
            Some(folder) => Some(RuleFiles::read(&folder)?),
            None => self.settings.load()?.decide.files,
        };
        let Some(files) = files else {
            return Err(crate::cli::command::rules::no_folder());
        };
        let book = files.book()?;
        let counts = [
            (book.segments().count(), "segment"),
            (book.flows().count(), "flow"),
            (book.layouts().count(), "layout"),
            (book.journeys().count(), "journey"),
        ];
        let told = counts.map(|(count, what)| match count {
            1 => format!("1 {what}"),
            _ => format!("{count} {what}s"),
        });
        writeln!(out, "{}", told.join(", "))?;
        Ok(())
    }
}
