//! The documented mappings fit the public sets: every record goes in and is scored against the truth as published.
//! How good the scores are is the table's matter, not this test's.

use std::path::{Path, PathBuf};

use yekta::quality::{Mapping, Plan};

use crate::run::run;

/// Files and truths below the folder of data sets; records, persons and true pairs after each load.
fn check(mapping: &str, files: &[&str], truths: &[&str], expected: &[(u64, u64, u64)]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = root.join("../shared/data");
    let paths = |names: &[&str]| -> Vec<PathBuf> { names.iter().map(|name| data.join(name)).collect() };
    let (files, truths) = (paths(files), paths(truths));
    if files.iter().chain(&truths).any(|path| !path.exists()) {
        eprintln!("skipped: {mapping}, the data set is not beside this repository");
        return;
    }
    let mapping = Mapping::load(&root.join("config/evaluate").join(mapping)).unwrap();
    let evaluation = run(Plan {
        staged: files.len() > 1 && files.len() == truths.len(),
        files,
        mapping: Some(mapping),
        truths,
        shuffle: None,
    });
    let evaluation = evaluation.unwrap();
    let counted: Vec<(u64, u64, u64)> = evaluation
        .reports
        .iter()
        .map(|report| &report.scores)
        .map(|scores| (scores.records, scores.people, scores.true_pairs))
        .collect();
    assert_eq!(counted, expected);
    let run = &evaluation.reports.last().unwrap().run;
    assert_eq!((run.not_in_truth, run.only_in_truth, run.conflicting), (0, 0, 0));
}

#[test]
fn senzing_fits_after_each_load() {
    let files = ["customers", "watchlist", "reference"];
    let tables = |edition: &str| files.map(|name| format!("senzing-truthset/truthsets/{edition}/{name}.csv"));
    let keys =
        [1, 2, 3].map(|load| format!("senzing-truthset/truthsets/demo_v3/truthset-load{load}-key.csv"));
    let (v3, demo) = (tables("demo_v3"), tables("demo"));
    check(
        "senzing.toml",
        &v3.each_ref().map(String::as_str),
        &keys.each_ref().map(String::as_str),
        &[(120, 72, 70), (137, 81, 84), (159, 86, 104)],
    );
    check(
        "senzing.toml",
        &demo.each_ref().map(String::as_str),
        &["senzing-truthset/truthsets/demo/actual_truthset_key.csv"],
        &[(159, 85, 108)],
    );
}

#[test]
fn febrl_fits() {
    check("febrl.toml", &["febrl/dataset1.csv"], &[], &[(1_000, 500, 500)]);
}

#[test]
fn fake_fits() {
    check(
        "fake.toml",
        &["splink-demo/fake_1000.csv"],
        &[],
        &[(1_000, 251, 2_031)],
    );
}

#[test]
fn cdc_fits() {
    let files = ["cdc-recordlinker/nbs_seed.csv", "cdc-recordlinker/nbs_test.csv"];
    check("cdc.toml", &files, &[], &[(1_097, 1_044, 63)]);
}
