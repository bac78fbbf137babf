//! `yekta man`: the help of the commands as manual pages.

use std::{io::Write, path::PathBuf};

use crate::cli::exit::Failure;

/// Writes the manual page of yekta to standard output (`yekta man | man -l -`), or one for each command into a folder.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The folder for a page of each command; made where it is missing.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl Args {
    /// Of `command` and those below it.
    pub(crate) fn run(self, command: clap::Command, out: &mut impl Write) -> Result<(), Failure> {
        match self.dir {
            Some(dir) => {
                std::fs::create_dir_all(&dir)?;
                clap_mangen::generate_to(command, &dir)?;
            }
            None => {
                let mut page = Vec::new();
                clap_mangen::Man::new(command).render(&mut page)?;
                out.write_all(&page)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_command_has_a_page() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("man1");
        let args = Args {
            dir: Some(dir.clone()),
        };
        args.run(Cli::command(), &mut Vec::new()).unwrap();
        let mut command = Cli::command();
        command.build();
        let pages = command.get_subcommands().filter(|one| one.get_name() != "help");
        let pages: Vec<_> = pages.map(|one| format!("yekta-{}.1", one.get_name())).collect();
        assert!(pages.len() > 20, "{pages:?}");
        for page in pages
            .iter()
            .map(String::as_str)
            .chain(["yekta.1", "yekta-rules-check.1"])
        {
            let text = std::fs::read_to_string(dir.join(page)).unwrap();
            assert!(text.contains(".SH NAME"), "{page}");
        }
    }

    #[test]
    fn without_a_folder_it_is_one_page() {
        let mut out = Vec::new();
        Args { dir: None }.run(Cli::command(), &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        assert!(page.contains(".TH yekta 1") && page.contains("doctor"), "{page}");
    }
}
