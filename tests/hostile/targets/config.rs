//! Files that an operator names: the settings, and a table of weights.

use std::iter;

use yekta::{
    config::{LoadOptions, Settings, weights},
    domain::similarity::Weights,
};

use super::world::scratch;

pub fn settings(bytes: &[u8]) {
    let folder = scratch();
    let load = |text: &[u8]| {
        let file = folder.path().join("yekta.toml");
        std::fs::write(&file, text).unwrap();
        Settings::load(LoadOptions {
            file: Some(file),
            env: iter::empty(),
            overrides: Vec::new(),
        })
    };
    match load(bytes) {
        Ok(settings) => {
            // Secrets are not printed, so what is printed need not load; it is TOML all the same.
            drop(settings.decode_rules());
            let printed = settings.redacted_toml();
            assert!(printed.parse::<toml::Table>().is_ok(), "printed, and no TOML");
        }
        Err(error) => assert!(
            !error.problems.is_empty() && !error.to_string().is_empty(),
            "says what is wrong"
        ),
    }
}

pub fn weights(bytes: &[u8]) {
    let folder = scratch();
    let load = |text: &[u8]| {
        let file = folder.path().join("weights.toml");
        std::fs::write(&file, text).unwrap();
        weights::load(&file)
    };
    let written = |weights: &Weights| weights::text(weights, &weights::Remarks::default());
    match load(bytes) {
        Ok(weights) => {
            let again = load(written(&weights).as_bytes()).expect("what was read can be written and read");
            assert!(again == weights, "written again it is another");
        }
        Err(error) => assert!(!error.problems.is_empty()),
    }
}
