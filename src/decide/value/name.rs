//! What customers of a standing are called: the usual names of RFM, and the tiers by money.

use Name::{
    AboutToSleep, AtRisk, CannotLose, Champions, Hibernating, Lost, Loyal, NeedsAttention, New,
    PotentialLoyalist, Promising,
};

/// What such customers are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Name {
    /// Bought lately, often and for much.
    Champions,
    /// Come again and again.
    Loyal,
    /// Came lately and more than once.
    PotentialLoyalist,
    /// Came lately, for the first time.
    New,
    /// Came some time ago, for the first time.
    Promising,
    /// Were good, and have not come for some time.
    NeedsAttention,
    /// Came seldom, and not lately.
    AboutToSleep,
    /// Came often, and not for long.
    AtRisk,
    /// Were among the best, and have not come for longest.
    CannotLose,
    /// Came seldom, and not for long.
    Hibernating,
    /// Came once, and not for longest.
    Lost,
}

/// By recency from 1 to 5 down, by frequency and money together from 1 to 5 across. Every cell has one name.
const NAMES: [[Name; 5]; 5] = [
    [Lost, Hibernating, AtRisk, CannotLose, CannotLose],
    [Hibernating, AboutToSleep, AtRisk, AtRisk, AtRisk],
    [AboutToSleep, NeedsAttention, NeedsAttention, Loyal, Loyal],
    [Promising, PotentialLoyalist, Loyal, Champions, Champions],
    [New, PotentialLoyalist, Loyal, Champions, Champions],
];

impl Name {
    /// The name of who has these fifths, each 1 to 5. Frequency and money count as their mean, a half upwards.
    pub(super) fn of(recency: u8, frequency: u8, monetary: u8) -> Self {
        let both = frequency.saturating_add(monetary).saturating_add(1) / 2;
        let place = |fifth: u8| usize::from(fifth.clamp(1, 5).saturating_sub(1));
        let row = NAMES.get(place(recency));
        row.and_then(|row| row.get(place(both))).copied().unwrap_or(Lost)
    }

    /// The name in answers and conditions.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Champions => "champions",
            Self::Loyal => "loyal",
            Self::PotentialLoyalist => "potential_loyalist",
            Self::New => "new",
            Self::Promising => "promising",
            Self::NeedsAttention => "needs_attention",
            Self::AboutToSleep => "about_to_sleep",
            Self::AtRisk => "at_risk",
            Self::CannotLose => "cannot_lose",
            Self::Hibernating => "hibernating",
            Self::Lost => "lost",
        }
    }
}

/// How much a customer paid among all, coarsely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// The most profitable.
    Top,
    /// The next.
    High,
    /// Those below.
    Middle,
    /// The rest.
    Low,
}

impl Tier {
    /// The name in answers and conditions.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Top => "top",
            Self::High => "high",
            Self::Middle => "middle",
            Self::Low => "low",
        }
    }
}
