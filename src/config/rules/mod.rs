//! Files with rules: the segments, flows, layouts and journeys of the tenant, in a folder.
//!
//! Owns how rules are written down and what is wrong with a file, each problem with its place. What rules owe each other is
//! said by the book that they make ([`Rulebook`]). Called by the section `[decide]`, by whoever follows the folder, and by
//! `yekta rules check`.

mod flow;
mod journey;
mod place;
mod sheet;
#[cfg(test)]
mod tests;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use toml::de::DeTable;

use crate::{
    config::{
        ConfigError, Problem,
        rules::{
            place::{File, Found},
            sheet::Sheet,
        },
    },
    decide::{
        experience::Journey,
        rule::{Condition, Flow, Layout, Rulebook, Segment},
    },
};

/// A rule file holds no more: it is read whole.
const FILE_BYTES_MAX: usize = 4 << 20;

/// The files of a folder that hold rules, as they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFiles {
    folder: PathBuf,
    /// What each holds, in the order of their names.
    files: Vec<(PathBuf, String)>,
}

impl RuleFiles {
    /// Reads every file of `folder` whose name ends with `.toml`; nothing is made of them yet.
    ///
    /// # Errors
    /// The folder, or a file, cannot be read.
    pub fn read(folder: &Path) -> Result<Self, ConfigError> {
        let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
        let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
        let mut paths = paths.map_err(|error| unreadable(folder, &error))?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        paths.sort();
        let files: Result<_, ConfigError> = paths.into_iter().map(read).collect();
        Ok(Self {
            folder: folder.to_owned(),
            files: files?,
        })
    }

    /// Reads files, and those of folders as [`RuleFiles::read`] does, as if all were of one folder.
    ///
    /// # Errors
    /// As [`RuleFiles::read`].
    pub fn all(paths: &[PathBuf]) -> Result<Self, ConfigError> {
        let mut all = Self {
            folder: paths.first().cloned().unwrap_or_default(),
            files: Vec::new(),
        };
        for path in paths {
            match path.is_dir() {
                true => all.files.extend(Self::read(path)?.files),
                false => all.files.push(read(path.clone())?),
            }
        }
        Ok(all)
    }

    /// Reads the same folder again.
    ///
    /// # Errors
    /// As [`RuleFiles::read`].
    pub fn again(&self) -> Result<Self, ConfigError> {
        Self::read(&self.folder)
    }

    /// The rules that they hold.
    ///
    /// # Errors
    /// Everything that is wrong with them, each with file, line and rule.
    pub fn book(&self) -> Result<Rulebook, ConfigError> {
        let mut found = Found::default();
        let mut rules = Rules::default();
        for (path, text) in &self.files {
            let name = path.display().to_string();
            rules.read(File::new(&name, text), &mut found);
        }
        let book = Rulebook::new(rules.segments, rules.flows);
        let book = book.and_then(|book| book.with_layouts(rules.layouts));
        let book = book.and_then(|book| book.with_journeys(rules.journeys));
        match book {
            Ok(book) if found.problems.is_empty() => return Ok(book),
            Ok(_) => {}
            Err(flaws) => flaws.into_iter().for_each(|flaw| found.flaw(flaw)),
        }
        Err(ConfigError {
            problems: found.problems,
        })
    }
}

fn read(path: PathBuf) -> Result<(PathBuf, String), ConfigError> {
    let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
    if text.len() > FILE_BYTES_MAX {
        let error = io::Error::other(format!("it has more than {FILE_BYTES_MAX} bytes"));
        return Err(unreadable(&path, &error));
    }
    Ok((path, text))
}

fn unreadable(path: &Path, error: &io::Error) -> ConfigError {
    ConfigError {
        problems: vec![Problem {
            key: path.display().to_string(),
            value: None,
            origin: Some("rules".to_owned()),
            expected: format!("expected rules that can be read, but {error}"),
        }],
    }
}

/// The rules of all files.
#[derive(Default)]
struct Rules {
    segments: Vec<Segment>,
    flows: Vec<Flow>,
    layouts: Vec<Layout>,
    journeys: Vec<Journey>,
}

impl Rules {
    fn read(&mut self, file: File<'_>, found: &mut Found) {
        let table = match DeTable::parse(file.text) {
            Ok(table) => table,
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                found.refuse(file, "", at, format!("expected TOML, but {}", error.message()));
                return;
            }
        };
        let mut sheet = Sheet::new(file, found, String::new(), table.as_ref());
        sheet.tables("segments", |name, sheet| {
            // One that cannot be read stands in for itself, so that who asks for it is not told that it is not there.
            let when = sheet
                .needed_condition("when")
                .or_else(|| Condition::parse("false").ok());
            let silent = sheet.switch("silent").unwrap_or_default();
            self.segments.extend(when.map(|when| Segment {
                name: name.to_owned(),
                when,
                silent,
            }));
        });
        sheet.tables("layouts", |name, sheet| {
            let (when, order) = (sheet.needed_condition("when"), sheet.number("order"));
            self.layouts.extend(when.map(|when| Layout {
                name: name.to_owned(),
                when,
                order: order.unwrap_or_default(),
            }));
        });
        sheet.tables("flows", |name, sheet| {
            self.flows.extend(flow::read(name, sheet));
        });
        sheet.tables("journeys", |name, sheet| {
            self.journeys.extend(journey::read(name, sheet));
        });
        sheet.end();
    }
}
