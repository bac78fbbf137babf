//! `yekta rules`: the tenant's rules. What is asked of a running service, [`RulesCommand`] asks.

use std::io::Write;

use crate::cli::{
    client::{error::ClientError, rules::RulesCommand},
    exit::Failure,
};

/// Lists the rules of a running service, and how they fare.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    #[command(flatten)]
    Asked(RulesCommand),
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        match self.action {
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
