//! The names under which a measure is kept: they are written down, so none changes its meaning once it was released.

use crate::{
    decide::experience::cell::{Data, Measure, Trial},
    domain::profile::experience::{Friction, Style},
};

/// A measure, written down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// What is measured.
    pub name: String,
    /// Of what: a style, a word, a stage, a flow.
    pub of: String,
    /// The same of a second.
    pub also: String,
    /// A number on a scale.
    pub number: u32,
}

/// Behind the scores, in the number of a trial's score.
const TREATED: u32 = 256;

impl Measure {
    /// How it is written down.
    pub fn named(&self) -> Named {
        let of = |name: &str, of: &str, number: u32| Named {
            name: name.to_owned(),
            of: of.to_owned(),
            also: String::new(),
            number,
        };
        match self {
            Self::Score(style, score) => of("score", style.as_str(), u32::from(*score)),
            Self::Feeling => of("feeling", "", 0),
            Self::Emotion(word) => of("emotion", word, 0),
            Self::Friction(friction) => of("friction", friction.as_str(), 0),
            Self::Contact => of("contact", "", 0),
            Self::Queue => of("queue", "", 0),
            Self::Handling => of("handling", "", 0),
            Self::Abandoned => of("abandoned", "", 0),
            Self::Repeated => of("repeated", "", 0),
            Self::ResolvedFirst => of("resolved_first", "", 0),
            Self::Cause(cause) => of("cause", cause, 0),
            Self::RepeatedCause(cause) => of("repeated_cause", cause, 0),
            Self::Data(data) => of("data", data.as_str(), 0),
            Self::Entered => of("entered", "", 0),
            Self::Moved { to, magnitude } => of("moved", to, u32::from(*magnitude)),
            Self::At => of("at", "", 0),
            Self::Silent => of("silent", "", 0),
            Self::Opened => of("opened", "", 0),
            Self::Closed => of("closed", "", 0),
            Self::Trial(trial) => of("trial", &trial.flow, u32::from(trial.treated)),
            Self::TrialOrder(trial) => of("trial_order", &trial.flow, u32::from(trial.treated)),
            Self::TrialScore(trial, style, score) => Named {
                also: style.as_str().to_owned(),
                ..of(
                    "trial_score",
                    &trial.flow,
                    u32::from(*score).saturating_add(if trial.treated { TREATED } else { 0 }),
                )
            },
            Self::Employee => of("employee", "", 0),
        }
    }

    /// What is written down so; `None` of what a later build counts.
    pub fn read(named: Named) -> Option<Self> {
        let Named {
            name,
            of,
            also,
            number,
        } = named;
        let trial = |of: String, treated: bool| Trial { flow: of, treated };
        Some(match name.as_str() {
            "score" => Self::Score(Style::named(&of)?, u8::try_from(number).ok()?),
            "feeling" => Self::Feeling,
            "emotion" => Self::Emotion(of),
            "friction" => Self::Friction(Friction::named(&of)?),
            "contact" => Self::Contact,
            "queue" => Self::Queue,
            "handling" => Self::Handling,
            "abandoned" => Self::Abandoned,
            "repeated" => Self::Repeated,
            "resolved_first" => Self::ResolvedFirst,
            "cause" => Self::Cause(of),
            "repeated_cause" => Self::RepeatedCause(of),
            "data" => Self::Data(Data::named(&of)?),
            "entered" => Self::Entered,
            "moved" => Self::Moved {
                to: of,
                magnitude: u8::try_from(number).ok()?,
            },
            "at" => Self::At,
            "silent" => Self::Silent,
            "opened" => Self::Opened,
            "closed" => Self::Closed,
            "trial" => Self::Trial(trial(of, number == 1)),
            "trial_order" => Self::TrialOrder(trial(of, number == 1)),
            "trial_score" => Self::TrialScore(
                trial(of, number >= TREATED),
                Style::named(&also)?,
                u8::try_from(number % TREATED).ok()?,
            ),
            "employee" => Self::Employee,
            _ => return None,
        })
    }
}
