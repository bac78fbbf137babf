//! Configurations as their writers write them, and what comes of them.

mod agreement;
mod contact;
mod defaults;
mod layers;
mod nats;
mod refusals;
mod routing;
mod secrets;
mod value;

use std::path::PathBuf;

use crate::config::{ConfigError, LoadOptions, Settings};

/// Loads a file of this `text`, with this environment and these flags.
fn load(text: &str, env: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("yekta.toml");
    std::fs::write(&path, text).unwrap();
    load_path(Some(path), env, flags)
}

fn load_path(
    file: Option<PathBuf>,
    env: &[(&str, &str)],
    flags: &[(&str, &str)],
) -> Result<Settings, ConfigError> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    Settings::load(LoadOptions {
        file,
        env: env.iter().map(owned),
        overrides: flags.iter().map(owned).collect(),
    })
}

/// What is wrong with a file of this `text`, without where it came from.
fn problems(text: &str) -> Vec<String> {
    let problems = load(text, &[], &[]).unwrap_err().problems;
    let without_origin = |mut problem: crate::config::Problem| {
        problem.origin = None;
        problem.to_string()
    };
    problems.into_iter().map(without_origin).collect()
}
