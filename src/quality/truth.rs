//! The truth: owns which person each record is, from a column or from a file of its own.
//!
//! Names persons and records by the texts of the data set; never looks at what was found. Called by
//! [`crate::quality::plan`] and [`crate::quality::assignment`].

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use crate::quality::{
    error::QualityError,
    mapping::Key,
    rows::{Sheet, table},
};

/// Who each record is.
#[derive(Clone, Debug, Default)]
pub(crate) struct Truth {
    people: HashMap<String, String>,
    /// The id in the first line of a file that may have a line of names above it.
    first: Option<String>,
}

impl Truth {
    /// Says who a record is; of two words on one record the first holds.
    pub(crate) fn say(&mut self, record: String, person: String) {
        self.people.entry(record).or_insert(person);
    }

    /// Says all that `other` says.
    pub(crate) fn add(&mut self, other: Self) {
        for (record, person) in other.people {
            self.say(record, person);
        }
    }

    /// Reads a file with the columns that `key` names; without one, a file of a record and a person on each line.
    ///
    /// # Errors
    /// When the file cannot be read, or does not have the columns.
    pub(crate) fn read(path: &Path, delimiter: u8, key: Option<&Key>) -> Result<Self, QualityError> {
        match key {
            Some(key) => Self::keyed(path, delimiter, key),
            None => Self::pairs(path, delimiter),
        }
    }

    fn keyed(path: &Path, delimiter: u8, key: &Key) -> Result<Self, QualityError> {
        let sheet = Sheet::read(path, delimiter)?;
        let mut columns = key.id.columns().iter().chain(key.person.columns());
        if !columns.all(|column| sheet.has(column)) {
            return Err(QualityError::Truth {
                path: path.to_owned(),
                expected: "the columns that the mapping names under key",
            });
        }
        let mut truth = Self::default();
        for (_, row) in sheet.rows() {
            if let (Some(record), Some(person)) = (key.id.of(&row), key.person.of(&row)) {
                truth.say(record, person);
            }
        }
        Ok(truth)
    }

    fn pairs(path: &Path, delimiter: u8) -> Result<Self, QualityError> {
        let failed = |source| QualityError::Table {
            path: path.to_owned(),
            source,
        };
        let mut reader = table(path, delimiter, false).map_err(failed)?;
        let mut truth = Self::default();
        for (place, row) in reader.records().enumerate() {
            let row = row.map_err(failed)?;
            let (Some(record), Some(person)) = (row.get(0), row.get(1)) else {
                return Err(QualityError::Truth {
                    path: path.to_owned(),
                    expected: "a record's id and a person on each line",
                });
            };
            if place == 0 {
                truth.first = Some(record.to_owned());
            }
            if !person.is_empty() {
                truth.say(record.to_owned(), person.to_owned());
            }
        }
        Ok(truth)
    }

    /// Who a record is, where that is known.
    pub(crate) fn of(&self, record: &str) -> Option<&str> {
        self.people.get(record).map(String::as_str)
    }

    /// How many records it names beside `run`. A first line that names none of them may be the names of the columns.
    pub(crate) fn others(&self, run: &HashSet<&str>) -> usize {
        let others = self.people.keys().filter(|record| !run.contains(record.as_str()));
        others
            .filter(|record| self.first.as_deref() != Some(record.as_str()))
            .count()
    }
}
