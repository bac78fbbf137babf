//! How it was for the customer: when they met the house and where, what they answered when they were asked, how they felt,
//! what stood in their way, and how they were served.
//!
//! A set of marks and a register of touches, each with a bound that survives any order. Kept apart from the [`Aggregate`]'s
//! other members, behind which it is stored. What of it lies where on a journey is no part of it: that is said by the
//! tenant's rules, which change ([`crate::decide::experience`]).
//!
//! [`Aggregate`]: crate::domain::profile::Aggregate

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    event::Stamp,
    profile::{
        aggregate::{FoldLimits, merge_latest},
        bounded::{self, Latest},
    },
    time::Timestamp,
};

/// So many times as many marks are kept as of other matters.
const MARKS_PER_MATTER: usize = 4;
/// The same of touches: of one type and channel there is one a day.
const TOUCHES_PER_MATTER: usize = 8;

/// How it was for the customer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Experience {
    /// When they met the house, the latest days.
    pub touches: BTreeMap<TouchKey, Touch>,
    /// What they said and what befell them, the latest.
    pub marks: BTreeSet<Mark>,
    /// Who sees to a matter, by its ticket.
    pub assigned: BTreeMap<String, Latest<Assigned>>,
    /// Since when, and whether, a flow is carried out of which the effect is told, by its name: the first word holds.
    pub trials: BTreeMap<String, TrialArm>,
}

/// A day on which something happened on a channel. The day is compared first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TouchKey {
    /// The day, by its number since 1970, in UTC.
    pub day: u32,
    /// The type of the events, as a token.
    pub name: String,
    /// The channel.
    pub channel: String,
}

/// What happened then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The first time on that day. What happens again on it changes nothing, so that whoever browses is not written anew with
    /// each event.
    pub first: Timestamp,
    /// Whether something is known of the circumstances.
    pub situation: bool,
}

/// Something that tells how it was. `Debug` shows nothing that a customer said.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// Its place in the canonical order. Compared first.
    pub stamp: Stamp,
    /// The channel.
    pub channel: String,
    /// The type of the event, as a token.
    pub name: String,
    /// The team that served, where somebody said so.
    pub team: Option<String>,
    /// The touchpoint that it is about, where somebody said so.
    pub touchpoint: Option<String>,
    /// What it tells.
    pub tells: Tells,
}

/// What a mark tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tells {
    /// A survey was answered.
    Score {
        /// Which kind of survey.
        style: Style,
        /// What was answered, on its scale.
        score: u8,
        /// What they wrote, shortened.
        comment: Option<String>,
    },
    /// Somebody said how they felt.
    Feeling {
        /// From -100 to 100.
        hundredths: i8,
        /// The word, as a token, where it was one.
        word: Option<String>,
    },
    /// Something stood in the way.
    Friction(Friction),
    /// They were served.
    Contact(Service),
}

/// How somebody was served.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Service {
    /// Seconds that they waited before.
    pub queue_s: Option<u32>,
    /// Seconds that it took.
    pub handling_s: Option<u32>,
    /// Whether they gave up before.
    pub abandoned: bool,
    /// Whether it was settled, where somebody said so.
    pub resolved: Option<bool>,
    /// What it was about, as a token.
    pub cause: Option<String>,
}

/// A kind of survey.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// Net Promoter Score: 0 to 10.
    Nps,
    /// Customer satisfaction: 1 to 5.
    Csat,
    /// Customer effort, as 2.0 asks for it: 1 to 7, where 7 is easy.
    Ces,
}

impl Style {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Nps, Self::Csat, Self::Ces];

    /// The name in events, questions and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Nps => "nps",
            Self::Csat => "csat",
            Self::Ces => "ces",
        }
    }

    /// What has this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// The least and the most that can be answered.
    pub const fn scale(self) -> (u8, u8) {
        match self {
            Self::Nps => (0, 10),
            Self::Csat => (1, 5),
            Self::Ces => (1, 7),
        }
    }

    /// Answers up to the first are discontent, from the second on content: of the Net Promoter Score detractors and
    /// promoters.
    pub const fn moods(self) -> (u8, u8) {
        match self {
            Self::Nps => (6, 9),
            Self::Csat => (2, 4),
            Self::Ces => (3, 5),
        }
    }
}

/// What stood in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Friction {
    /// Something did not work.
    Error,
    /// What they wanted was not there.
    StockOut,
    /// What they ordered came late.
    LateDelivery,
    /// What they ordered did not come.
    FailedDelivery,
    /// They waited long to be served.
    QueueTime,
    /// They had to get in touch again.
    RepeatedContact,
    /// They gave up before they were served.
    Abandoned,
}

impl Friction {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::Error,
        Self::StockOut,
        Self::LateDelivery,
        Self::FailedDelivery,
        Self::QueueTime,
        Self::RepeatedContact,
        Self::Abandoned,
    ];

    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::StockOut => "stock_out",
            Self::LateDelivery => "late_delivery",
            Self::FailedDelivery => "failed_delivery",
            Self::QueueTime => "queue_time",
            Self::RepeatedContact => "repeated_contact",
            Self::Abandoned => "abandoned",
        }
    }

    /// What has this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// Who sees to a matter. `Debug` shows nobody.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assigned {
    /// Who.
    pub to: Option<String>,
    /// Which team.
    pub team: String,
    /// Until when.
    pub due: Option<Timestamp>,
}

/// Whether a flow of which the effect is told is carried out for somebody. The earliest is compared as the smallest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrialArm {
    /// Since when that is so.
    pub since: Stamp,
    /// Whether it is.
    pub treated: bool,
}

impl std::fmt::Debug for Mark {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Mark(…)")
    }
}

impl std::fmt::Debug for Assigned {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Assigned({})", self.team)
    }
}

impl Experience {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        let Self {
            touches,
            marks,
            assigned,
            trials,
        } = self;
        touches.is_empty() && marks.is_empty() && assigned.is_empty() && trials.is_empty()
    }

    /// Takes in another part.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (key, touch) in &other.touches {
            match self.touches.get_mut(key) {
                Some(there) => there.merge(*touch),
                None => drop(self.touches.insert(key.clone(), *touch)),
            }
        }
        self.marks.extend(other.marks.iter().cloned());
        merge_latest(&mut self.assigned, &other.assigned);
        for (flow, arm) in &other.trials {
            match self.trials.get_mut(flow) {
                Some(there) if *arm < *there => there.clone_from(arm),
                Some(_) => {}
                None => drop(self.trials.insert(flow.clone(), arm.clone())),
            }
        }
    }

    /// What falls out of a full set has so many behind it in every union with others: the same stay in any order.
    pub(crate) fn bound(&mut self, limits: &FoldLimits) {
        let touches_max = limits.matters_max.saturating_mul(TOUCHES_PER_MATTER);
        while self.touches.len() > touches_max {
            self.touches.pop_first();
        }
        let marks_max = limits.matters_max.saturating_mul(MARKS_PER_MATTER);
        while self.marks.len() > marks_max {
            self.marks.pop_first();
        }
        bounded::keep_latest(
            &mut self.assigned,
            limits.matters_max.saturating_mul(MARKS_PER_MATTER),
        );
        bounded::keep_smallest(&mut self.trials, limits.matters_max);
    }
}

impl Touch {
    fn merge(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.situation |= other.situation;
    }
}
