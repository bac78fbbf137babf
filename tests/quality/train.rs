//! Training: what the file says and never says, and what is found with it.

use std::path::Path;

use yekta::{
    app::clock,
    config::{LoadOptions, Settings, weights},
    domain::similarity::{Field, Level, Weights},
    quality::{Learned, QualityError, Training, train},
};

use crate::{
    command::yekta,
    run::Bench,
    town::{CITIES, FAMILY, GIVEN, MAP, town},
};

const PEOPLE: usize = 900;

fn bench(table: &str, map: &str) -> Bench {
    let bench = Bench::new(&[("people.csv", table), ("map.toml", map)]);
    for folder in ["tmp", "used"] {
        std::fs::create_dir(bench.path(folder)).unwrap();
    }
    bench
}

fn learn(bench: &Bench, seed: u64) -> Result<Learned, QualityError> {
    learn_of(bench, Training { seed, sample: 50_000 })
}

fn learn_of(bench: &Bench, how: Training) -> Result<Learned, QualityError> {
    let settings = Settings::load(LoadOptions {
        file: None,
        env: std::iter::empty(),
        overrides: Vec::new(),
    });
    let rules = settings.unwrap().decode_rules();
    let loads = bench.plan(&["people.csv"]).read_untold()?;
    train(&loads, &rules, clock::now(), how)
}

#[test]
fn the_same_records_and_seed_give_the_same_bytes_and_another_seed_others() {
    let bench = bench(&town(PEOPLE, 1), MAP);
    let (one, again, other) = (
        learn(&bench, 3).unwrap(),
        learn(&bench, 3).unwrap(),
        learn(&bench, 4).unwrap(),
    );
    assert_eq!(one.text, again.text);
    assert_ne!(one.text, other.text);
    assert_ne!(one.weights.version, other.weights.version);
    assert!(one.levels > 10, "{}", one.levels);
}

#[test]
fn a_sample_is_learned_from_where_it_is_asked_for() {
    let bench = bench(&town(PEOPLE, 1), MAP);
    let sampled = |seed| learn_of(&bench, Training { seed, sample: 1_000 }).unwrap();
    let (one, other) = (sampled(3), sampled(4));
    assert_eq!((one.records, one.refused), (1_000, 0));
    assert!(one.people > 900, "{}", one.people);
    let of_names = |learned: &Learned| learned.weights.chances.clone();
    assert_ne!(of_names(&one), of_names(&other), "they were drawn by the seed");
}

#[test]
fn the_truth_is_not_looked_at() {
    let table = town(PEOPLE, 1);
    let told = learn(&bench(&table, MAP), 3).unwrap();
    // Everybody is one person, and nobody says who.
    let untold: String = table
        .lines()
        .map(|line| format!("{},all\n", line.rsplit_once(',').unwrap().0))
        .collect::<String>()
        .replacen(",all", ",who", 1);
    assert_eq!(learn(&bench(&untold, MAP), 3).unwrap().text, told.text);
    let without = MAP.replace("truth = \"who\"\n", "");
    assert_eq!(learn(&bench(&table, &without), 3).unwrap().text, told.text);
    let absent = MAP.replace("\"who\"", "\"nowhere\"");
    assert_eq!(learn(&bench(&table, &absent), 3).unwrap().text, told.text);
}

#[test]
fn names_stand_there_as_hashes_and_only_those_of_ten_people_or_more() {
    let learned = learn(&bench(&town(PEOPLE, 1), MAP), 3).unwrap();
    let file = learned.text.to_lowercase();
    for value in GIVEN.iter().chain(&FAMILY).chain(&CITIES) {
        assert!(!file.contains(value), "{value}");
    }
    assert!(!file.contains('@') && !file.contains("mill "));
    let frequencies = &learned.weights.frequencies;
    let listed = |field, value: &str| frequencies.table.get(&frequencies.hash(field, value)).copied();
    for (field, values) in [
        (Field::Given, &GIVEN[..9]),
        (Field::Family, &FAMILY[..12]),
        (Field::City, &CITIES[..]),
    ] {
        for value in values {
            assert!(listed(field, value).is_some(), "{field:?} {value}");
        }
    }
    assert_eq!(listed(Field::Given, "zebulon"), None, "nine people have it");
    // Slips are nobody's names.
    assert!(frequencies.table.len() <= GIVEN.len() + FAMILY.len() + CITIES.len());
    let most = listed(Field::Given, GIVEN[0]).unwrap();
    assert!((120_000_000..220_000_000).contains(&most), "{most}");
    assert_ne!(frequencies.key, (0, 0));
}

#[test]
fn too_few_records_teach_nothing() {
    let told = learn(&bench(&town(20, 1), MAP), 3).unwrap_err().to_string();
    assert!(told.starts_with("train: expected at least 500 records"), "{told}");
}

#[test]
fn learned_weights_fit_the_people_they_were_learned_of() {
    let learned = learn(&bench(&town(PEOPLE, 1), MAP), 3).unwrap();
    let bits = |field, level| learned.weights.of(field, level).0 as f64 / 1e6;
    // One in 70 * 12 * 28 shares a birth date and nine in ten people keep theirs; six towns are few.
    assert!(
        bits(Field::Birth, Level::Equal) > 11.0,
        "{}",
        bits(Field::Birth, Level::Equal)
    );
    assert!(
        (1.0..2.5).contains(&bits(Field::City, Level::Equal)),
        "{}",
        bits(Field::City, Level::Equal)
    );
    assert!(
        bits(Field::Given, Level::Equal) < 4.0,
        "{}",
        bits(Field::Given, Level::Equal)
    );
    assert!((6.0..9.5).contains(&bits(Field::Postcode, Level::Equal)));
}

/// The report of an evaluation of the town.
fn evaluated(bench: &Bench, args: &str) -> serde_json::Value {
    let output = yekta(
        bench,
        &format!("identity evaluate people.csv --mapping map.toml --json {args}"),
    );
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_table_is_learned_written_and_evaluated_with() {
    let bench = bench(&town(PEOPLE, 1), MAP);
    let output = yekta(
        &bench,
        "identity train people.csv --mapping map.toml --seed 3 --out w.toml",
    );
    assert!(output.status.success(), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.starts_with("wrote w.toml: version "), "{told}");
    let table = weights::load(&bench.path("w.toml")).unwrap();
    assert!(told.contains(&table.version.to_string()), "{told}");
    assert_ne!(table, Weights::standard());

    let (standard, learned) = (evaluated(&bench, ""), evaluated(&bench, "--weights w.toml"));
    let score = |report: &serde_json::Value, what: &str| report["pairs"][what].as_f64().unwrap();
    assert!(score(&learned, "precision") > 0.99, "{learned}");
    assert!(score(&learned, "f1") > 0.95, "{learned}");
    assert_ne!(learned["found"], standard["found"], "the table took effect");
}

#[test]
fn the_table_that_the_settings_name_can_be_the_one_that_is_made() {
    let bench = bench(&town(PEOPLE, 1), MAP);
    std::fs::write(bench.path("c.toml"), "[identity]\nweights = \"w.toml\"\n").unwrap();
    let output = yekta(
        &bench,
        "identity train people.csv --mapping map.toml --config c.toml --out w.toml",
    );
    assert!(output.status.success(), "{output:?}");
    let checked = yekta(&bench, "config check --config c.toml");
    assert!(checked.status.success(), "{checked:?}");
    let few = yekta(&bench, "identity train map.toml --out none.toml");
    assert_eq!(few.status.code(), Some(1));
    assert!(!bench.path("none.toml").exists());
}

#[test]
fn a_file_of_weights_that_is_wrong_is_refused_at_start() {
    let bench = bench(&town(30, 1), MAP);
    let standard = weights::text(&Weights::standard(), &weights::Remarks::default());
    std::fs::write(
        bench.path("odd.toml"),
        standard.replace("one_edit = 5500000", "one_edit = 99000000"),
    )
    .unwrap();
    let told = "levels.birth_date.one_edit = 99000000 (weights file odd.toml): expected a whole number from";
    for args in [
        "identity evaluate people.csv --mapping map.toml --weights odd.toml",
        "config check --config c.toml",
        "serve --config c.toml --listen 127.0.0.1:0",
    ] {
        std::fs::write(bench.path("c.toml"), "[identity]\nweights = \"odd.toml\"\n").unwrap();
        let output = yekta(&bench, args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{args}: {stderr}");
        assert!(stderr.contains(told), "{args}: {stderr}");
    }
    let output = yekta(
        &bench,
        "identity evaluate people.csv --mapping map.toml --weights none.toml",
    );
    assert_eq!(output.status.code(), Some(78));
    assert!(String::from_utf8_lossy(&output.stderr).contains("none.toml (weights file): expected a file"));
}

#[test]
fn the_setting_is_what_the_engine_runs_with() {
    let bench = bench(&town(PEOPLE, 1), MAP);
    std::fs::write(bench.path("w.toml"), learn(&bench, 3).unwrap().text).unwrap();
    let load = |path: &Path| {
        Settings::load(LoadOptions {
            file: None,
            env: std::iter::empty(),
            overrides: vec![("identity.weights".to_owned(), path.display().to_string())],
        })
        .unwrap()
    };
    let settings = load(&bench.path("w.toml"));
    let rules = yekta::app::engine_rules(&settings);
    assert_eq!(
        rules.identity.similarity.weights,
        learn(&bench, 3).unwrap().weights
    );
    assert_eq!(load(Path::new("")).similarity.weights, Weights::standard());
}
