//! `yekta identity what-if`: what it tells of a folder, and that it leaves the folder as it was.

use std::process::{Command, Output};

use crate::run::Bench;

const PEOPLE: &str = "id,first,last,born,town,who\n\
    1,Sara,Rostamian,1991-03-14,Tehran,p\n2,Sarah,Rostamian,1991-03-14,Tehran,p\n3,Omid,Karimi,1970-01-02,Rasht,q\n";
const MAP: &str = "id = \"id\"\ntruth = \"who\"\n[traits]\nfirst_name = \"first\"\nlast_name = \"last\"\n\
    birth_date = \"born\"\ncity = \"town\"\n";

fn yekta(bench: &Bench, args: &str) -> Output {
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
        .output()
        .unwrap()
}

fn printed(bench: &Bench, args: &str) -> String {
    let output = yekta(bench, args);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn it_tells_who_would_part_and_changes_nothing() {
    let bench = Bench::new(&[
        ("people.csv", PEOPLE),
        ("map.toml", MAP),
        ("now.toml", "[identity]\nexpected_people = 1000\n"),
        ("strict.toml", "[identity]\nexpected_people = 10000000000\n"),
        ("wrong.toml", "[identity]\nexpected_persons = 7\n"),
    ]);
    std::fs::create_dir(bench.path("tmp")).unwrap();
    printed(
        &bench,
        "identity evaluate people.csv --mapping map.toml --expected-people 1000 --data-dir kept",
    );
    let fingerprint = printed(&bench, "fingerprint --data-dir kept");
    let same = printed(&bench, "identity what-if --rules now.toml --data-dir kept");
    assert_eq!(same, "3 events, 2 people now, 2 then; 0 changes\n");
    let told = printed(&bench, "identity what-if --rules strict.toml --data-dir kept");
    let lines: Vec<&str> = told.lines().collect();
    assert!(
        lines[0].starts_with("would part: ") && lines[0].ends_with(" (2 events)"),
        "{told}"
    );
    assert_eq!(lines[1], "3 events, 2 people now, 3 then; 1 changes");
    let json = printed(
        &bench,
        "identity what-if --rules strict.toml --data-dir kept --json",
    );
    let last: serde_json::Value = serde_json::from_str(json.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["before"], &last["after"], &last["changes"]),
        (&2.into(), &3.into(), &1.into())
    );
    assert_eq!(printed(&bench, "fingerprint --data-dir kept"), fingerprint);
    assert_eq!(std::fs::read_dir(bench.path("tmp")).unwrap().count(), 0);
    let wrong = yekta(&bench, "identity what-if --rules wrong.toml --data-dir kept");
    assert_eq!(wrong.status.code(), Some(78));
}
