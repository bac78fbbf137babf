//! The answer to whoever asks who serves a customer.

use std::fmt;

use crate::{decide::routing::Verdict, store::ProfileId};

/// What was decided about a call. `Debug` tells why alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Routed {
    /// Whose it is; `None` of somebody who is not known.
    pub profile: Option<ProfileId>,
    /// By which whoever calls back says what became of it, where a call-back is promised.
    pub call_back_id: Option<String>,
    /// What.
    pub verdict: Verdict,
}

impl fmt::Debug for Routed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Routed({:?})", self.verdict.reason)
    }
}
