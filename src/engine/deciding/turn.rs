//! What becomes of the runs of flows: told to whoever tries rules out ([`crate::engine::trial`]), and counted, so that none
//! ends unseen.

use crate::{decide::rule::course::End, engine::state::batch::Batch};

/// A run began or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The flow.
    pub flow: String,
    /// What became of the run.
    pub became: Became,
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// An event set it going.
    Begun,
    /// It ended.
    Ended(End),
    /// A message was held back too often, or nothing reaches the customer, or the rule cannot be evaluated.
    GivenUp,
    /// The flow is not there any more.
    FlowGone,
}

impl Became {
    /// Why a run ended; `None` where it began.
    pub const fn why(self) -> Option<&'static str> {
        match self {
            Self::Begun => None,
            Self::Ended(end) => Some(end.as_str()),
            Self::GivenUp => Some("given_up"),
            Self::FlowGone => Some("flow_gone"),
        }
    }
}

impl Batch<'_> {
    pub(super) fn turned(&mut self, flow: &str, became: Became) {
        self.turns.push(Turn {
            flow: flow.to_owned(),
            became,
        });
    }
}
