//! Why a client command failed: owns [`ClientError`] and [`Refusal`], what a service said instead of an answer.
//!
//! Messages hold the server's address and its own words, never a key and never what was asked for.

use std::fmt;
use std::io;
use std::time::Duration;

use thiserror::Error;

/// A client command failed.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The connection was refused.
    #[error("{attempt}: nothing listens at {url}; start it with `yekta serve`")]
    NothingListens {
        /// What was tried.
        attempt: &'static str,
        /// The server's address.
        url: String,
        /// The system's error.
        source: ureq::Error,
    },
    /// The request got no answer.
    #[error("{attempt}: expected an answer of {url}")]
    Unreachable {
        /// What was tried.
        attempt: &'static str,
        /// The server's address.
        url: String,
        /// What broke.
        source: ureq::Error,
    },
    /// The service answered that it will not.
    #[error("{attempt}: {refusal}")]
    Refused {
        /// What was tried.
        attempt: &'static str,
        /// What it said.
        refusal: Box<Refusal>,
    },
    /// The answer is not what the contract says.
    #[error("{attempt}: expected {expected} of the server; is it yekta?")]
    Answer {
        /// What was tried.
        attempt: &'static str,
        /// What the contract says.
        expected: &'static str,
    },
    /// The service keeps no audit log.
    #[error(
        "{attempt}: the service notes nobody; it does where keys or tokens are configured and audit.enabled is true"
    )]
    NobodyNoted {
        /// What was tried.
        attempt: &'static str,
    },
    /// The events to send cannot be opened or read.
    #[error("read {name}")]
    Input {
        /// The file, or standard input.
        name: String,
        /// The system's error.
        source: io::Error,
    },
    /// The file that was to be written could not be.
    #[error("write {name}")]
    File {
        /// The file.
        name: String,
        /// The system's error.
        source: io::Error,
    },
    /// The events to send are not what can be sent.
    #[error("read the events: expected {expected} at line {line}")]
    Events {
        /// What can be sent.
        expected: &'static str,
        /// The line, from 1.
        line: u64,
    },
    /// The service took some events and rejected others.
    #[error("send events: {rejected} of {sent} were rejected")]
    Rejected {
        /// How many were rejected.
        rejected: u64,
        /// How many were sent.
        sent: u64,
    },
    /// The stream of updates broke and could not be opened again.
    #[error("follow updates: gave up after {tries} tries in a row")]
    Lost {
        /// How often it was tried.
        tries: u32,
        /// Why the last one failed.
        source: Box<ClientError>,
    },
    /// A message of the stream of updates is longer than what is kept.
    #[error("follow updates: expected messages of at most {bytes_max} bytes")]
    Message {
        /// The bound.
        bytes_max: usize,
    },
    /// The output takes no more.
    #[error("write the output")]
    Output(#[source] io::Error),
}

impl ClientError {
    /// Whether whoever read the output has gone.
    pub fn is_closed_output(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// What a service said instead of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The reason for programs; empty where the answer was no problem document.
    pub code: String,
    /// The reason for people; empty as the code.
    pub message: String,
    /// The profiles between which the request did not decide.
    pub profiles: Vec<String>,
    /// All that is wrong with what was sent, where it said so.
    pub problems: Vec<String>,
    /// After how long the same may be asked again, where it said so.
    pub retry_after: Option<Duration>,
}

impl Refusal {
    /// Whether the same request may be taken later.
    pub const fn is_passing(&self) -> bool {
        matches!(self.status, 429 | 503)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.code.is_empty() {
            write!(out, "the server answered with status {}", self.status)?;
        } else {
            write!(out, "{} ({}, status {})", self.message, self.code, self.status)?;
        }
        if !self.profiles.is_empty() {
            write!(out, ": {}", self.profiles.join(", "))?;
        }
        if self.status == 401 {
            out.write_str("; give the key as --key or YEKTA_KEY")?;
        }
        for problem in &self.problems {
            write!(out, "\n{problem}")?;
        }
        Ok(())
    }
}
