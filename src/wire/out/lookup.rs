//! The answer to a lookup: who holds these identifiers. Always an answer, so that a phone menu needs no error branch.

use serde::Serialize;

use crate::wire::out::{
    candidate::Candidate,
    context::{Body, Match},
};

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
