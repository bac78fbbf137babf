//! The parts of a mapping that are more than a column: the file of the truth, which rows are taken, words that may stand
//! in a column, identifiers.
//!
//! Owns their keys. Called by the mapping alone; whoever reads rows sees the values.

use toml::Value;

use crate::{
    config::{Problems, Table},
    domain::identifier::{Kind, Trust},
    quality::{
        mapping::{ID_JOINT, JOINT, cell::Cell, cell_at},
        rows::Row,
    },
};

/// How a file of the truth names records and persons.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: Cell,
    pub(crate) person: Cell,
}

/// Takes the rows that have one of these values in a column; an empty one stands for nothing.
#[derive(Clone, Debug)]
pub(crate) struct Only {
    pub(crate) column: String,
    pub(crate) is: Vec<String>,
}

/// A word for every row, and perhaps another one from a column.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) cell: Option<Cell>,
    /// What stands where the column is empty.
    pub(crate) usual: String,
}

/// An identifier from columns.
#[derive(Clone, Debug)]
pub(crate) struct Stated {
    pub(crate) kind: Kind,
    pub(crate) cell: Cell,
    pub(crate) trust: Trust,
}

impl Key {
    pub(super) fn read(table: &mut Table, problems: &mut Problems) -> Option<Self> {
        let mut table = table.table("key", problems)?;
        let known = problems.count();
        let id = cell_at(&mut table, "id", ID_JOINT, problems);
        let person = cell_at(&mut table, "person", ID_JOINT, problems);
        if (id.is_none() || person.is_none()) && problems.count() == known {
            problems.add("key", None, "expected columns for id and for person");
        }
        table.end(problems);
        Some(Self {
            id: id?,
            person: person?,
        })
    }
}

impl Only {
    pub(super) fn read(table: &mut Table, problems: &mut Problems) -> Option<Self> {
        let mut table = table.table("only", problems)?;
        let known = problems.count();
        let column = table.text("column", problems);
        let is = table.read("is", "expected a list of texts", problems, |value| {
            let texts = value.as_array()?.iter();
            texts.map(|text| text.as_str().map(str::to_owned)).collect()
        });
        if (column.is_none() || is.is_none()) && problems.count() == known {
            problems.add("only", None, "expected column, and a list of texts in is");
        }
        table.end(problems);
        Some(Self {
            column: column?,
            is: is?,
        })
    }

    /// Whether a row is taken.
    pub(crate) fn takes(&self, row: &Row<'_>) -> bool {
        let there = row.get(&self.column).unwrap_or_default();
        self.is.iter().any(|is| is == there)
    }
}

impl Word {
    /// A text that holds for every row, or a table that says in which column it stands.
    pub(super) fn read(table: &mut Table, key: &str, usual: &str, problems: &mut Problems) -> Self {
        let mut word = Self {
            cell: None,
            usual: usual.to_owned(),
        };
        match table.take(key) {
            None => {}
            Some(Value::String(text)) if !text.is_empty() => word.usual = text,
            Some(value @ Value::Table(_)) => word.cell = Cell::read(&table.name(key), value, JOINT, problems),
            Some(other) => {
                let expected = "expected a text for every row, or a table with column";
                problems.add(&table.name(key), Some(&other), expected);
            }
        }
        word
    }
}

impl Stated {
    pub(super) fn read(key: &str, kind: &Kind, value: Value, problems: &mut Problems) -> Option<Self> {
        let kind = kind.clone();
        let Value::Table(entries) = value else {
            let cell = Cell::read(key, value, JOINT, problems)?;
            let trust = Trust::Staff;
            return Some(Self { kind, cell, trust });
        };
        let mut table = Table::new(key, entries);
        let words = Trust::ALL.map(Trust::as_str).join(", ");
        let trust = table.read("trust", &format!("expected one of {words}"), problems, |value| {
            value.as_str()?.parse().ok()
        });
        let cell = Cell::read_table(&mut table, JOINT, problems);
        table.end(problems);
        Some(Self {
            kind,
            cell: cell?,
            trust: trust.unwrap_or(Trust::Staff),
        })
    }
}
