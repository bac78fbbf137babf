//! The files of the log, in their order, and the lines in them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    audit::{AuditError, chained},
    wire::digest::Digest,
};

/// How the names of files end.
const ENDING: &str = "audit";

/// The file with this number, from 1.
pub(super) fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:08}.{ENDING}"))
}

/// The numbers of the files that are there, sorted.
pub(super) fn numbers(folder: &Path) -> Result<Vec<u64>, AuditError> {
    let failed = |source| AuditError::File {
        attempt: "list",
        path: folder.to_owned(),
        source,
    };
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) {
            let number: Option<u64> = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
            numbers.extend(number);
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// What is known behind the lines of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read {
    /// Lines that are whole.
    pub(super) lines: usize,
    /// Their bytes.
    pub(super) bytes: u64,
    /// The hash of the last.
    pub(super) hash: Digest,
}

/// Reads the lines of a file that begins behind `before`. A line without an end is one that was being written when the
/// service was ended; it is no line, and nobody was told anything by it.
///
/// # Errors
/// [`AuditError::Broken`] at the first line that does not follow from the one before.
pub(super) fn read(
    path: &Path,
    before: Digest,
    mut each: impl FnMut(Digest, &str),
) -> Result<Read, AuditError> {
    let text = fs::read(path).map_err(|source| file("read", path, source))?;
    let whole = text
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |end| end.saturating_add(1));
    let mut read = Read {
        lines: 0,
        bytes: u64::try_from(whole).unwrap_or(u64::MAX),
        hash: before,
    };
    let lines = text.get(..whole).unwrap_or_default();
    for line in lines.split_inclusive(|byte| *byte == b'\n') {
        read.lines = read.lines.saturating_add(1);
        let broken = || AuditError::Broken {
            path: path.to_owned(),
            line: read.lines,
        };
        let line = str::from_utf8(line).map_err(|_| broken())?;
        let (hash, json) = line.trim_end_matches('\n').split_once(' ').ok_or_else(broken)?;
        let expected = chained(read.hash, json);
        if expected.to_string() != hash {
            return Err(broken());
        }
        each(expected, json);
        read.hash = expected;
    }
    Ok(read)
}

/// The hash that the last line of a file says, which is whole and has others behind it.
///
/// # Errors
/// [`AuditError::Broken`] where it says none.
pub(super) fn last_hash(path: &Path) -> Result<Digest, AuditError> {
    let text = fs::read_to_string(path).map_err(|source| file("read", path, source))?;
    let last = text.lines().next_back();
    let hash = last.and_then(|line| Digest::parse(line.split_once(' ')?.0));
    hash.ok_or_else(|| AuditError::Broken {
        path: path.to_owned(),
        line: text.lines().count(),
    })
}

pub(super) fn file(attempt: &'static str, path: &Path, source: io::Error) -> AuditError {
    AuditError::File {
        attempt,
        path: path.to_owned(),
        source,
    }
}
