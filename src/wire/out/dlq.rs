//! Dead letters: what was refused, as it is published.

use serde::Serialize;

use crate::{
    domain::{event::StreamPlace, time::Timestamp},
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
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
    body: String,
}

/// Where a refused item stands in the stream it came by.
#[derive(Clone, Debug, Serialize)]
pub struct Origin {
    stream: String,
    sequence: u64,
    subject: String,
}

impl From<StreamPlace> for Origin {
    fn from(place: StreamPlace) -> Self {
        let StreamPlace {
            stream,
            sequence,
            subject,
        } = place;
        Self {
            stream,
            sequence,
            subject,
        }
    }
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
            origin: rejection.origin.as_deref().cloned().map(Origin::from),
            body: String::from_utf8_lossy(&rejection.body).into_owned(),
        }
    }
}
