//! Why an evaluation or a training has no answer: owns [`QualityError`]. No text of it holds a field of a record.

use std::{io, path::PathBuf};

use crate::{
    config::ConfigError,
    engine::{
        QueryError,
        api::{CommandError, SubmitError},
    },
};

/// Why an evaluation or a training has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QualityError {
    /// The mapping is wrong, or fits none of the files.
    #[error(transparent)]
    Mapping(#[from] ConfigError),
    /// The arguments contradict each other.
    #[error("{0}")]
    Arguments(String),
    /// A file cannot be read.
    #[error("read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is no table.
    #[error("read {} as a table", path.display())]
    Table {
        /// The file.
        path: PathBuf,
        /// What the reader of tables said, with the line.
        source: csv::Error,
    },
    /// A row has nothing in the columns that name it.
    #[error("read {} line {line}: expected an id in its columns", path.display())]
    NoId {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
    },
    /// A file of the truth is none.
    #[error("read the truth in {}: expected {expected}", path.display())]
    Truth {
        /// The file.
        path: PathBuf,
        /// What it should have been.
        expected: &'static str,
    },
    /// No record that was run is in the truth.
    #[error(
        "score {set}: expected the truth to name at least one of the records that were run, it names none"
    )]
    NothingScored {
        /// The set.
        set: String,
    },
    /// Too little to learn from.
    #[error(
        "train: expected at least {expected} records that say different things of people (names, birth dates, addresses), there are {found}"
    )]
    TooFew {
        /// How many there are.
        found: usize,
        /// How many it takes.
        expected: usize,
    },
    /// The writer takes nothing.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// The writer does not take what a steward said.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The partition cannot be read.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// What was committed is not all there.
    #[error("read the partition: {missing} events were committed and are in no profile's timeline")]
    Unheld {
        /// How many.
        missing: usize,
    },
}
