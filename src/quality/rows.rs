//! Tables of records: owns the reading of a CSV file into rows, whose fields are found by the name of their column.
//!
//! Fields are trimmed, and an empty one is as good as none. Says nothing about what a column means. Called by
//! [`crate::quality::record`] and [`crate::quality::truth`].

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
};

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::quality::error::QualityError;

/// A table, read whole.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) path: PathBuf,
    places: HashMap<String, usize>,
    rows: Vec<StringRecord>,
    /// Rows with fewer fields than there are columns, or with something behind the last one.
    pub(crate) uneven: u64,
}

/// One row of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    places: &'a HashMap<String, usize>,
    fields: &'a StringRecord,
}

/// A table whose cells are trimmed, with rows of any length.
pub(crate) fn table(path: &Path, delimiter: u8, has_headers: bool) -> csv::Result<csv::Reader<File>> {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .trim(Trim::All)
        .flexible(true)
        .has_headers(has_headers)
        .from_path(path)
}

impl Sheet {
    /// Reads a table whose first line names the columns.
    ///
    /// # Errors
    /// When the file cannot be read or is not UTF-8.
    pub(crate) fn read(path: &Path, delimiter: u8) -> Result<Self, QualityError> {
        let failed = |source| QualityError::Table {
            path: path.to_owned(),
            source,
        };
        let mut reader = table(path, delimiter, true).map_err(failed)?;
        let mut places = HashMap::new();
        let headers = reader.headers().map_err(failed)?.clone();
        for (place, name) in headers.iter().enumerate() {
            // Of two columns with one name the first holds.
            places.entry(name.to_owned()).or_insert(place);
        }
        let rows = reader.records().collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let is_uneven = |row: &&StringRecord| {
            row.len() < headers.len() || row.iter().skip(headers.len()).any(|field| !field.is_empty())
        };
        let uneven = rows.iter().filter(is_uneven).count();
        Ok(Self {
            path: path.to_owned(),
            places,
            rows,
            uneven: u64::try_from(uneven).unwrap_or(u64::MAX),
        })
    }

    pub(crate) fn has(&self, column: &str) -> bool {
        self.places.contains_key(column)
    }

    /// The rows, each with the line it begins on.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (u64, Row<'_>)> {
        self.rows.iter().map(|fields| {
            let line = fields.position().map_or(0, csv::Position::line);
            let places = &self.places;
            (line, Row { places, fields })
        })
    }
}

impl<'a> Row<'a> {
    /// What stands in a column, if something does.
    pub(crate) fn get(&self, column: &str) -> Option<&'a str> {
        let field = self.fields.get(*self.places.get(column)?)?;
        (!field.is_empty()).then_some(field)
    }
}
