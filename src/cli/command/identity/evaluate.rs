//! `yekta identity evaluate`: records whose truth is known, through the engine, scored.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use crate::{
    app::{clock, standalone},
    cli::{
        command::{identity::table, serve::runtime, settings::SettingsArgs, temporary::TemporaryFolder},
        exit::Failure,
        output::Format,
    },
    config::Settings,
    quality::{self, Evaluation, Load, Mapping, Placed, Plan, QualityError},
    telemetry::init_tracing,
};

/// Runs records through the engine as events, and scores the persons it finds against the true ones.
///
/// Without --mapping the files hold native events, one a line; with it they are tables (CSV), and it says which column
/// is what. Columns that a file does not have are empty. A record that is refused stands alone, one that the truth does
/// not name is run and not scored.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Tables of records, or files of native events; several are one run.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Which column is what (TOML); config/evaluate has examples.
    #[arg(long, value_name = "MAPPING")]
    mapping: Option<PathBuf>,
    /// Who each record is: a file with a record and a person on each line, or with the columns that the mapping names
    /// under key; or else a column. With --staged once for each file.
    #[arg(long, value_name = "COLUMN-or-FILE")]
    truth: Vec<PathBuf>,
    /// Score after each file, with all before it.
    #[arg(long)]
    staged: bool,
    /// Run the records of each load in another order, drawn from this seed.
    #[arg(long, value_name = "SEED")]
    shuffle: Option<u64>,
    /// How many people there may be, which decides how alike two have to be; as many as records unless said.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000_000_000))]
    expected_people: Option<u64>,
    /// The configuration file (TOML), with the rules of identity.
    #[arg(long, env = "YEKTA_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// What agreement weighs: a file that `yekta identity train` wrote, instead of what the settings say.
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
    /// Keep the data in this new folder, for `yekta serve` to show.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Write where each record was found: id, person (the first record of the same one) and profile.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    format: Format,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let mapping = self.mapping.as_deref().map(Mapping::load).transpose()?;
        let phone_region = mapping.clone();
        let plan = Plan {
            files: self.files,
            mapping,
            truths: self.truth,
            staged: self.staged,
            shuffle: self.shuffle,
        };
        let loads = plan.read()?;
        let temporary = match &self.data_dir {
            None => Some(TemporaryFolder::new("evaluate")?),
            Some(dir) => {
                refuse_used(dir)?;
                None
            }
        };
        let folder = temporary.as_ref().map(TemporaryFolder::path);
        let settings = SettingsArgs {
            config: self.config,
            data_dir: folder.map(Path::to_owned).or(self.data_dir),
            // Whatever the environment says: what is measured here stays here.
            nats_url: Some(String::new()),
            ..SettingsArgs::default()
        };
        let records: usize = loads.iter().map(Load::len).sum();
        let people = self
            .expected_people
            .unwrap_or(u64::try_from(records.max(1)).unwrap_or(u64::MAX));
        let mut rules = vec![("identity.expected_people".to_owned(), people.to_string())];
        rules.extend(
            self.weights
                .iter()
                .map(|path| ("identity.weights".to_owned(), path.display().to_string())),
        );
        let settings = settings.load_with(rules)?;
        init_tracing(settings.log.format, &settings.log.filter)?;
        let evaluation = run(&settings, phone_region.as_ref(), loads)?;
        if let Some(path) = &self.out {
            write_partition(path, &evaluation.partition)?;
        }
        if self.format.is_json() {
            for report in &evaluation.reports {
                let report = serde_json::to_string(report).map_err(anyhow::Error::new)?;
                writeln!(out, "{report}")?;
            }
            return Ok(());
        }
        Ok(table::write(out, &evaluation.reports)?)
    }
}

fn run(settings: &Settings, mapping: Option<&Mapping>, loads: Vec<Load>) -> Result<Evaluation, Failure> {
    let mut rules = settings.decode_rules();
    if let Some(mapping) = mapping {
        mapping.set_phone_region(&mut rules.channels);
    }
    let engine = standalone(settings)?;
    let evaluating = quality::evaluate(&engine.handle, &rules, loads, clock::now());
    let evaluation = runtime()?.block_on(evaluating);
    engine.stop().map_err(anyhow::Error::new)?;
    Ok(evaluation?)
}

/// What is in a folder already would be found among the records, and theirs among it.
fn refuse_used(dir: &Path) -> Result<(), Failure> {
    let used = std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    if used {
        let folder = dir.display();
        return Err(anyhow::anyhow!("evaluate in {folder}: expected a new folder, or an empty one").into());
    }
    Ok(())
}

fn write_partition(path: &Path, partition: &[Placed]) -> Result<(), Failure> {
    let written = || {
        let mut file = csv::Writer::from_path(path)?;
        file.write_record(["id", "person", "profile"])?;
        for record in partition {
            let profile = record
                .profile
                .map_or_else(String::new, |profile| profile.to_string());
            file.write_record([record.id.as_str(), record.person.as_str(), profile.as_str()])?;
        }
        file.flush()?;
        Ok::<(), csv::Error>(())
    };
    written().map_err(|error| {
        anyhow::Error::new(error)
            .context(format!("write {}", path.display()))
            .into()
    })
}

impl From<QualityError> for Failure {
    fn from(error: QualityError) -> Self {
        match error {
            QualityError::Mapping(error) => Self::Config(error),
            error @ QualityError::Arguments(_) => Self::Usage(error.to_string()),
            error => Self::Failed(error.into()),
        }
    }
}
