//! Rules tried out: the shipped cases hold, a case that fails says what came instead, and what rules would have done with
//! what a folder recorded is what they did.

use std::{
    collections::BTreeMap,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};
use yekta::engine::Offline;

use crate::{
    asked::HOUR,
    rulebook::{actions, until},
    said::{event, user},
    town::{NOW, Town},
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Runs a command, knowing no setting of whoever runs the tests.
fn yekta(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yekta"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("YEKTA_") {
            command.env_remove(name);
        }
    }
    command.args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// How a file of cases fares, in a folder with a flow that greets whoever signs in an hour later.
fn tested(cases: &str) -> (Option<i32>, String, String) {
    let dir = crate::scratch::folder();
    let rules = "[flows.greet]\non = \"Signed In\"\nsteps = [{ wait = \"1h\" }, { ask = { channel = \"web\", name = \"hello\" } }]\n";
    std::fs::write(dir.path().join("greet.toml"), rules).unwrap();
    let file = dir.path().join("greet.yaml");
    std::fs::write(&file, cases).unwrap();
    let output = yekta(&["rules", "test", file.to_str().unwrap()]);
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_shipped_cases_of_the_shipped_rules_hold() {
    let folder = Path::new(ROOT).join("config/rules/tests");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    // One for each flow that is shipped, but for those of feedback, which have one.
    assert_eq!(files.len(), 6, "{files:?}");
    let mut args = vec!["rules", "test"];
    args.extend(files.iter().map(String::as_str));
    let [first, again] = [yekta(&args), yekta(&args)];
    assert!(
        first.status.success(),
        "{}{}",
        text(&first.stdout),
        text(&first.stderr)
    );
    assert_eq!(first.stdout, again.stdout);
}

const GREETED: &str = "rules: greet.toml
cases:
  - name: whoever signs in is greeted
    given:
      - {type: Signed In, identifiers: {user_id: u1}}
    run_for: 1d
    expect:
      actions: [{flow: greet, channel: web, name: hello, at: +1h, profile_of: 'user_id:u1'}]
";

#[test]
fn a_case_that_fails_says_what_was_expected_and_what_came() {
    let (code, told, _) = tested(GREETED);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("ok      whoever signs in is greeted"), "{told}");
    for (from, to, expected) in [
        (
            "at: +1h",
            "at: +2h",
            [
                "actions: expected  +2h web hello",
                "actions: got       +1h web hello of greet",
            ],
        ),
        (
            "name: hello",
            "name: bye",
            ["expected  +1h web bye", "got       +1h web hello"],
        ),
        ("user_id:u1", "user_id:u2", ["by user_id:u2", "by user_id:u1"]),
        (
            "run_for: 1d",
            "run_for: 1m",
            ["expected  +1h web hello", "got       nothing else"],
        ),
        (
            "actions: [{",
            "none: true\n      ended: [{flow: greet, why: unmet}]\n      #[{",
            ["expected  nothing else", "ended: got       +1h greet: done"],
        ),
    ] {
        let (code, told, error) = tested(&GREETED.replace(from, to));
        assert_eq!(code, Some(1), "{told}{error}");
        assert!(
            told.contains("FAILED  whoever signs in is greeted (line 3)"),
            "{told}"
        );
        for one in expected {
            assert!(told.contains(one), "{told}\n{one}");
        }
        assert!(error.contains("1 of 1 cases are other than expected"), "{error}");
    }
}

#[test]
fn a_file_that_is_wrong_is_refused_with_line_and_case() {
    for (from, to, expected) in [
        (
            "at: +1h",
            "at: soon",
            "greet.yaml:8: case \"whoever signs in is greeted\"",
        ),
        (
            "type: Signed In, ",
            "",
            "greet.yaml:3: case \"whoever signs in is greeted\": given 1",
        ),
        ("greet.toml", "gone.toml", "gone.toml"),
        (
            "cases:",
            "settings: {contact: {zone: Nowhere}}\ncases:",
            "contact.zone",
        ),
    ] {
        let (code, told, error) = tested(&GREETED.replace(from, to));
        assert_eq!(code, Some(78), "{told}{error}");
        assert!(error.contains(expected), "{error}\n{expected}");
    }
    assert_eq!(yekta(&["rules", "test"]).status.code(), Some(2));
}

#[test]
fn settings_of_a_file_hold_in_its_cases_and_a_flow_is_started_by_hand() {
    let (code, told, error) = tested(
        "rules: greet.toml
settings: {decide: {event_age_max_hours: 1}}
cases:
  - name: what is too old
    given: [{at: +2h, time: +0s, type: Signed In, identifiers: {user_id: u1}}]
    run_for: 1d
    expect: {none: true}
  - name: by hand
    given:
      - {type: Page Viewed, identifiers: {user_id: u1}}
      - {at: +3h, start: greet, of: 'user_id:u1'}
    run_for: 1d
    expect: {actions: [{flow: greet, at: +4h}]}
",
    );
    assert_eq!(code, Some(0), "{told}{error}");
}

/// What is tried over the folder of a town, by the shipped rules but for the day that a wish has.
fn tried(town: &Town, more: &[&str]) -> (Vec<Value>, Value) {
    let folder = town.folder().dir;
    tried_in(folder.parent().unwrap(), more)
}

/// What is tried over a data folder.
fn tried_in(data: &Path, more: &[&str]) -> (Vec<Value>, Value) {
    let data = data.to_str().unwrap();
    let rules = format!("{ROOT}/config/rules");
    let mut args = vec!["rules", "try", "--json", "--data-dir", data, "--rules", &rules];
    args.extend(more);
    let output = yekta(&args);
    assert!(output.status.success(), "{output:?}");
    let mut lines: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let whole = lines.pop().unwrap();
    (lines, whole)
}

/// Every file of a folder, but for those of the store, which is opened.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let journal = folder.join("journal");
    let files = std::fs::read_dir(journal)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let read = files.filter(|path| path.is_file());
    read.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect()
}

fn wish(id: &str, who: &str) -> Value {
    let more = json!({"properties": {"product_id": "lamp-1"}});
    event(
        id,
        ["web", "Product Added to Wishlist"],
        "22T11:00",
        json!([user(who)]),
        more,
    )
}

fn agreed(who: &str) -> Value {
    let more = json!({"consent": {"email": {"marketing": "granted"}}});
    event(
        &format!("in-{who}"),
        ["web", "Signed In"],
        "22T10:00",
        json!([user(who)]),
        more,
    )
}

#[test]
fn what_rules_would_have_done_is_told_and_the_folder_stays() {
    let mut town = Town::new();
    town.tell(&[
        agreed("mina"),
        agreed("omid"),
        wish("w-1", "mina"),
        wish("w-2", "omid"),
        wish("w-3", "sara"),
    ]);
    town.reopen_at(|| NOW.saturating_add(5 * HOUR));
    let bought = json!({"properties": {"order_id": "o-1"}});
    town.tell(&[event(
        "o-1",
        ["store", "Order Completed"],
        "22T16:30",
        json!([user("omid")]),
        bought,
    )]);
    let mina = town.person("user_id", "mina").id.to_string();
    town.stop();
    let config = town.folder();
    let before = files(&config.dir);
    let fold = town.settings().fold;
    let print = || {
        Offline::open(&config)
            .unwrap()
            .fingerprints(&fold, |_, _| {})
            .unwrap()
    };
    let fingerprint = print();

    let (lines, whole) = tried(&town, &["--list", "--until", "2026-11-25T00:00:00Z"]);
    assert_eq!(whole["events"], 6);
    let flow = &whole["flows"]["wish_list"];
    assert_eq!(
        flow,
        &json!({"begun": 3, "actions": 1, "held": {}, "suppressed": {"consent": 1}, "ended": {"done": 2, "happened": 1}})
    );
    let [sent, not] = &lines[..] else {
        panic!("{lines:?}")
    };
    let (sent, not) = match sent["kind"] == "action" {
        true => (sent, not),
        false => (not, sent),
    };
    // It is told of the customer whom the service knows.
    assert_eq!(
        (&sent["profile"], &sent["at"]),
        (&json!(mina), &json!("2026-11-23T11:00:00Z"))
    );
    assert_eq!(
        (&not["kind"], &not["rule"]),
        (&json!("suppressed"), &json!("consent"))
    );

    let (_, later) = tried(
        &town,
        &[
            "--from",
            "2026-11-23T12:00:00Z",
            "--until",
            "2026-11-25T00:00:00Z",
        ],
    );
    assert_eq!(later["flows"]["wish_list"]["actions"], 0);
    let (_, short) = tried(&town, &[]);
    assert_eq!(
        (&short["flows"]["wish_list"]["actions"], &short["until"]),
        (&json!(0), &json!("2026-11-22T17:00:00Z"))
    );

    assert_eq!((files(&config.dir), print()), (before, fingerprint));
}

#[test]
fn a_snapshot_tells_what_the_folder_does_that_it_was_made_of() {
    let mut town = Town::new();
    town.tell(&[agreed("mina"), wish("w-1", "mina"), wish("w-2", "sara")]);
    let folder = town.folder().dir;
    town.stop();
    let data = folder.parent().unwrap();
    let made = yekta(&["snapshot", "--json", "--data-dir", data.to_str().unwrap()]);
    assert!(made.status.success(), "{made:?}");
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    let secrets = folder.join("secrets");
    let until = ["--list", "--until", "2026-11-25T00:00:00Z"];
    let of_snapshot = [
        "--snapshot",
        made["path"].as_str().unwrap(),
        "--secrets",
        secrets.to_str().unwrap(),
    ];
    // Nothing is read but the two files.
    let elsewhere = crate::scratch::folder();
    let told = tried_in(elsewhere.path(), &[&until[..], &of_snapshot].concat());
    assert_eq!(told, tried_in(data, &until));
    assert_eq!(told.1["flows"]["wish_list"]["actions"], 1);
    let left = std::fs::read_dir(elsewhere.path()).unwrap().count();
    assert_eq!(left, 0);
}

#[test]
fn what_the_rules_of_then_decided_is_decided_anew() {
    let rules = format!("[decide]\nrules = \"{ROOT}/config/rules\"\n");
    let mut town = Town::with(&rules);
    let ready = |id: &str| {
        let more = json!({"properties": {"order_id": id}});
        event(
            id,
            ["store", "Order Ready"],
            "22T11:30",
            json!([user("mina")]),
            more,
        )
    };
    town.tell(&[ready("o-1")]);
    town.tell(&[ready("o-2")]);
    // What is due at once is done behind the commit that sets it going.
    until(&town, |town| actions(town).len() == 2);
    let mut then = actions(&town);
    town.stop();
    let (lines, whole) = tried(&town, &["--list"]);
    let flow = &whole["flows"]["order_ready"];
    assert_eq!(
        (&flow["begun"], &flow["actions"], &flow["suppressed"]),
        (&json!(2), &json!(2), &json!({}))
    );
    let said = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let mut now: Vec<(String, String)> = lines
        .iter()
        .map(|one| {
            let (channel, name) = (said(one, "channel"), said(one, "name"));
            (format!("{channel}.{name}"), said(one, "profile"))
        })
        .collect();
    then.sort();
    now.sort();
    assert_eq!(then, now);
}
