//! What is done when something happens: at once, later, when something else happened, or not at all because it did.

use std::collections::BTreeMap;

use crate::decide::rule::condition::Condition;

/// How flows are carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Microseconds after which an event sets nothing going any more.
    pub event_age_max_us: u64,
    /// Microseconds within which whoever delivers says what became of an action; 0: nobody is asked.
    pub answer_within_us: u64,
    /// Events of a customer's history that a condition may look at, the latest.
    pub history_max: usize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            event_age_max_us: 24 * 3_600 * 1_000_000,
            answer_within_us: 3_600 * 1_000_000,
            history_max: 1_000,
        }
    }
}

/// An event that is waited for, or that ends a flow.
#[derive(Clone, Debug)]
pub struct Signal {
    /// Its type, as a token (`order_completed`).
    pub on: String,
    /// Whether it is meant: looks at what set the flow going as `event`, and at this one as `then`. `None`: any of the type is.
    pub when: Option<Condition>,
}

/// A flow.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Its name, of letters that a subject may hold.
    pub name: String,
    /// The types of events that set it going, as tokens; none: it is started by hand alone.
    pub on: Vec<String>,
    /// Whether the event does.
    pub when: Option<Condition>,
    /// What it is about, as a text: it is set going once for a customer and this. `None`: once for a customer.
    pub matter: Option<Condition>,
    /// Microseconds after which it is set going again for the same; `None`: never.
    pub again_us: Option<u64>,
    /// Whether what sets it going once more has it begin anew, as a cart that is filled on; else what is under way goes on.
    pub restarts: bool,
    /// Of so many customers in a hundred it is held back, so that its effect can be told; 0: of nobody.
    pub holdout: u8,
    /// What ends it, wherever it stands.
    pub unless: Vec<Signal>,
    /// What is done, one after the other.
    pub steps: Vec<Step>,
}

/// A step of a flow.
#[derive(Clone, Debug)]
pub enum Step {
    /// Wait so many microseconds.
    Wait(u64),
    /// Wait until so many microseconds before a time that the condition tells (as `event.expires`). Where that has passed, or
    /// there is none, the flow ends.
    Until {
        /// The time.
        at: Condition,
        /// So much before it.
        before_us: u64,
    },
    /// Wait for one of these to happen, so long at most.
    For {
        /// What is waited for.
        signals: Vec<Signal>,
        /// Microseconds.
        within_us: u64,
        /// Whether the flow goes on where it did not happen in time, and ends where it did.
        unless: bool,
    },
    /// End unless this holds.
    Check(Condition),
    /// Do something.
    Act(Act),
}

/// Something that is done.
#[derive(Clone, Debug)]
pub enum Act {
    /// Send a message, if the contact policy lets it through.
    Send {
        /// The way of contact, such as `sms`.
        channel: String,
        /// What for, such as `marketing`.
        purpose: String,
        /// Which message; the action is named by it.
        template: String,
        /// Who sends it.
        team: Option<String>,
        /// How much it matters among others, 0 to 9.
        priority: u8,
        /// What whoever delivers needs to know.
        with: BTreeMap<String, Condition>,
    },
    /// Have a channel do something that is no message.
    Ask {
        /// The channel.
        channel: String,
        /// What it is to do.
        name: String,
        /// What it needs to know.
        with: BTreeMap<String, Condition>,
    },
    /// Give it to somebody who sees to it: a ticket that is open until it is closed.
    Assign {
        /// The channel on which they do.
        channel: String,
        /// The team: those who serve customers and have a skill of this name.
        team: String,
        /// Microseconds within which it is to be seen to; `None`: nobody says.
        within_us: Option<u64>,
        /// What they need to know; `subject` is what the ticket is about.
        with: BTreeMap<String, Condition>,
    },
}

/// Why nothing is done for those for whom a flow is held back.
pub const HOLDOUT: &str = "holdout";

/// What an assignment is called among actions.
const ASSIGN: &str = "assign";

impl Act {
    /// The channel that does it.
    pub fn channel(&self) -> &str {
        match self {
            Self::Send { channel, .. } | Self::Ask { channel, .. } | Self::Assign { channel, .. } => channel,
        }
    }

    /// What the action is called: the message, or what the channel is to do.
    pub fn name(&self) -> &str {
        match self {
            Self::Send { template: name, .. } | Self::Ask { name, .. } => name,
            Self::Assign { .. } => ASSIGN,
        }
    }

    /// What whoever carries it out needs to know, by name.
    pub const fn with(&self) -> &BTreeMap<String, Condition> {
        match self {
            Self::Send { with, .. } | Self::Ask { with, .. } | Self::Assign { with, .. } => with,
        }
    }
}
