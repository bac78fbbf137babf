//! Evidence in answers: what a decision rests on.

use serde::Serialize;

use crate::{decide::evidence::Evidence, wire::time};

/// A fact: `{what, name, at}`.
#[derive(Serialize)]
pub(crate) struct Fact {
    what: String,
    name: String,
    at: Option<String>,
}

/// Facts as answers tell them.
pub(crate) fn facts(evidence: Vec<Evidence>) -> Vec<Fact> {
    let fact = |fact: Evidence| Fact {
        what: fact.what,
        name: fact.name,
        at: fact.at.map(time::format),
    };
    evidence.into_iter().map(fact).collect()
}
