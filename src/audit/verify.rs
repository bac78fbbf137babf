//! Whether the log is what was written, and whether its end is still there.

use std::path::Path;

use serde::Deserialize;

use crate::{
    audit::{AuditError, BEGINNING, files},
    wire::digest::Digest,
};

/// A log whose every line follows from the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Its records.
    pub records: u64,
    /// When the first was written, if there is one.
    pub first: Option<String>,
    /// When the last was written.
    pub last: Option<String>,
    /// The last hash: whoever keeps it elsewhere sees later whether the log was cut off before it.
    pub head: Digest,
}

/// Reads all files of a log.
///
/// # Errors
/// [`AuditError::Broken`] or [`AuditError::Missing`] at the first thing that is wrong.
pub fn verify(folder: &Path) -> Result<Verified, AuditError> {
    read(folder, |_, _| {})
}

/// The same of a log that has to hold the record of `head`, a last hash that was kept elsewhere; with the number of that
/// record, from 1. The head of a log without records is in every log.
///
/// # Errors
/// As of [`verify()`]; [`AuditError::CutOff`] where no record has that hash.
pub fn verify_with(folder: &Path, head: Digest) -> Result<(Verified, u64), AuditError> {
    let mut found = (head == BEGINNING).then_some(0);
    let verified = read(folder, |number, hash| {
        if hash == head {
            found = Some(number);
        }
    })?;
    let number = found.ok_or(AuditError::CutOff { head })?;
    Ok((verified, number))
}

/// Reads all files; `each` is told the number and the hash of every record.
fn read(folder: &Path, mut each: impl FnMut(u64, Digest)) -> Result<Verified, AuditError> {
    #[derive(Deserialize)]
    struct Dated {
        at: String,
    }
    let mut verified = Verified {
        records: 0,
        first: None,
        last: None,
        head: BEGINNING,
    };
    for (expected, number) in (1..).zip(files::numbers(folder)?) {
        if number != expected {
            return Err(AuditError::Missing {
                path: files::path(folder, expected),
            });
        }
        let read = files::read(&files::path(folder, number), verified.head, |hash, json| {
            verified.records = verified.records.saturating_add(1);
            each(verified.records, hash);
            let at = serde_json::from_str::<Dated>(json).ok().map(|dated| dated.at);
            verified.first = verified.first.take().or_else(|| at.clone());
            verified.last = at;
        })?;
        verified.head = read.hash;
    }
    Ok(verified)
}
