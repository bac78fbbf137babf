//! What is kept of a person for decisions, in an export: how they are to segments, what is to be done about them at a time.

use std::fmt;

use serde::Serialize;

use crate::wire::out::scalar::{EventRef, Time};

/// How the profile is to a segment.
#[derive(Debug, Serialize)]
pub struct Segment<'a> {
    /// The segment.
    pub name: &'a str,
    /// Since when it is in it; `None`: it is not.
    pub since: Option<Time>,
    /// Until when that holds for sure while nothing happens.
    pub until: Option<Time>,
}

/// What is to be done about the person at a time.
#[derive(Debug, Serialize)]
pub struct Timer<'a> {
    /// When.
    pub due: Time,
    /// The event that it goes with.
    pub event: EventRef<'a>,
    /// What.
    #[serde(flatten)]
    pub wait: Wait<'a>,
}

/// What waits. `Debug` shows no matter.
#[derive(Serialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Wait<'a> {
    /// A flow goes on.
    Flow {
        /// Which.
        flow: &'a str,
        /// What it is about.
        matter: &'a str,
        /// The number of the step that is next; the first is 0.
        step: u32,
        /// Until when that waits for something to happen, if it does.
        deadline: Option<Time>,
        /// How often it was held back.
        held: u32,
    },
    /// It is looked whether somebody said what became of a message.
    Answer {
        /// The matter of the message.
        matter: &'a str,
        /// Since when it may be sent.
        since: Time,
    },
}

impl fmt::Debug for Wait<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flow { flow, step, .. } => write!(out, "{flow} at step {step}"),
            Self::Answer { .. } => out.write_str("Answer"),
        }
    }
}
