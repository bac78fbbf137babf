//! An evaluation in process: files in a folder of its own, the documented defaults, a new engine.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use yekta::{
    app::{clock, standalone},
    config::{LoadOptions, Settings},
    quality::{Evaluation, Mapping, Plan, QualityError, evaluate},
};

/// A folder with the files of a test.
#[derive(Debug)]
pub(crate) struct Bench(TempDir);

impl Bench {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        Self(dir)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// What is asked for: `files` with the mapping `map.toml`, if there is one.
    pub(crate) fn plan(&self, files: &[&str]) -> Plan {
        let mapping = self.path("map.toml");
        Plan {
            files: files.iter().map(|name| self.path(name)).collect(),
            mapping: mapping.exists().then(|| Mapping::load(&mapping).unwrap()),
            truths: Vec::new(),
            staged: false,
            shuffle: None,
        }
    }

    /// The same with files of the truth.
    pub(crate) fn plan_with(&self, files: &[&str], truths: &[&str]) -> Plan {
        Plan {
            truths: truths.iter().map(|name| self.path(name)).collect(),
            ..self.plan(files)
        }
    }
}

/// Runs a plan on a new engine.
pub(crate) fn run(plan: Plan) -> Result<Evaluation, QualityError> {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let mut rules = settings.decode_rules();
    if let Some(mapping) = &plan.mapping {
        mapping.set_phone_region(&mut rules.channels);
    }
    let loads = plan.read()?;
    let engine = standalone(&settings).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let evaluation = runtime.block_on(evaluate(&engine.handle, &rules, loads, clock::now()));
    engine.stop().unwrap();
    evaluation
}

fn settings(dir: &Path) -> Settings {
    Settings::load(LoadOptions {
        file: None,
        env: std::iter::empty(),
        overrides: vec![("data.dir".to_owned(), dir.display().to_string())],
    })
    .unwrap()
}

/// Who was found, as `record=first record of the same person`.
pub(crate) fn told(evaluation: &Evaluation) -> String {
    let placed = evaluation.partition.iter();
    let words: Vec<String> = placed
        .map(|record| format!("{}={}", record.id, record.person))
        .collect();
    words.join(" ")
}
