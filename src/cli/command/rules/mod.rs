//! `yekta rules`: segments, flows and layouts are checked, tested by cases, and tried out over what was recorded; what is
//! asked of a running service, [`RulesCommand`] asks.

use std::io::Write;

use crate::{
    cli::{
        client::{error::ClientError, rules::RulesCommand},
        exit::Failure,
    },
    tryout::TryError,
};

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
    #[command(flatten)]
    Asked(RulesCommand),
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.action {
            Action::Check(args) => args.run(out),
            Action::Test(args) => args.run(out),
            Action::Try(args) => args.run(out),
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
