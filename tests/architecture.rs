//! The layers of the house, kept as cargo would keep them between crates.
//!
//! Reads every source file as tokens, so that a path inside a macro call counts like any other, and compares what it
//! names with the one table in `architecture/rules.rs`. `architecture/planted.rs` proves that each rule bites.
//! `architecture/supply.rs` looks at what the house is built of.

#[path = "architecture/check.rs"]
mod check;
#[path = "architecture/paths.rs"]
mod paths;
#[path = "architecture/planted.rs"]
mod planted;
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/supply.rs"]
mod supply;
#[path = "architecture/tokens.rs"]
mod tokens;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use crate::rules::{LINES_MAX, LONG_FILES, RULES};

/// The repository's root.
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn every_source_file_keeps_to_its_layer() -> io::Result<()> {
    let dependencies = dependencies(&fs::read_to_string(Path::new(ROOT).join("Cargo.toml"))?);
    assert!(
        dependencies.contains("data_encoding"),
        "Cargo.toml was not understood: {dependencies:?}"
    );
    let files = rust_files("src")?;
    assert!(
        files.iter().any(|(path, _)| path == "src/lib.rs"),
        "src/ was not found"
    );
    let found: Vec<String> = files
        .iter()
        .flat_map(|(path, text)| check::violations(path, text, &dependencies))
        .collect();
    assert!(
        found.is_empty(),
        "{} violations:\n{}",
        found.len(),
        found.join("\n")
    );
    Ok(())
}

#[test]
fn tests_and_benches_are_short_too() -> io::Result<()> {
    let files = [rust_files("tests")?, rust_files("benches")?].concat();
    let found: Vec<String> = files
        .iter()
        .filter_map(|(path, text)| check::length(path, text).map(|what| format!("{path}: {what}")))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}

#[test]
fn the_list_of_long_files_only_shrinks() -> io::Result<()> {
    for (path, limit) in LONG_FILES {
        let lines = fs::read_to_string(Path::new(ROOT).join(path))?.lines().count();
        assert!(
            lines > LINES_MAX,
            "{path} has {lines} lines and needs no exception any more"
        );
        assert_eq!(
            lines, *limit,
            "the exception for {path} is no longer its length; lower it"
        );
    }
    Ok(())
}

#[test]
fn a_row_imports_rows_above_it_only() {
    let mut above = BTreeSet::new();
    for rule in RULES {
        for import in rule.imports {
            assert!(
                above.contains(import),
                "`{}` imports `{import}`, which is no row above it",
                rule.module
            );
        }
        assert!(above.insert(rule.module), "`{}` has two rows", rule.module);
    }
}

/// The outside crates of a manifest, by the names they have in code.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut inside = false;
    let mut names = BTreeSet::new();
    for line in manifest.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            inside = section == "dependencies" || section.ends_with(".dependencies");
            names.extend(section.strip_prefix("dependencies.").map(in_code));
        } else if inside && let Some((name, _)) = line.split_once(['=', '.']) {
            names.insert(in_code(name));
        }
    }
    names.retain(|name| !name.starts_with('#'));
    names
}

fn in_code(name: &str) -> String {
    name.trim().trim_matches('"').replace('-', "_")
}

/// Every `.rs` file below `folder`, as its path from the root and its text; none if there is no such folder.
fn rust_files(folder: &str) -> io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let on_disk = Path::new(ROOT).join(&folder);
        if !on_disk.is_dir() {
            continue;
        }
        for entry in fs::read_dir(on_disk)? {
            let entry = entry?;
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.ends_with(".rs") {
                files.push((path, fs::read_to_string(entry.path())?));
            }
        }
    }
    files.sort();
    Ok(files)
}
