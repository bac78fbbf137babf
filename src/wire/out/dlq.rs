//! Dead letters: what was refused, as it is published.

use serde::Serialize;

use crate::{
    domain::time::Timestamp,
    wire::{Rejection, out::scalar::Time},
};

/// A refused item with its origin.
#[derive(Debug, Serialize)]
pub struct DeadLetter<'a> {
    kind: &'static str,
    code: &'static str,
    message: &'a str,
    id: Option<&'a str>,
    source: Option<&'a str>,
    at: Time,
    body: String,
}

impl<'a> DeadLetter<'a> {
    /// The letter for a rejection at `at`.
    pub fn of(rejection: &'a Rejection, at: Timestamp) -> Self {
        Self {
            kind: "refused",
            code: rejection.reason.code(),
            message: &rejection.message,
            id: rejection.id.as_deref(),
            source: rejection.source.as_deref(),
            at: Time(at),
            body: String::from_utf8_lossy(&rejection.body).into_owned(),
        }
    }
}
