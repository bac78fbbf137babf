//! Reads one table of the merged configuration, key by key: owns the bookkeeping of what was asked for, what was wrong
//! with it, and how it is shown.
//!
//! A read never stops at a problem: it notes it and goes on with a stand-in, which no one sees, since settings with a
//! problem are never handed out. Whatever nobody asked for is an unknown key. Called by the sections.

mod values;
mod ways;

use std::collections::{BTreeMap, BTreeSet};

use ::config::{Map, Value, ValueKind};

use crate::config::{
    listing::{Listing, quoted},
    nearest::nearest,
    problem::{ConfigError, Problem},
};

/// What reading brings to light.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// What is wrong.
    pub(crate) problems: Vec<Problem>,
    /// What holds.
    pub(crate) listing: Listing,
}

/// One table of the configuration.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    report: &'a mut Report,
    path: Vec<String>,
    /// `None` where something else than a table is there, which was reported.
    table: Option<&'a Map<String, Value>>,
    /// What holds where a key is absent.
    blank: Option<&'a Map<String, Value>>,
    asked: BTreeSet<String>,
}

/// The keys of an open table's entry, with what holds where one is absent.
pub(crate) fn blank<const N: usize>(keys: [(&str, ValueKind); N]) -> Map<String, Value> {
    keys.into_iter()
        .map(|(key, kind)| (key.to_owned(), Value::new(None, kind)))
        .collect()
}

impl<'a> Reader<'a> {
    /// Reads the whole configuration with `read`.
    pub(crate) fn read_root<T>(
        root: &'a Value,
        report: &'a mut Report,
        read: impl FnOnce(&mut Reader<'_>) -> T,
    ) -> T {
        Reader::read_table(report, Vec::new(), Some(root), None, read)
    }

    fn read_table<'b, T>(
        report: &'b mut Report,
        path: Vec<String>,
        value: Option<&'b Value>,
        blank: Option<&'b Map<String, Value>>,
        read: impl FnOnce(&mut Reader<'_>) -> T,
    ) -> T {
        let table = match value.map(|value| (&value.kind, value)) {
            Some((ValueKind::Table(table), _)) => Some(table),
            Some((_, value)) => {
                report.problems.push(Problem {
                    key: path.join("."),
                    value: None,
                    origin: value.origin().map(str::to_owned),
                    expected: "expected a table".to_owned(),
                });
                None
            }
            None => None,
        };
        let mut reader = Reader {
            report,
            path,
            table,
            blank,
            asked: BTreeSet::new(),
        };
        let done = read(&mut reader);
        reader.refuse_unknown();
        done
    }

    /// Reads the table `name` of this one.
    pub(crate) fn section<T>(&mut self, name: &str, read: impl FnOnce(&mut Reader<'_>) -> T) -> T {
        let value = self.take(name);
        Reader::read_table(self.report, self.below(name), value, None, read)
    }

    /// Reads the open table `name`, whose keys are names that the configuration chooses, each a table of its own. What
    /// is absent there holds as `blank` says.
    pub(crate) fn entries<T>(
        &mut self,
        name: &str,
        blank: &Map<String, Value>,
        mut read: impl FnMut(&str, &mut Reader<'_>) -> T,
    ) -> BTreeMap<String, T> {
        self.section(name, |open| {
            let names = open.names();
            let entry = |name: String| {
                let value = open.take(&name);
                let done = Reader::read_table(open.report, open.below(&name), value, Some(blank), |entry| {
                    read(&name, entry)
                });
                (name, done)
            };
            names.into_iter().map(entry).collect()
        })
    }

    /// The keys that are there, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let names: BTreeSet<&String> = self.table.iter().flat_map(|table| table.keys()).collect();
        names.into_iter().cloned().collect()
    }

    /// Notes that `key` should have been something else; `shown` is its value as it may be shown.
    pub(crate) fn refuse(&mut self, key: &str, shown: Option<String>, expected: impl Into<String>) {
        self.refuse_inside(&[key], shown, expected);
    }

    /// The same about a key that lies `path` below this table.
    pub(crate) fn refuse_inside(
        &mut self,
        path: &[&str],
        shown: Option<String>,
        expected: impl Into<String>,
    ) {
        let mut names = self.path.clone();
        names.extend(path.iter().map(|name| (*name).to_owned()));
        self.report.problems.push(Problem {
            key: names.join("."),
            value: shown,
            origin: self.table.and_then(|table| origin(table, path)),
            expected: expected.into(),
        });
    }

    /// Notes what is wrong with a file that a key of this table names.
    pub(crate) fn refuse_file(&mut self, error: ConfigError) {
        self.report.problems.extend(error.problems);
    }

    /// Whether no problem is known of any of `keys`, each written from the root, or of a table around it.
    pub(crate) fn is_sound(&self, keys: &[&str]) -> bool {
        let is_about = |problem: &str, key: &str| {
            let rest = key.strip_prefix(problem);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let mut problems = self.report.problems.iter();
        !problems.any(|problem| keys.iter().any(|key| is_about(&problem.key, key)))
    }

    /// The value of `key`, which is known from now on.
    fn take(&mut self, key: &str) -> Option<&'a Value> {
        self.asked.insert(key.to_owned());
        let there = self.table.and_then(|table| table.get(key));
        there.or_else(|| self.blank.and_then(|blank| blank.get(key)))
    }

    /// The value of a key that has to be there.
    fn require(&mut self, key: &str, expected: &str) -> Option<&'a Value> {
        let value = self.take(key);
        if value.is_none() && self.table.is_some() {
            self.refuse(key, None, format!("is missing, {expected}"));
        }
        value
    }

    /// Notes what holds for `key`, as it may be shown.
    fn list(&mut self, key: &str, shown: &str) {
        self.report.listing.add(&self.path, key, shown);
    }

    fn below(&self, key: &str) -> Vec<String> {
        self.path.iter().cloned().chain([key.to_owned()]).collect()
    }

    /// Reports the keys that nobody asked for. Their values stay untold: one may be a secret under a misspelt name.
    fn refuse_unknown(&mut self) {
        for name in self
            .names()
            .into_iter()
            .filter(|name| !self.asked.contains(name))
            .collect::<Vec<_>>()
        {
            let known = || self.asked.iter().map(String::as_str);
            let expected = match nearest(&name, known()) {
                Some(near) => format!("is not known, did you mean {}", quoted(near)),
                None => format!(
                    "is not known, expected one of {}",
                    known().collect::<Vec<_>>().join(", ")
                ),
            };
            self.refuse(&name, None, expected);
        }
    }
}

/// The layer that set the value `path` below `table`.
fn origin(table: &Map<String, Value>, path: &[&str]) -> Option<String> {
    let (first, rest) = path.split_first()?;
    let value = table.get(*first)?;
    match &value.kind {
        ValueKind::Table(inner) if !rest.is_empty() => origin(inner, rest),
        _ => value.origin().map(str::to_owned),
    }
}
