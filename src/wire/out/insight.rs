//! What many customers show, as it is published: once when it begins, once when it is over.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    domain::{time::Timestamp, value::Value},
    wire::out::scalar::{Free, Time},
};

/// What many customers show: `{insight, kind, about, state, since, at, evidence}`. Nothing of it names a customer.
#[derive(Debug, Serialize)]
pub struct Insight {
    /// The same when it is told again, and when it is over.
    insight: String,
    kind: String,
    about: String,
    state: State,
    since: Time,
    at: Time,
    #[serde(serialize_with = "free")]
    evidence: BTreeMap<String, Value>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Begun,
    Over,
}

impl Insight {
    /// Of this kind and about this, since then; `over` is when it was.
    pub fn of(
        (kind, about): (String, String),
        (since, over): (Timestamp, Option<Timestamp>),
        evidence: BTreeMap<String, Value>,
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
            evidence,
        }
    }
}

fn free<S: serde::Serializer>(evidence: &BTreeMap<String, Value>, serializer: S) -> Result<S::Ok, S::Error> {
    Free::of(evidence).serialize(serializer)
}
