//! What is counted of the experience: cells, each of one day and a few names, and what is added up in each.
//!
//! A cell says nothing of a person. What a person adds to cells is said by [`share`](crate::decide::experience::share()); sums
//! are whole numbers that can be taken back exactly.

use crate::domain::profile::experience::{Friction, Style};

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// A survey was answered so, on the scale of its style.
    Score(Style, u8),
    /// How somebody felt: the sums are of hundredths, from -100 to 100.
    Feeling,
    /// The word that somebody said of how they felt, as a token.
    Emotion(String),
    /// Something stood in the way.
    Friction(Friction),
    /// Somebody was served: a call, a chat, a call-back.
    Contact,
    /// How long they waited before: the sums are of seconds.
    Queue,
    /// How long that took: the sums are of seconds.
    Handling,
    /// They gave up before.
    Abandoned,
    /// They had been in touch within the days before.
    Repeated,
    /// It was settled with this one contact.
    ResolvedFirst,
    /// What a contact was about, as a token.
    Cause(String),
    /// The same of a contact that was repeated.
    RepeatedCause(String),
    /// There is data of this kind about somebody and this day: at a touchpoint, and in each segment. Once, whatever happened.
    Data(Data),
    /// Somebody came into a stage of a journey.
    Entered,
    /// Somebody went on from the stage to this one: the sums are of seconds, and these are at least two to the power of
    /// `magnitude`, and less than twice as many.
    Moved {
        /// The stage they came into.
        to: String,
        /// The power.
        magnitude: u8,
    },
    /// Somebody was last seen in the stage on that day.
    At,
    /// Somebody came into the segment, in which are those who leave without complaint.
    Silent,
    /// A matter was given to somebody who sees to it.
    Opened,
    /// It was closed: the sums are of the seconds that it was open.
    Closed,
    /// A flow began for somebody of whom its effect is told, or was held back from them.
    Trial(Trial),
    /// Those of them who ordered since: the sums are of their orders.
    TrialOrder(Trial),
    /// They answered a survey since.
    TrialScore(Trial, Style, u8),
    /// Somebody of the team said how content they are: the sums are of scores from 0 to 10.
    Employee,
}

/// A flow, and whether it was carried out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trial {
    /// The flow.
    pub flow: String,
    /// Whether it was; else it was held back, so that its effect can be told.
    pub treated: bool,
}

/// A kind of data that is known of customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Data {
    /// What they did.
    Behaviour,
    /// What they bought.
    Transaction,
    /// What they needed help with.
    Service,
    /// What they think.
    Attitude,
    /// How they feel.
    Emotion,
    /// In which circumstances.
    Situation,
}

impl Data {
    /// All kinds, in the order in which reports name them.
    pub const ALL: [Self; 6] = [
        Self::Behaviour,
        Self::Transaction,
        Self::Service,
        Self::Attitude,
        Self::Emotion,
        Self::Situation,
    ];

    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Behaviour => "behaviour",
            Self::Transaction => "transaction",
            Self::Service => "service",
            Self::Attitude => "attitude",
            Self::Emotion => "emotion",
            Self::Situation => "situation",
        }
    }

    /// What has this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// A place on a journey; all empty where there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// The journey.
    pub journey: String,
    /// The stage.
    pub stage: String,
    /// The touchpoint; empty of the stage as a whole.
    pub touchpoint: String,
}

impl Spot {
    /// Whether it is none.
    pub fn is_empty(&self) -> bool {
        self.journey.is_empty()
    }
}

/// What is counted by. Names that were not said are empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The day, by its number since 1970, in UTC.
    pub day: u32,
    /// What is counted.
    pub measure: Measure,
    /// Where on a journey: once for each journey that the person is on.
    pub spot: Spot,
    /// The segment: of what has no spot, once more for each that the person is in.
    pub segment: String,
    /// The channel.
    pub channel: String,
    /// The team that served.
    pub team: String,
}

/// What is added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many.
    pub count: i64,
    /// The sum of what is measured.
    pub sum: i64,
    /// The sum of its squares.
    pub squares: i64,
}

impl Sums {
    /// One, of which nothing is measured.
    pub const ONE: Self = Self {
        count: 1,
        sum: 0,
        squares: 0,
    };

    /// One of this measure.
    pub const fn of(measured: i64) -> Self {
        Self {
            count: 1,
            sum: measured,
            squares: measured.saturating_mul(measured),
        }
    }

    /// One that lasted so long, of which the squares are not asked for: they would be larger than can be added up exactly.
    pub const fn lasting(seconds: i64) -> Self {
        Self {
            count: 1,
            sum: seconds,
            squares: 0,
        }
    }

    /// Whether it is nothing.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_add(other.count),
            sum: self.sum.saturating_add(other.sum),
            squares: self.squares.saturating_add(other.squares),
        }
    }

    /// What is left without the other.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self {
            count: self.count.saturating_sub(other.count),
            sum: self.sum.saturating_sub(other.sum),
            squares: self.squares.saturating_sub(other.squares),
        }
    }
}
