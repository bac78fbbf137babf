//! `yekta rules`: segments, flows and layouts are checked, tested by cases, and tried out over what was recorded.

use std::io::Write;

use crate::{cli::exit::Failure, tryout::TryError};

mod check;
mod test;
mod try_out;

/// Checks rules, and tries them out.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Name every problem with file, line and rule; exit 78 if there is one.
    Check(check::Args),
    /// Run cases: events in, expected actions out.
    Test(test::Args),
    /// Tell what rules would have done with what a data folder recorded.
    Try(try_out::Args),
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.action {
            Action::Check(args) => args.run(out),
            Action::Test(args) => args.run(out),
            Action::Try(args) => args.run(out),
        }
    }
}

fn no_folder() -> Failure {
    Failure::Usage("no folder is given, and decide.rules names none".to_owned())
}

impl From<TryError> for Failure {
    fn from(error: TryError) -> Self {
        match error {
            TryError::Cases(error) => Self::Config(error),
            error => Self::Failed(error.into()),
        }
    }
}
