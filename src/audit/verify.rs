//! Whether the log is what was written.

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
        let read = files::read(&files::path(folder, number), verified.head, |json| {
            verified.records = verified.records.saturating_add(1);
            let at = serde_json::from_str::<Dated>(json).ok().map(|dated| dated.at);
            verified.first = verified.first.take().or_else(|| at.clone());
            verified.last = at;
        })?;
        verified.head = read.hash;
    }
    Ok(verified)
}
