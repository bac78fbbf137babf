//! What is made of the columns of a row: owns [`Cell`], its forms in a mapping file, and the text that each gives.
//!
//! Knows no meaning of a column. Called by the mapping and by whoever reads rows by it.

use toml::Value;

use crate::{
    config::{Problems, Table},
    quality::rows::Row,
};

const EXPECTED: &str = "expected a column, a list of columns, or a table with column, columns or first_of";
const COLUMNS: &str = "expected columns";

/// How a text comes from a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// The columns that are filled, with something in between.
    Joined { columns: Vec<String>, separator: String },
    /// The first column that is filled.
    FirstOf(Vec<String>),
    /// The first parts of a column.
    Parts {
        column: String,
        parts: usize,
        separator: String,
    },
}

impl Cell {
    /// A column as it is.
    pub(crate) fn column(name: impl Into<String>) -> Self {
        Self::Joined {
            columns: vec![name.into()],
            separator: String::new(),
        }
    }

    /// Reads what `key` says; a list of columns is joined by `joint`.
    pub(crate) fn read(key: &str, value: Value, joint: &str, problems: &mut Problems) -> Option<Self> {
        match value {
            Value::String(name) if !name.is_empty() => Some(Self::column(name)),
            Value::Array(_) => {
                let columns = columns(&value);
                if columns.is_none() {
                    problems.add(key, Some(&value), COLUMNS);
                }
                let separator = joint.to_owned();
                columns.map(|columns| Self::Joined { columns, separator })
            }
            Value::Table(entries) => {
                let mut table = Table::new(key, entries);
                let cell = Self::read_table(&mut table, joint, problems);
                table.end(problems);
                cell
            }
            other => {
                problems.add(key, Some(&other), EXPECTED);
                None
            }
        }
    }

    /// Reads the keys of a cell out of a table, which may hold others.
    pub(crate) fn read_table(table: &mut Table, joint: &str, problems: &mut Problems) -> Option<Self> {
        let known = problems.count();
        let column = table.text("column", problems);
        let joined = table.read("columns", COLUMNS, problems, columns);
        let first_of = table.read("first_of", COLUMNS, problems, columns);
        let parts = table.read(
            "parts",
            "expected a whole number of 1 or more",
            problems,
            |value| {
                value
                    .as_integer()
                    .and_then(|parts| usize::try_from(parts).ok())
                    .filter(|parts| *parts > 0)
            },
        );
        let separator = table.text("separator", problems);
        if problems.count() > known {
            return None;
        }
        let cell = match (column, joined, first_of, parts) {
            (Some(column), None, None, None) if separator.is_none() => Some(Self::column(column)),
            (Some(column), None, None, Some(parts)) => separator.map(|separator| Self::Parts {
                column,
                parts,
                separator,
            }),
            (None, Some(columns), None, None) => {
                let separator = separator.unwrap_or_else(|| joint.to_owned());
                Some(Self::Joined { columns, separator })
            }
            (None, None, Some(columns), None) if separator.is_none() => Some(Self::FirstOf(columns)),
            _ => None,
        };
        if cell.is_none() {
            let expected = "expected one of column, columns (with a separator or without), first_of, or column with parts and separator";
            problems.add(table.path(), None, expected);
        }
        cell
    }

    /// The columns that it looks at.
    pub(crate) fn columns(&self) -> &[String] {
        match self {
            Self::Joined { columns, .. } | Self::FirstOf(columns) => columns,
            Self::Parts { column, .. } => std::slice::from_ref(column),
        }
    }

    /// The text that a row gives; `None` where nothing is filled.
    pub(crate) fn of(&self, row: &Row<'_>) -> Option<String> {
        match self {
            Self::Joined { columns, separator } => {
                let filled: Vec<&str> = columns.iter().filter_map(|column| row.get(column)).collect();
                (!filled.is_empty()).then(|| filled.join(separator))
            }
            Self::FirstOf(columns) => columns
                .iter()
                .find_map(|column| row.get(column))
                .map(str::to_owned),
            Self::Parts {
                column,
                parts,
                separator,
            } => {
                let taken: Vec<&str> = row.get(column)?.split(separator.as_str()).take(*parts).collect();
                Some(taken.join(separator))
            }
        }
    }
}

/// Names of columns, at least one.
fn columns(value: &Value) -> Option<Vec<String>> {
    let names = value.as_array().filter(|names| !names.is_empty())?;
    let name = |name: &Value| name.as_str().filter(|name| !name.is_empty()).map(str::to_owned);
    names.iter().map(name).collect()
}
