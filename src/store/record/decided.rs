//! What is kept for decisions: what is to be done at a time, who is in which segment, and how far a sweep over all is.

use std::collections::BTreeMap;

use crate::{
    domain::time::Timestamp,
    store::ids::{AtomId, EventHash, ProfileId},
};

/// Something that is done at a time, unless it is taken back before. `Debug` shows no matter.
#[derive(Clone, PartialEq, Eq)]
pub struct TimerRecord {
    /// When.
    pub due: Timestamp,
    /// The event that it goes with: it is done for whoever that is of by then, and for nobody where that is gone.
    pub event: EventHash,
    /// The atom that it was put up for.
    pub atom: AtomId,
    /// What.
    pub task: Task,
}

/// What is done at a time.
#[derive(Clone, PartialEq, Eq)]
pub enum Task {
    /// A flow goes on.
    Run(Run),
    /// It is looked whether somebody said what became of a message.
    Answer {
        /// The matter of the message.
        matter: String,
        /// Since when it may be sent.
        since: Timestamp,
    },
}

/// How far a flow is for a customer.
#[derive(Clone, PartialEq, Eq)]
pub struct Run {
    /// The flow.
    pub flow: String,
    /// What it is about.
    pub matter: String,
    /// The step that is next.
    pub step: u32,
    /// Until when that waits for something to happen, if it does.
    pub deadline: Option<Timestamp>,
    /// How often it was held back.
    pub held: u32,
}

impl std::fmt::Debug for TimerRecord {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Timer({:?} at {:?})", self.task, self.due)
    }
}

/// Matters are a customer's, so that none is shown.
impl std::fmt::Debug for Task {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Run(run) => run.fmt(out),
            Self::Answer { .. } => out.write_str("Answer"),
        }
    }
}

impl std::fmt::Debug for Run {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{} at step {}", self.flow, self.step)
    }
}

/// The segments of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MembershipRecord {
    /// By the segment's name.
    pub segments: BTreeMap<String, Member>,
    /// Under which time it is to be looked at again although nothing happens.
    pub due: Option<Timestamp>,
}

/// How a profile is to a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Since when it is in it; `None`: it is not.
    pub since: Option<Timestamp>,
    /// Until when that holds for sure while nothing happens.
    pub until: Option<Timestamp>,
}

impl MembershipRecord {
    /// The segments that the profile is in, by name, and since when.
    pub fn inside(&self) -> impl Iterator<Item = (&str, Timestamp)> {
        let all = self.segments.iter();
        all.filter_map(|(name, member)| Some((name.as_str(), member.since?)))
    }
}

/// How many profiles are in a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SizeRecord {
    /// So many.
    pub members: u64,
}

/// By which segments all profiles were looked at, or are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepRecord {
    /// What these segments ask, in short.
    pub digest: [u8; 32],
    /// The last profile that was looked at; `None`: all were.
    pub after: Option<ProfileId>,
}

/// That a flow is being started for all who are in a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartRecord {
    /// The flow.
    pub flow: String,
    /// The segment.
    pub segment: String,
    /// The last profile for which it was.
    pub after: ProfileId,
    /// For how many.
    pub started: u64,
}

/// How much waits for its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitingRecord {
    /// So many timers.
    pub timers: u64,
}

/// How many profiles there are. They are counted by the sweeps, some in each commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedRecord {
    /// So many.
    pub profiles: u64,
    /// Up to which profile they are counted; `None`: all are.
    pub until: Option<ProfileId>,
}
