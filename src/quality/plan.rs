//! What is to be run: owns [`Plan`], and the reading of its files into loads of native events with the truth of each.
//!
//! The events are those that the decoder gets, no more is known of them here. Called by the command that evaluates.

use std::path::{Path, PathBuf};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::quality::{
    error::QualityError,
    mapping::{Cell, Mapping},
    record,
    rows::Sheet,
    truth::Truth,
};

/// What an evaluation is asked for.
#[derive(Debug)]
pub struct Plan {
    /// Tables of records, or files of native events, one a line.
    pub files: Vec<PathBuf>,
    /// What the columns mean; `None` where the files hold native events.
    pub mapping: Option<Mapping>,
    /// Columns or files that say who each record is; where there is none, the mapping says it.
    pub truths: Vec<PathBuf>,
    /// Whether each file is a load of its own, scored before the next.
    pub staged: bool,
    /// Runs the records of each load in another order.
    pub shuffle: Option<u64>,
}

/// Records that are run together, and then scored with all before them.
#[derive(Debug, Default)]
pub struct Load {
    pub(crate) name: String,
    pub(crate) records: Vec<Record>,
    pub(crate) truth: Truth,
    pub(crate) uneven: u64,
}

/// One record on its way.
#[derive(Debug)]
pub(crate) struct Record {
    /// Where it stands among all that are run, in the order of the files.
    pub(crate) place: usize,
    /// Its native event.
    pub(crate) body: String,
}

impl Plan {
    /// Reads all files.
    ///
    /// # Errors
    /// [`QualityError`]: files or a mapping that cannot be read, or that do not fit each other.
    pub fn read(mut self) -> Result<Vec<Load>, QualityError> {
        self.take_column()?;
        let files = match &self.mapping {
            Some(mapping) => self.tables(mapping)?,
            None => self.lines()?,
        };
        let mut loads = if self.staged {
            after_one_another(files)
        } else {
            joined(files)
        };
        self.tell_truth(&mut loads)?;
        let mut place = 0_usize;
        for record in loads.iter_mut().flat_map(|load| &mut load.records) {
            record.place = place;
            place = place.saturating_add(1);
        }
        if let Some(seed) = self.shuffle {
            let mut dice = ChaCha8Rng::seed_from_u64(seed);
            loads
                .iter_mut()
                .for_each(|load| shuffle(&mut load.records, &mut dice));
        }
        Ok(loads)
    }

    /// Reads the records of all files alone, without who they are: no column of the truth is looked at, nor need be there.
    ///
    /// # Errors
    /// [`QualityError`]: files or a mapping that cannot be read, or that do not fit each other.
    pub fn read_untold(mut self) -> Result<Vec<Load>, QualityError> {
        match self.mapping.as_mut() {
            Some(mapping) => {
                mapping.truth = None;
                let mapping = mapping.clone();
                self.tables(&mapping)
            }
            None => self.lines(),
        }
    }

    /// A truth that is no file is a column, and then stands for what the mapping says.
    fn take_column(&mut self) -> Result<(), QualityError> {
        let column = match self.truths.as_slice() {
            [one] if !one.is_file() => one.to_str(),
            _ => None,
        };
        match (column, &mut self.mapping) {
            (Some(column), Some(mapping)) => {
                mapping.truth = Some(Cell::column(column));
                self.truths.clear();
            }
            (None, Some(mapping)) if self.truths.is_empty() && mapping.truth.is_none() => {
                return Err(arguments("--truth, or truth in the mapping"));
            }
            (_, None) if self.truths.is_empty() => return Err(arguments("--truth with a file")),
            (Some(_), None) | (None, _) => {}
        }
        Ok(())
    }

    /// The files as tables, one load each.
    fn tables(&self, mapping: &Mapping) -> Result<Vec<Load>, QualityError> {
        let sheets = self
            .files
            .iter()
            .map(|path| Sheet::read(path, mapping.delimiter))
            .collect::<Result<Vec<_>, _>>()?;
        mapping.fits(|column| sheets.iter().any(|sheet| sheet.has(column)))?;
        let mut place = 0;
        sheets
            .iter()
            .map(|sheet| load(sheet, &mut place, mapping))
            .collect()
    }

    /// The files as native events, one load each.
    fn lines(&self) -> Result<Vec<Load>, QualityError> {
        let load = |path: &PathBuf| {
            let text = std::fs::read_to_string(path).map_err(|source| QualityError::Read {
                path: path.clone(),
                source,
            })?;
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            Ok(Load {
                name: stem(path),
                records: lines.map(Record::new).collect(),
                ..Load::default()
            })
        };
        self.files.iter().map(load).collect()
    }

    /// Gives each load its truth: the file that is for it, else what its own rows and those before it say.
    fn tell_truth(&self, loads: &mut [Load]) -> Result<(), QualityError> {
        if self.truths.is_empty() {
            let mut so_far = Truth::default();
            for load in loads {
                so_far.add(std::mem::take(&mut load.truth));
                load.truth = so_far.clone();
            }
            return Ok(());
        }
        if self.truths.len() != loads.len() {
            return Err(arguments(
                "one --truth for a load: with --staged, as many as files",
            ));
        }
        let delimiter = self.mapping.as_ref().map_or(b',', |mapping| mapping.delimiter);
        let key = self.mapping.as_ref().and_then(|mapping| mapping.key.as_ref());
        for (load, path) in loads.iter_mut().zip(&self.truths) {
            load.truth = Truth::read(path, delimiter, key)?;
        }
        Ok(())
    }
}

impl Load {
    /// How many records it has.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}

impl Record {
    fn new(body: impl Into<String>) -> Self {
        Self {
            place: 0,
            body: body.into(),
        }
    }
}

/// The rows of a table as records; `place` counts those of the tables before it.
fn load(sheet: &Sheet, place: &mut u64, mapping: &Mapping) -> Result<Load, QualityError> {
    let mut load = Load {
        name: stem(&sheet.path),
        uneven: sheet.uneven,
        ..Load::default()
    };
    for (line, row) in sheet.rows() {
        if !mapping.only.as_ref().is_none_or(|only| only.takes(&row)) {
            continue;
        }
        let id = match &mapping.id {
            None => Some(format!("{}:{line}", load.name)),
            Some(cell) => cell.of(&row),
        };
        let id = id.ok_or_else(|| QualityError::NoId {
            path: sheet.path.clone(),
            line,
        })?;
        load.records
            .push(Record::new(record::event(&row, &id, *place, mapping)));
        *place = place.saturating_add(1);
        if let Some(person) = mapping.truth.as_ref().and_then(|truth| truth.of(&row)) {
            load.truth.say(id, person);
        }
    }
    Ok(load)
}

/// Each file as a load, called by what is there when it is scored.
fn after_one_another(mut files: Vec<Load>) -> Vec<Load> {
    let mut names: Vec<String> = Vec::with_capacity(files.len());
    for file in &mut files {
        names.push(std::mem::take(&mut file.name));
        file.name = names.join("+");
    }
    files
}

/// All files as one load.
fn joined(files: Vec<Load>) -> Vec<Load> {
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let mut all = Load {
        name: names.join("+"),
        ..Load::default()
    };
    for file in files {
        all.records.extend(file.records);
        all.truth.add(file.truth);
        all.uneven = all.uneven.saturating_add(file.uneven);
    }
    vec![all]
}

/// Fisher and Yates's.
fn shuffle(records: &mut [Record], dice: &mut ChaCha8Rng) {
    for end in (1..records.len()).rev() {
        let bound = u64::try_from(end).unwrap_or(u64::MAX).saturating_add(1);
        let other = usize::try_from(dice.next_u64().checked_rem(bound).unwrap_or_default());
        records.swap(end, other.unwrap_or_default());
    }
}

/// A file's name without what tells its kind.
fn stem(path: &Path) -> String {
    path.file_stem()
        .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned())
}

fn arguments(expected: &str) -> QualityError {
    QualityError::Arguments(format!("evaluate: expected {expected}"))
}
