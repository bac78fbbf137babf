//! How it was for a customer, and how far they are on their journeys, as a profile document tells it.

use serde::Serialize;

use crate::{
    domain::{
        profile::experience::{Experience, Friction, Mark, Style, Tells},
        time::Timestamp,
    },
    wire::out::scalar::Time,
};

/// How far somebody is on a journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The journey.
    pub journey: String,
    /// The stage they are in.
    pub stage: String,
    /// Since when.
    pub since: Timestamp,
    /// When they were last seen on it.
    pub last: Timestamp,
    /// Whether it is the last stage.
    pub finished: bool,
}

/// The same as JSON.
#[derive(Debug, Serialize)]
pub(super) struct Stand<'a> {
    name: &'a str,
    stage: &'a str,
    since: Time,
    last: Time,
    finished: bool,
}

impl<'a> From<&'a Position> for Stand<'a> {
    fn from(position: &'a Position) -> Self {
        Self {
            name: &position.journey,
            stage: &position.stage,
            since: Time(position.since),
            last: Time(position.last),
            finished: position.finished,
        }
    }
}

/// What a customer answered and felt, and what stood in their way: the latest first.
#[derive(Debug, Serialize)]
pub(super) struct Feedback<'a> {
    scores: Vec<Score<'a>>,
    feelings: Vec<Feeling<'a>>,
    frictions: Vec<Hindrance<'a>>,
}

#[derive(Debug, Serialize)]
struct Score<'a> {
    style: &'static str,
    score: u8,
    comment: Option<&'a str>,
    #[serde(flatten)]
    said: Said<'a>,
}

#[derive(Debug, Serialize)]
struct Feeling<'a> {
    /// From -1 to 1.
    feeling: f64,
    word: Option<&'a str>,
    #[serde(flatten)]
    said: Said<'a>,
}

#[derive(Debug, Serialize)]
struct Hindrance<'a> {
    kind: &'static str,
    #[serde(flatten)]
    said: Said<'a>,
}

/// When and where.
#[derive(Debug, Serialize)]
struct Said<'a> {
    id: &'a str,
    time: Time,
    channel: &'a str,
    team: Option<&'a str>,
    touchpoint: Option<&'a str>,
}

impl<'a> From<&'a Mark> for Said<'a> {
    fn from(mark: &'a Mark) -> Self {
        Self {
            id: &mark.stamp.id,
            time: Time(mark.stamp.time),
            channel: &mark.channel,
            team: mark.team.as_deref(),
            touchpoint: mark.touchpoint.as_deref(),
        }
    }
}

impl<'a> From<&'a Experience> for Feedback<'a> {
    fn from(experience: &'a Experience) -> Self {
        let mut feedback = Self {
            scores: Vec::new(),
            feelings: Vec::new(),
            frictions: Vec::new(),
        };
        for mark in experience.marks.iter().rev() {
            feedback.add(mark);
        }
        feedback
    }
}

impl<'a> Feedback<'a> {
    fn add(&mut self, mark: &'a Mark) {
        let said = Said::from(mark);
        match &mark.tells {
            Tells::Score {
                style,
                score,
                comment,
            } => self.scores.push(Score {
                style: Style::as_str(*style),
                score: *score,
                comment: comment.as_deref(),
                said,
            }),
            Tells::Feeling { hundredths, word } => self.feelings.push(Feeling {
                feeling: f64::from(*hundredths) / 100.0,
                word: word.as_deref(),
                said,
            }),
            Tells::Friction(kind) => self.frictions.push(Hindrance {
                kind: Friction::as_str(*kind),
                said,
            }),
            Tells::Contact(_) => {}
        }
    }
}
