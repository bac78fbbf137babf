//! The audit log: who was told of whom, when, in which role and how much, on disk before anybody is told.
//!
//! Owns the record ([`Telling`]), the files and their chain of hashes, and the thread that writes them. A record holds
//! opaque ids of people and nothing else about them. Must never know how a question comes in or what its answer is; `api`
//! notes and reads back, `app` opens, `cli` verifies.
//!
//! One line is one record: its hash, a space, and JSON. The hash is the SHA-256 of the hash of the line before and of the
//! JSON, so that no line can be changed, taken out or put in without every hash behind it being others. That the last
//! lines were cut off shows only to whoever noted the last hash elsewhere: `yekta audit head` prints it, the service logs it
//! once a day, and `yekta audit verify --head` looks for it.

mod backwards;
mod files;
mod lines;
mod log;
mod verify;

#[cfg(test)]
mod tests;

use std::{io, path::PathBuf};

use serde::Serialize;
use thiserror::Error;

pub use self::{
    backwards::{Page, Place, Told},
    log::AuditLog,
    verify::{Verified, verify, verify_with},
};
use crate::wire::digest::Digest;

/// Somebody is told of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Telling {
    /// When, in RFC 3339.
    pub at: String,
    /// Who asked: the name of a key, or the `sub` of a token.
    pub who: String,
    /// In which role.
    pub role: &'static str,
    /// What they asked for.
    pub action: &'static str,
    /// What for, where they said it.
    pub purpose: Option<String>,
    /// By which view they were told, where by one.
    pub view: Option<String>,
    /// How much they were shown: all, masked or nameless.
    pub shown: &'static str,
    /// Ids of those they were told of; none where nobody was found.
    pub people: Vec<String>,
}

/// The audit log cannot be kept, or is not what was written.
#[derive(Debug, Error)]
pub enum AuditError {
    /// A file cannot be read or written.
    #[error("{attempt} {}", path.display())]
    File {
        /// What was attempted.
        attempt: &'static str,
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A line is not what was written: it was changed, or one before it was taken out.
    #[error("read line {line} of {}: expected the hash that follows from the line before", path.display())]
    Broken {
        /// In which file.
        path: PathBuf,
        /// Which line of it, from 1.
        line: usize,
    },
    /// A file is missing in between, or at the beginning.
    #[error("read {}: expected it beside those behind it", path.display())]
    Missing {
        /// Which.
        path: PathBuf,
    },
    /// A line is no record.
    #[error("read the line at byte {at} of {}: expected a record; yekta audit verify says more", path.display())]
    Unreadable {
        /// In which file.
        path: PathBuf,
        /// Where it begins there.
        at: u64,
    },
    /// Reading was to go on where the log was never read.
    #[error("read the audit log on: expected a place in it")]
    NoSuchPlace,
    /// No record has the hash that was kept elsewhere.
    #[error(
        "find {head} in the audit log: expected the hash that was kept; the end was cut off, or it is another log's"
    )]
    CutOff {
        /// The hash that was kept.
        head: Digest,
    },
    /// An earlier write failed, and nothing is written since.
    #[error("write the audit log: expected an earlier write to succeed, and start the service again")]
    Poisoned,
}

/// What the first line of all follows.
const BEGINNING: Digest = Digest::ZERO;

/// The hash of a line.
fn chained(before: Digest, json: &str) -> Digest {
    Digest::of(&[before.as_bytes(), json.as_bytes()].concat())
}
