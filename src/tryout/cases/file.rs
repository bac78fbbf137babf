//! The file of cases (YAML): owns its shape, and the telling of where in it something is wrong.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use crate::{
    config::{ConfigError, Problem},
    domain::time::Timestamp,
    tryout::span::Span,
};

/// When a case begins that does not say it: a Monday, ten in the morning (UTC).
const START: Timestamp = Timestamp::from_micros(1_767_607_200_000_000);

/// A file of cases.
#[derive(Clone, Debug)]
pub struct CaseFile {
    path: PathBuf,
    text: String,
    shape: Shape,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    rules: Rules,
    #[serde(default)]
    settings: Map<String, Json>,
    #[serde(default)]
    start: Option<Span>,
    cases: Vec<Case>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged, expecting = "expected a file or folder of rules, or a list of them")]
enum Rules {
    One(PathBuf),
    Several(Vec<PathBuf>),
}

/// A case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What is expected, in words.
    pub name: String,
    /// When it begins.
    #[serde(default)]
    start: Option<Span>,
    /// What happens.
    pub(super) given: Vec<Map<String, Json>>,
    /// How long time goes on behind the last of it.
    #[serde(default)]
    pub(super) run_for: Option<Span>,
    pub(super) expect: Expect,
}

/// What is expected. What is not named is not looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expect {
    /// All actions.
    pub(super) actions: Option<Vec<Wanted>>,
    /// That there is none.
    #[serde(default)]
    pub(super) none: bool,
    /// All times that a message was held back.
    pub(super) held: Option<Vec<Wanted>>,
    /// All messages that were not sent.
    pub(super) suppressed: Option<Vec<Wanted>>,
    /// All ways into and out of the segments that are named.
    pub(super) segments: Option<Vec<WantedMove>>,
    /// All ends of the flows that are named.
    pub(super) ended: Option<Vec<WantedEnd>>,
}

/// What an action, or a message that was not sent, is to be. What is not named is not looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    pub(super) flow: Option<String>,
    pub(super) channel: Option<String>,
    pub(super) name: Option<String>,
    pub(super) purpose: Option<String>,
    pub(super) matter: Option<String>,
    pub(super) rule: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) at: Option<Span>,
    pub(super) until: Option<Span>,
    pub(super) profile_of: Option<String>,
    /// Each of these members; others may be there.
    pub(super) with: Option<Map<String, Json>>,
}

/// Somebody comes into a segment, or goes out of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedMove {
    pub(super) name: String,
    pub(super) entered: Option<Span>,
    pub(super) left: Option<Span>,
    pub(super) profile_of: Option<String>,
}

/// A run of a flow ends.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WantedEnd {
    pub(super) flow: String,
    pub(super) why: Option<String>,
    pub(super) at: Option<Span>,
}

impl CaseFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ConfigError`] with the file, the line and the case: it cannot be read, or is not what is expected.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            let key = path.display().to_string();
            alone(
                key,
                format!("expected a file of cases that can be read, but {error}"),
            )
        })?;
        Self::parse(path, text)
    }

    fn parse(path: &Path, text: String) -> Result<Self, ConfigError> {
        let shape = match yaml_serde::from_str(&text) {
            Ok(shape) => shape,
            Err(error) => return Err(unreadable(path, &text, &error)),
        };
        let path = path.to_owned();
        let file = Self { path, text, shape };
        let problems = file.problems();
        match problems.is_empty() {
            true => Ok(file),
            false => Err(ConfigError { problems }),
        }
    }

    /// Where the rules are: as the file says it, beside itself.
    pub fn rules(&self) -> Vec<PathBuf> {
        let beside = |rules: &PathBuf| match self.path.parent() {
            Some(folder) => folder.join(rules),
            None => rules.clone(),
        };
        match &self.shape.rules {
            Rules::One(rules) => vec![beside(rules)],
            Rules::Several(all) => all.iter().map(beside).collect(),
        }
    }

    /// Settings that hold in its cases, as flags have them: `contact.caps.day.most` and a text.
    pub fn settings(&self) -> Vec<(String, String)> {
        let mut settings = Vec::new();
        self.shape
            .settings
            .iter()
            .for_each(|(name, value)| flatten(name.clone(), value, &mut settings));
        settings
    }

    /// The cases, each with when it begins.
    pub fn cases(&self) -> impl Iterator<Item = (&Case, Timestamp)> {
        let start = |case: &Case| case.start.or(self.shape.start).unwrap_or(Span::At(START));
        self.shape
            .cases
            .iter()
            .map(move |case| (case, start(case).from(START)))
    }

    /// The line in which a case begins.
    pub fn line_of(&self, case: &Case) -> Option<usize> {
        line_of(&self.text, &case.name)
    }

    /// That something is wrong with a case.
    pub fn wrong(&self, case: &Case, member: &str, expected: impl Into<String>) -> ConfigError {
        alone(self.place(case, member), expected.into())
    }

    fn place(&self, case: &Case, member: &str) -> String {
        let line = self.line_of(case).map(|line| format!(":{line}"));
        let (path, line) = (self.path.display(), line.unwrap_or_default());
        format!("{path}{line}: case \"{}\": {member}", case.name)
    }

    fn problems(&self) -> Vec<Problem> {
        let (mut names, mut problems) = (BTreeSet::new(), Vec::new());
        for case in &self.shape.cases {
            let mut wrong = |member: &str, expected: &str| {
                problems.push(problem(self.place(case, member), expected.to_owned()));
            };
            if !names.insert(&case.name) {
                wrong("name", "expected one that no other case has");
            }
            let Expect {
                actions,
                none,
                held,
                suppressed,
                segments,
                ended,
            } = &case.expect;
            let lists = [actions, held, suppressed].into_iter().flatten().count();
            if !none && lists == 0 && segments.is_none() && ended.is_none() {
                wrong(
                    "expect",
                    "expected one of actions, none, held, suppressed, segments and ended",
                );
            }
            if *none && actions.as_ref().is_some_and(|actions| !actions.is_empty()) {
                wrong("expect.none", "expected no actions beside it");
            }
            let is_open = |one: &WantedMove| one.entered.is_none() && one.left.is_none();
            if segments.iter().flatten().any(is_open) {
                wrong("expect.segments", "expected entered, left or both, as times");
            }
            if case
                .run_for
                .is_some_and(|span| !matches!(span, Span::Behind(0..)))
            {
                wrong("run_for", "expected a length such as 2d");
            }
        }
        problems
    }
}

/// What the reader of YAML says, with the case where that is known.
fn unreadable(path: &Path, text: &str, error: &yaml_serde::Error) -> ConfigError {
    let line = error.location().map(|at| format!(":{}", at.line()));
    let told = error.to_string();
    let number = told
        .split_once("cases[")
        .and_then(|(_, rest)| rest.split_once(']')?.0.parse::<usize>().ok());
    let name = number.and_then(|number| {
        let whole: yaml_serde::Value = yaml_serde::from_str(text).ok()?;
        let name = whole.get("cases")?.get(number)?.get("name")?.as_str()?;
        Some(format!(": case \"{name}\""))
    });
    let key = format!(
        "{}{}{}",
        path.display(),
        line.unwrap_or_default(),
        name.unwrap_or_default()
    );
    alone(key, told)
}

/// The line of what begins with this name, from 1.
fn line_of(text: &str, name: &str) -> Option<usize> {
    let is_named = |line: &str| {
        let line = line.trim();
        let said = line.strip_prefix("- ").unwrap_or(line).strip_prefix("name:");
        said.is_some_and(|said| said.trim().trim_matches(['"', '\'']) == name)
    };
    let place = text.lines().position(is_named)?;
    Some(place.saturating_add(1))
}

fn flatten(name: String, value: &Json, into: &mut Vec<(String, String)>) {
    match value {
        Json::Object(members) => members
            .iter()
            .for_each(|(member, value)| flatten(format!("{name}.{member}"), value, into)),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(text).collect();
            into.push((name, items.join(",")));
        }
        value => into.push((name, text(value))),
    }
}

fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        value => value.to_string(),
    }
}

fn problem(key: String, expected: String) -> Problem {
    Problem {
        key,
        value: None,
        origin: None,
        expected,
    }
}

fn alone(key: String, expected: String) -> ConfigError {
    ConfigError {
        problems: vec![problem(key, expected)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<CaseFile, String> {
        CaseFile::parse(Path::new("tests/a.yaml"), text.to_owned()).map_err(|error| error.to_string())
    }

    const GOOD: &str = "rules: ../wish_list.toml
settings: {contact: {caps: {day: {most: 2}}, silent_channels: [email, web]}}
cases:
  - name: an offer is sent
    given:
      - {at: +0s, type: Product Added to Wishlist, identifiers: {user_id: u1}}
    run_for: 2d
    expect:
      actions: [{flow: wish_list, channel: email, at: +1d, profile_of: 'user_id:u1', with: {sku: s-1}}]
";

    #[test]
    fn a_file_is_read() {
        let file = read(GOOD).unwrap();
        assert_eq!(file.rules(), [PathBuf::from("tests/../wish_list.toml")]);
        assert_eq!(
            file.settings(),
            [
                ("contact.caps.day.most".to_owned(), "2".to_owned()),
                ("contact.silent_channels".to_owned(), "email,web".to_owned()),
            ]
        );
        let (case, start) = file.cases().next().unwrap();
        assert_eq!((start, case.given.len(), file.line_of(case)), (START, 1, Some(4)));
        let wanted = &case.expect.actions.as_ref().unwrap()[0];
        assert_eq!(wanted.at, Span::parse("1d"));
    }

    #[track_caller]
    fn check(from: &str, to: &str, told: &[&str]) {
        assert!(GOOD.contains(from), "{from}");
        let error = read(&GOOD.replace(from, to)).unwrap_err();
        for one in told {
            assert!(error.contains(one), "{error}\n{one}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_file_line_and_case() {
        check(
            "at: +1d",
            "at: tomorrow",
            &["tests/a.yaml:9: case \"an offer is sent\"", "expected a time"],
        );
        check(
            "flow: wish_list",
            "flaw: wish_list",
            &["tests/a.yaml:9", "an offer is sent", "flaw"],
        );
        check(
            "run_for: 2d",
            "run_for: -2d",
            &[
                "tests/a.yaml:4: case \"an offer is sent\": run_for",
                "expected a length",
            ],
        );
        check(
            "      actions:",
            "      actions: []\n      was:",
            &["tests/a.yaml:10", "was"],
        );
        check("run_for", "runs_for", &["tests/a.yaml:7", "runs_for"]);
        check("rules: ..", "rule: ..", &["tests/a.yaml:1", "rule"]);
        check("cases:", "cases: [", &["tests/a.yaml:"]);
    }

    #[test]
    fn a_case_expects_something_and_has_a_name_of_its_own() {
        let twice = format!("{GOOD}  - {{name: an offer is sent, given: [], expect: {{}}}}\n");
        let error = read(&twice).unwrap_err();
        assert!(error.contains("expected one that no other case has"), "{error}");
        assert!(error.contains("expect: expected one of actions"), "{error}");
    }
}
