//! The answer to whoever wants to send a message.

use std::fmt;

use crate::{decide::contact::Verdict, domain::context::Contradiction, store::ProfileId};

/// What was decided about a message. `Debug` does not show what it is about.
#[derive(Clone, PartialEq, Eq)]
pub struct Decided {
    /// About whom; `None` of somebody who is not known.
    pub profile: Option<ProfileId>,
    /// What it is about: by this whoever sends it says what became of it.
    pub matter: String,
    /// What.
    pub verdict: Verdict,
    /// What contradicts what the message says.
    pub contradictions: Vec<Contradiction>,
}

impl fmt::Debug for Decided {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Decided({:?})", self.verdict.reason)
    }
}
