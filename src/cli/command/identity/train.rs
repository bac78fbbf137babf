//! `yekta identity train`: what agreement weighs, learned from records.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use crate::{
    app::clock,
    cli::{command::settings::SettingsArgs, exit::Failure},
    quality::{self, Learned, Mapping, Plan, Training},
    telemetry::init_tracing,
};

/// Learns what agreement and difference weigh from records, not knowing who is who, and writes it into a file that the
/// setting identity.weights names.
///
/// It reads what `evaluate` reads and never looks at the truth. What too few records show keeps the built-in weight, and
/// the file says so. Of names and towns it lists those that at least ten people have, by a keyed hash. The same records
/// and seed give the same file.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Tables of records, or files of native events; all are learned from together.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Which column is what (TOML); config/evaluate has examples.
    #[arg(long, value_name = "MAPPING")]
    mapping: Option<PathBuf>,
    /// Draws the sample, the pairs and the key of the hashes.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Records that are learned from, at most; they are drawn from all.
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    sample: usize,
    /// The configuration file (TOML), with the channels and identifiers that records are read by.
    #[arg(long, env = "YEKTA_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The file that is written, such as config/weights/shop.toml.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Args {
    pub(crate) fn run(self, out: &mut impl Write) -> Result<(), Failure> {
        let settings = SettingsArgs {
            config: self.config,
            // Whatever the environment says: nothing is kept and nobody is asked.
            nats_url: Some(String::new()),
            ..SettingsArgs::default()
        };
        // The table that the settings name may be the one that is to be made.
        let settings = settings.load_with(vec![("identity.weights".to_owned(), String::new())])?;
        init_tracing(settings.log.format, &settings.log.filter)?;
        let mapping = self.mapping.as_deref().map(Mapping::load).transpose()?;
        let mut rules = settings.decode_rules();
        if let Some(mapping) = &mapping {
            mapping.set_phone_region(&mut rules.channels);
        }
        let plan = Plan {
            files: self.files,
            mapping,
            truths: Vec::new(),
            staged: false,
            shuffle: None,
        };
        let how = Training {
            seed: self.seed,
            sample: self.sample,
        };
        let learned = quality::train(&plan.read_untold()?, &rules, clock::now(), how)?;
        write_file(&self.out, &learned.text)?;
        Ok(tell(out, &self.out, &learned)?)
    }
}

fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| {
        anyhow::Error::new(error)
            .context(format!("write {}", path.display()))
            .into()
    })
}

fn tell(out: &mut impl Write, path: &Path, learned: &Learned) -> std::io::Result<()> {
    writeln!(
        out,
        "wrote {}: version {}, {} weights learned and {} kept, {} names and towns",
        path.display(),
        learned.weights.version,
        learned.levels,
        learned.weights.levels.len().saturating_sub(learned.levels),
        learned.weights.frequencies.table.len(),
    )?;
    writeln!(
        out,
        "from {} records: {} that differ in what they say of people, {} refused",
        learned.records, learned.people, learned.refused
    )
}
