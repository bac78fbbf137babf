//! Where rules stand: files, lines, and what is wrong there.

use std::collections::BTreeMap;

use crate::{config::Problem, decide::rule::Flaw};

/// A file that is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct File<'a> {
    name: &'a str,
    pub(super) text: &'a str,
}

impl<'a> File<'a> {
    pub(super) fn new(name: &'a str, text: &'a str) -> Self {
        Self { name, text }
    }

    fn place(self, at: usize) -> String {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count().saturating_add(1);
        format!("{}, line {line}", self.name)
    }
}

/// What reading brings to light.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) problems: Vec<Problem>,
    /// Where each member of each rule stands.
    places: BTreeMap<String, String>,
}

impl Found {
    /// Notes where a member stands; where it stands already, if it does.
    pub(super) fn place(&mut self, key: &str, file: File<'_>, at: usize) -> Option<String> {
        self.places.insert(key.to_owned(), file.place(at))
    }

    pub(super) fn refuse(&mut self, file: File<'_>, key: &str, at: usize, expected: impl Into<String>) {
        let whole = match key.is_empty() {
            true => file.name,
            false => key,
        };
        self.problems.push(Problem {
            key: whole.to_owned(),
            value: None,
            origin: Some(file.place(at)),
            expected: expected.into(),
        });
    }

    /// Notes what rules owe each other, at the place of the innermost part that has one.
    pub(super) fn flaw(&mut self, flaw: Flaw) {
        let key = match flaw.member.as_str() {
            "" | "name" => flaw.rule,
            member => format!("{}.{member}", flaw.rule),
        };
        let mut part = key.as_str();
        let mut origin = self.places.get(part);
        while let (None, Some((outer, _))) = (origin, part.rsplit_once('.')) {
            part = outer;
            origin = self.places.get(part);
        }
        self.problems.push(Problem {
            origin: origin.cloned(),
            key,
            value: None,
            expected: flaw.problem,
        });
    }
}
