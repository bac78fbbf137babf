//! The answer to a lookup: who holds these identifiers. Always an answer, so that a phone menu needs no error branch.

use std::fmt;

use serde::Serialize;

use crate::domain::{
    context::{Mask, Person},
    profile::Profile,
};
use crate::wire::out::context::{Body, Match};

/// Who was found.
#[derive(Debug, Serialize)]
pub struct Lookup {
    /// How many.
    #[serde(rename = "match")]
    pub outcome: Match,
    /// The one that was found, as the view tells it; empty where there is none or several.
    pub profiles: Vec<Body>,
    /// Those it may be, where none is certain or several are.
    pub candidates: Vec<Candidate>,
}

/// Somebody it may be. `Debug` leaves the name out.
#[derive(Serialize)]
pub struct Candidate {
    /// The profile's id.
    pub id: String,
    /// Why it may be them, such as `holds phone (stated)`; never a value.
    pub why: String,
    /// First name and initial, enough to ask for the right person.
    pub name: Option<String>,
}

impl Candidate {
    /// The candidate that the profile called `id` is.
    pub fn of(id: &str, why: impl Into<String>, profile: &Profile) -> Self {
        Self {
            id: id.to_owned(),
            why: why.into(),
            name: Person::of(profile, Mask::Surname).display_name,
        }
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Candidate")
            .field("id", &self.id)
            .field("why", &self.why)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Candidate, Lookup, Match};
    use crate::domain::context::samples::rich;

    #[test]
    fn candidates_are_named_enough_to_be_asked_for() {
        let candidate = Candidate::of("pid-1", "holds phone (stated)", &rich());
        assert!(!format!("{candidate:?}").contains("Sara"));
        let lookup = Lookup {
            outcome: Match::of(2),
            profiles: Vec::new(),
            candidates: vec![candidate],
        };
        insta::assert_snapshot!(
            serde_json::to_string(&lookup).unwrap(),
            @r#"{"match":"many","profiles":[],"candidates":[{"id":"pid-1","why":"holds phone (stated)","name":"Sara A."}]}"#
        );
        assert_eq!([Match::of(0), Match::of(1)], [Match::None, Match::One]);
    }
}
