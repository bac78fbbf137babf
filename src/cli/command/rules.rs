//! `yekta rules`: whether the segments, flows and layouts of a folder can be used; what is asked of a running service,
//! [`RulesCommand`] asks.

use std::{io::Write, path::PathBuf};

use crate::{
    cli::{
        client::{error::ClientError, rules::RulesCommand},
        command::settings::SettingsArgs,
        exit::Failure,
    },
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
    #[command(flatten)]
    Asked(RulesCommand),
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
        match self.action {
            Action::Check(check) => check.run(out),
            Action::Asked(command) => {
                let client = command.server().client();
                let done = command.run(&client, out);
                match done.and_then(|()| out.flush().map_err(ClientError::Output)) {
                    Err(error) if error.is_closed_output() => Ok(()),
                    done => Ok(done?),
                }
            }
        }
    }
}

impl Check {
    fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let files = match self.folder {
            Some(folder) => Some(RuleFiles::read(&folder)?),
            None => self.settings.load()?.decide.files,
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
