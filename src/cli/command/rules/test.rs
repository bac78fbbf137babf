//! `yekta rules test`: cases that the user writes are run.

use std::{io::Write, path::PathBuf};

use crate::{
    app::{engine_config, engine_rules},
    cli::{command::temporary::TemporaryFolder, exit::Failure, output::plain},
    config::{LoadOptions, RuleFiles, Settings},
    domain::time::Timestamp,
    tryout::cases::{Case, CaseFile, Place, run},
};

/// Runs cases: each gives events at their times and says which actions, segments and refusals are expected of the rules.
///
/// No service is needed and no time passes. It exits with 1 where something is other than expected, and with 78 where a
/// file of cases or of rules is wrong. The README says what a case looks like.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files of cases (YAML).
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The configuration file (TOML), with channels, views and the contact policy; a file of cases may set some of it.
    /// Nothing else is looked at, so that a case always gives the same.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let files: Vec<CaseFile> = self
            .files
            .iter()
            .map(|path| CaseFile::read(path))
            .collect::<Result<_, _>>()?;
        let (mut failed, mut all) = (0_usize, 0_usize);
        for (file, path) in files.iter().zip(&self.files) {
            writeln!(out, "{}", path.display())?;
            for case in file.cases() {
                let lines = self.run_case(file, case)?;
                all = all.saturating_add(1);
                let name = plain(&case.0.name);
                if lines.is_empty() {
                    writeln!(out, "  ok      {name}")?;
                    continue;
                }
                failed = failed.saturating_add(1);
                let line = file.line_of(case.0).unwrap_or_default();
                writeln!(out, "  FAILED  {name} (line {line})")?;
                for line in lines {
                    writeln!(out, "    {}", plain(&line))?;
                }
            }
        }
        out.flush()?;
        match failed {
            0 => {
                writeln!(out, "{all} cases, all as expected")?;
                Ok(())
            }
            failed => Err(anyhow::anyhow!("{failed} of {all} cases are other than expected").into()),
        }
    }

    fn run_case(&self, file: &CaseFile, case: (&Case, Timestamp)) -> Result<Vec<String>, Failure> {
        let temporary = TemporaryFolder::new("case")?;
        let settings = self.settings(file, &temporary)?;
        settings
            .decide
            .book
            .replace(RuleFiles::all(&file.rules())?.book()?);
        let place = Place {
            config: engine_config(&settings),
            rules: engine_rules(&settings),
            decode: settings.decode_rules(),
        };
        Ok(run(file, case, place)?)
    }

    /// Defaults, the file and what the cases say: no environment.
    fn settings(&self, file: &CaseFile, folder: &TemporaryFolder) -> Result<Settings, Failure> {
        let mut overrides = file.settings();
        overrides.extend([
            ("data.dir".to_owned(), folder.path().display().to_string()),
            ("nats.url".to_owned(), String::new()),
            ("decide.rules".to_owned(), String::new()),
        ]);
        Ok(Settings::load(LoadOptions {
            file: self.config.clone(),
            env: std::iter::empty(),
            overrides,
        })?)
    }
}
