//! One table of a TOML file of its own (a mapping, a table of weights), read key by key: owns the bookkeeping of what was
//! asked for and what is wrong with it.
//!
//! A read never stops at a problem, so that all of them are told at once; whatever nobody asked for is an unknown key.
//! Called by [`crate::config::weights`] and by the mapping of `quality`.

use std::path::Path;

use toml::Value;

use crate::config::{ConfigError, Problem};

/// Reads a file whole; `what` says which kind of file it is.
///
/// # Errors
/// A file that cannot be read, or is no TOML.
pub(crate) fn read_table(path: &Path, what: &str) -> Result<toml::Table, ConfigError> {
    let alone = |expected: String| ConfigError {
        problems: vec![Problem {
            key: path.display().to_string(),
            value: None,
            origin: Some(what.to_owned()),
            expected,
        }],
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| alone(format!("expected a file that can be read, but {error}")))?;
    text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count().saturating_add(1));
        alone(format!("expected TOML, but line {line}: {}", error.message()))
    })
}

/// What is wrong with a file.
#[derive(Debug)]
pub(crate) struct Problems {
    /// Where the keys stand, as a problem tells it.
    origin: String,
    list: Vec<Problem>,
}

impl Problems {
    pub(crate) fn new(origin: String) -> Self {
        Self {
            origin,
            list: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, key: &str, value: Option<&Value>, expected: impl Into<String>) {
        self.list.push(Problem {
            key: key.to_owned(),
            value: value.map(ToString::to_string),
            origin: Some(self.origin.clone()),
            expected: expected.into(),
        });
    }

    /// How many there are by now.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn into_list(self) -> Vec<Problem> {
        self.list
    }
}

/// A table whose keys are taken out one by one.
#[derive(Debug)]
pub(crate) struct Table {
    path: String,
    entries: toml::Table,
    asked: Vec<String>,
}

impl Table {
    /// The table at `path`, which is empty for the whole file.
    pub(crate) fn new(path: impl Into<String>, entries: toml::Table) -> Self {
        Self {
            path: path.into(),
            entries,
            asked: Vec::new(),
        }
    }

    /// How the table is called from the root.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// How `key` is called from the root.
    pub(crate) fn name(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// The value of `key`, which is known from now on.
    pub(crate) fn take(&mut self, key: &str) -> Option<Value> {
        self.asked.push(key.to_owned());
        self.entries.remove(key)
    }

    /// The keys that were not taken yet.
    pub(crate) fn names(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    /// What `read` makes of `key`; `None` where it is absent or, which is reported, something else than expected.
    pub(crate) fn read<T>(
        &mut self,
        key: &str,
        expected: &str,
        problems: &mut Problems,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(key)?;
        let done = read(&value);
        if done.is_none() {
            problems.add(&self.name(key), Some(&value), expected);
        }
        done
    }

    /// A text that is not empty.
    pub(crate) fn text(&mut self, key: &str, problems: &mut Problems) -> Option<String> {
        self.read(key, "expected a text", problems, |value| {
            value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
        })
    }

    /// The table under `key`.
    pub(crate) fn table(&mut self, key: &str, problems: &mut Problems) -> Option<Self> {
        let entries = self.read(key, "expected a table", problems, |value| {
            value.as_table().cloned()
        })?;
        Some(Self::new(self.name(key), entries))
    }

    /// Reports the keys that nobody asked for.
    pub(crate) fn end(self, problems: &mut Problems) {
        let mut known = self.asked.clone();
        known.sort();
        for (key, value) in &self.entries {
            let expected = format!("is not known, expected one of {}", known.join(", "));
            problems.add(&self.name(key), Some(value), expected);
        }
    }
}
