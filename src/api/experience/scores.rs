//! Scores and frictions, as every report tells them.

use serde::Serialize;

use crate::{
    api::experience::rounded,
    decide::experience::{
        score::{ENOUGH, Parts, Score},
        totals::Totals,
    },
    domain::profile::experience::Friction,
};

/// What the answers to one kind of survey come to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct ScoreTold {
    style: &'static str,
    n: u64,
    value: f64,
    low: f64,
    high: f64,
    /// Whether so many answered that it says something.
    enough: bool,
    #[serde(flatten)]
    parts: PartsTold,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum PartsTold {
    Nps {
        promoters: u64,
        passives: u64,
        detractors: u64,
    },
    Csat {
        satisfied: u64,
        mean: f64,
    },
    Ces {
        easy: u64,
        easy_percent: f64,
        net_percent: f64,
        /// Which of the three figures in use is the value.
        reporting: &'static str,
    },
}

impl ScoreTold {
    pub(super) fn all(totals: &Totals) -> Vec<Self> {
        totals.scores().iter().map(Self::of).collect()
    }

    fn of(score: &Score) -> Self {
        Self {
            style: score.style.as_str(),
            n: score.n,
            value: rounded(score.value),
            low: rounded(score.low),
            high: rounded(score.high),
            enough: score.n >= ENOUGH,
            parts: match score.parts {
                Parts::Nps {
                    promoters,
                    passives,
                    detractors,
                } => PartsTold::Nps {
                    promoters,
                    passives,
                    detractors,
                },
                Parts::Csat { satisfied, mean } => PartsTold::Csat {
                    satisfied,
                    mean: rounded(mean),
                },
                Parts::Ces {
                    easy,
                    easy_percent,
                    net_percent,
                } => PartsTold::Ces {
                    easy,
                    easy_percent: rounded(easy_percent),
                    net_percent: rounded(net_percent),
                    reporting: "mean",
                },
            },
        }
    }
}

/// How often something stood in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct FrictionTold {
    kind: &'static str,
    count: u64,
}

impl FrictionTold {
    pub(super) fn all(totals: &Totals) -> Vec<Self> {
        let each = totals.frictions().into_iter();
        each.map(|(kind, count): (Friction, u64)| Self {
            kind: kind.as_str(),
            count,
        })
        .collect()
    }
}
