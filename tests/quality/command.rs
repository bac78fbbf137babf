//! The command itself: what it prints, writes and leaves behind, and how it ends.

use std::process::{Command, Output};

use crate::run::Bench;

const PEOPLE: &str = "id,mail,who\n1,a@x.org,p\n2,a@x.org,p\n3,b@x.org,p\n";
const MAP: &str = "id = \"id\"\ntruth = \"who\"\n[identifiers]\nemail = \"mail\"\n";

fn bench() -> Bench {
    let bench = Bench::new(&[
        ("people.csv", PEOPLE),
        ("map.toml", MAP),
        ("wrong.toml", "colour = 1"),
    ]);
    for folder in ["tmp", "used"] {
        std::fs::create_dir(bench.path(folder)).unwrap();
    }
    std::fs::write(bench.path("used").join("file"), "").unwrap();
    bench
}

fn evaluate(bench: &Bench, args: &str) -> Output {
    yekta(bench, &format!("identity evaluate {args}"))
}

/// Runs a command in the folder of `bench`, knowing no setting of whoever runs the tests.
pub(crate) fn yekta(bench: &Bench, args: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yekta"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("YEKTA_") {
            command.env_remove(name);
        }
    }
    command
        .args(args.split_whitespace())
        .current_dir(bench.path(""))
        .env("TMPDIR", bench.path("tmp"))
        // A folder that is served is not evaluated in, whatever the environment says.
        .env("YEKTA_DATA_DIR", bench.path("used"))
        .output()
        .unwrap()
}

#[test]
fn it_prints_json_writes_who_was_found_and_leaves_nothing_behind() {
    let bench = bench();
    let output = evaluate(&bench, "people.csv --mapping map.toml --json --out found.csv");
    assert!(output.status.success(), "{output:?}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["set"], &report["records"], &report["found"]),
        (&"people".into(), &3.into(), &2.into())
    );
    assert_eq!(report["pairs"]["precision"].as_f64(), Some(1.0));
    assert_eq!(report["run"]["records"], 3);
    let found = std::fs::read_to_string(bench.path("found.csv")).unwrap();
    let lines: Vec<Vec<&str>> = found.lines().map(|line| line.split(',').collect()).collect();
    let people: Vec<(&str, &str)> = lines.iter().map(|line| (line[0], line[1])).collect();
    assert_eq!(people, [("id", "person"), ("1", "1"), ("2", "1"), ("3", "3")]);
    assert_eq!(lines[1][2], lines[2][2]);
    assert_ne!(lines[1][2], lines[3][2]);
    let left: Vec<_> = std::fs::read_dir(bench.path("tmp")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_folder_that_is_named_is_kept_and_one_that_is_used_is_refused() {
    let bench = bench();
    let output = evaluate(&bench, "people.csv --mapping map.toml --data-dir kept");
    assert!(output.status.success(), "{output:?}");
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.lines().nth(2).unwrap().starts_with("people "), "{table}");
    assert!(bench.path("kept/default/journal").exists());
    let again = evaluate(&bench, "people.csv --mapping map.toml --data-dir kept");
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("expected a new folder"));
}

#[test]
fn it_ends_as_the_help_promises() {
    let bench = bench();
    for (args, code, told) in [
        ("people.csv --mapping wrong.toml", 78, "colour = 1"),
        (
            "people.csv --mapping map.toml --truth whom",
            78,
            "truth = [\"whom\"]",
        ),
        ("people.csv", 2, "expected --truth with a file"),
        ("", 2, "FILE"),
        ("none.csv --mapping map.toml", 1, "none.csv as a table"),
    ] {
        let output = evaluate(&bench, args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args}: {stderr}");
        assert!(stderr.contains(told), "{args}: {stderr}");
        assert!(output.stdout.is_empty(), "{args}");
    }
}
