//! What many customers show, as it is published: once when it begins, once when it is over.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    domain::{time::Timestamp, value::Value},
    wire::out::scalar::{Free, Time},
};

/// What many customers show: `{insight, kind, about, state, since, at, evidence}`. Nothing of it names a customer.
#[derive(Debug, Serialize)]
pub struct Insight<'a> {
    /// The same when it is told again, and when it is over.
    insight: String,
    kind: &'a str,
    about: &'a str,
    state: State,
    since: Time,
    at: Time,
    evidence: Free<'a>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Begun,
    Over,
}

impl<'a> Insight<'a> {
    /// Of this kind and about this, since then; `over` is when it was.
    pub fn of(
        (kind, about): (&'a str, &'a str),
        (since, over): (Timestamp, Option<Timestamp>),
        evidence: &'a BTreeMap<String, Value>,
    ) -> Self {
        Self {
            insight: format!("{kind}/{about}/{}", since.as_micros()),
            kind,
            about,
            state: match over {
                None => State::Begun,
                Some(_) => State::Over,
            },
            since: Time(since),
            at: Time(over.unwrap_or(since)),
            evidence: Free::of(evidence),
        }
    }
}
