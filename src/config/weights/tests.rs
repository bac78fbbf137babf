//! Files of weights as they are written and read, and in which words a wrong one is refused.

use super::{Remarks, load, read::read, text, version};
use crate::{
    config::ConfigError,
    domain::similarity::{Bits, Field, Level, Weights},
};

fn reads(text: &str) -> Result<Weights, ConfigError> {
    read(text.parse().unwrap(), "w.toml".to_owned())
}

fn standard() -> String {
    text(&Weights::standard(), &Remarks::default())
}

/// What is said of the standard table with `from` changed to `to`.
fn refused(from: &str, to: &str) -> String {
    let whole = standard();
    assert!(whole.contains(from), "{from} is not in {whole}");
    reads(&whole.replacen(from, to, 1)).unwrap_err().to_string()
}

#[test]
fn a_table_comes_back_from_its_file_and_makes_the_same_file() {
    let mut weights = Weights::standard();
    weights.set(Field::Birth, Level::Equal, Bits(12_345_678));
    weights.frequencies.key = (7, u64::MAX);
    weights.frequencies.floor = 20_000;
    let remarks = Remarks {
        head: vec!["about".to_owned()],
        levels: [((Field::Birth, Level::Equal), "learned".to_owned())].into(),
    };
    let whole = text(&weights, &remarks);
    assert!(whole.starts_with("# about\nformat = 1\n"), "{whole}");
    assert!(whole.contains("equal = 12345678 # learned\n"), "{whole}");
    let back = reads(&whole).unwrap();
    weights.version = version(&weights);
    weights.levels.sort_unstable();
    weights.chances.sort_unstable();
    assert_eq!(back, weights);
    assert_eq!(text(&back, &remarks), whole);
    assert_eq!(
        back.of_value(Field::Given, "nobody"),
        weights.of_value(Field::Given, "nobody")
    );
}

#[test]
fn two_tables_have_two_versions_and_a_comment_makes_none() {
    let (one, mut other) = (Weights::standard(), Weights::standard());
    other.set(Field::Birth, Level::Equal, Bits(11_500_001));
    let mut third = Weights::standard();
    third.frequencies.floor = 1;
    let versions = [&one, &other, &third].map(version);
    assert_ne!(versions[0], versions[1]);
    assert_ne!(versions[0], versions[2]);
    assert!(
        versions
            .iter()
            .all(|version| *version > Weights::standard().version)
    );
    let commented = standard().replace("[chances]", "# a word\n[chances]");
    assert_eq!(reads(&commented).unwrap().version, versions[0]);
}

#[test]
fn what_is_wrong_is_told_with_its_key_and_what_was_expected() {
    for (from, to, told) in [
        ("format = 1", "format = 2", "format = 2 (w.toml): expected 1"),
        ("format = 1\n", "", "format (w.toml): is missing, expected 1"),
        (
            "[levels.birth_date]\nequal = 11500000",
            "[levels.birth_date]\nequal = 11.5",
            "levels.birth_date.equal = 11.5 (w.toml): expected a whole number from 0 to 64000000",
        ),
        (
            "[levels.birth_date]\nequal = 11500000",
            "[levels.birth_date]",
            "levels.birth_date.equal (w.toml): is missing, expected a whole number from 0 to 64000000",
        ),
        (
            "same_year = 1500000",
            "same_year = 5600000",
            "levels.birth_date.same_year = 5600000 (w.toml): expected no more than the weight of partial, which is more \
             alike and has 4500000",
        ),
        (
            "incompatible = -9500000",
            "incompatible = 1",
            "levels.given_name.incompatible = 1 (w.toml): expected a whole number from -64000000 to 0",
        ),
        (
            "same_year = 1500000",
            "same_year = 1500000\ntwins = 3",
            "levels.birth_date.twins = 3 (w.toml): is not known, expected one of different, equal,",
        ),
        (
            "[chances]\ngiven_name = 6000000",
            "[chances]",
            "chances.given_name (w.toml): is missing",
        ),
        (
            "taken_max = 4000000",
            "taken_max = -1",
            "adjustment.taken_max = -1 (w.toml): expected a whole",
        ),
        (
            "key = \"0000000000000000",
            "key = \"000000000000000X",
            "(w.toml): expected 32 hexadecimal digits",
        ),
        (
            "[frequencies.values]\n",
            "[frequencies.values]\nsmith = 5\n",
            "frequencies.values.smith (w.toml): expected a hash of 16 hexadecimal digits as the key",
        ),
        (
            "[frequencies.values]\n",
            "[frequencies.values]\n0000000000000001 = 0\n",
            "frequencies.values.0000000000000001 = 0 (w.toml): expected a whole number from 1 to 1000000000",
        ),
    ] {
        let refusal = refused(from, to);
        assert!(refusal.contains(told), "{refusal}");
        assert_eq!(refusal.lines().count(), 1, "{refusal}");
    }
}

#[test]
fn a_weight_that_was_changed_alone_is_refused_and_the_right_version_is_told() {
    let refusal = refused("same_year = 1500000", "same_year = 1400000");
    let (before, after) = refusal.split_once(": expected ").unwrap();
    assert!(
        before.starts_with("version = ") && before.ends_with(" (w.toml)"),
        "{refusal}"
    );
    let right = after.split(',').next().unwrap();
    let whole = standard().replace("same_year = 1500000", "same_year = 1400000");
    let stated = version(&Weights::standard()).to_string();
    let weights = reads(&whole.replace(&stated, right)).unwrap();
    assert_eq!(weights.of(Field::Birth, Level::SameYear), Bits(1_400_000));
}

#[test]
fn everything_wrong_is_told_at_once() {
    let whole = standard()
        .replace("[chances]\ngiven_name = 6000000", "[chances]\ngiven_name = 0")
        .replace("same_year = 1500000", "same_year = \"much\"");
    assert_eq!(reads(&whole).unwrap_err().problems.len(), 2);
    let missing: Vec<String> = reads("format = 1\nversion = 5\n")
        .unwrap_err()
        .problems
        .into_iter()
        .map(|problem| problem.key)
        .collect();
    assert_eq!(missing, ["levels", "chances", "adjustment", "frequencies"]);
}

#[test]
fn a_file_that_is_none_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.toml");
    let told = load(&path).unwrap_err().to_string();
    assert!(
        told.contains("w.toml (weights file): expected a file that can be read"),
        "{told}"
    );
    std::fs::write(&path, "format = 1\nlevels").unwrap();
    let told = load(&path).unwrap_err().to_string();
    assert!(
        told.contains("(weights file): expected TOML, but line 2"),
        "{told}"
    );
}
