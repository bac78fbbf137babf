//! `yekta rules`: whether the segments, flows and layouts of a folder can be used.

use std::{io::Write, path::PathBuf};

use crate::{
    cli::{command::settings::SettingsArgs, exit::Failure},
    config::RuleFiles,
};

/// Looks at rules.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Name every problem with file, line and rule; exit 78 if there is one.
    Check(Check),
}

#[derive(Debug, clap::Args)]
struct Check {
    /// The folder with the rules; by default the one that the configuration names.
    folder: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let Action::Check(check) = self.action;
        let files = match check.folder {
            Some(folder) => Some(RuleFiles::read(&folder)?),
            None => check.settings.load()?.decide.files,
        };
        let Some(files) = files else {
            return Err(Failure::Usage(
                "no folder is given, and decide.rules names none".to_owned(),
            ));
        };
        let book = files.book()?;
        let counts = [
            (book.segments().count(), "segment"),
            (book.flows().count(), "flow"),
            (book.layouts().count(), "layout"),
        ];
        let told = counts.map(|(count, what)| match count {
            1 => format!("1 {what}"),
            _ => format!("{count} {what}s"),
        });
        writeln!(out, "{}", told.join(", "))?;
        Ok(())
    }
}
