//! `yekta completions`: what shells complete by.

use std::io::Write;

use crate::cli::exit::Failure;

/// Writes the completions of a shell to standard output, to be put where that shell looks for them.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which shell.
    shell: clap_complete::Shell,
}

impl Args {
    /// Of all that `command` knows.
    pub(crate) fn run(self, mut command: clap::Command, out: &mut impl Write) -> Result<(), Failure> {
        // Into memory first: clap panics where somebody reads no further.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "yekta", &mut script);
        out.write_all(&script)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn every_shell_completes_the_commands() {
        for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
            let args = Args {
                shell: shell.parse().unwrap(),
            };
            let mut out = Vec::new();
            args.run(crate::cli::Cli::command(), &mut out).unwrap();
            let script = String::from_utf8(out).unwrap();
            for command in ["serve", "doctor", "fingerprint"] {
                assert!(script.contains(command), "{shell}: {command}");
            }
        }
    }
}
