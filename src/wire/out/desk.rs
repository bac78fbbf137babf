//! What an agent is told beside what is going on: the visit, the mood, promises, what to avoid, what to do next.

use serde::Serialize;

use crate::domain::{
    context::{self, Matter},
    profile::dealings::Feeling,
};
use crate::wire::out::scalar::Time;

/// The visit that is going on.
#[derive(Debug, Serialize)]
pub struct Session {
    running: bool,
    channel: Option<String>,
    since: Option<Time>,
    last_seen: Option<Time>,
    events: usize,
    viewed: Vec<String>,
}

impl From<Option<context::Session>> for Session {
    fn from(session: Option<context::Session>) -> Self {
        match session {
            None => Self {
                running: false,
                channel: None,
                since: None,
                last_seen: None,
                events: 0,
                viewed: Vec::new(),
            },
            Some(session) => Self {
                running: true,
                channel: Some(session.channel),
                since: Some(Time(session.since)),
                last_seen: Some(Time(session.last_seen)),
                events: session.events,
                viewed: session.viewed,
            },
        }
    }
}

/// How the customer felt, the latest first.
#[derive(Debug, Serialize)]
pub struct Moods {
    now: Option<&'static str>,
    items: Vec<MoodShape>,
}

#[derive(Debug, Serialize)]
struct MoodShape {
    channel: String,
    #[serde(rename = "type")]
    name: String,
    time: Time,
    mood: &'static str,
    said: String,
}

impl From<Vec<Feeling>> for Moods {
    fn from(feelings: Vec<Feeling>) -> Self {
        let shape = |feeling: Feeling| MoodShape {
            channel: feeling.channel,
            name: feeling.name,
            time: Time(feeling.stamp.time),
            mood: feeling.mood.as_str(),
            said: feeling.said,
        };
        Self {
            now: feelings.first().map(|feeling| feeling.mood.as_str()),
            items: feelings.into_iter().map(shape).collect(),
        }
    }
}

/// A promise that stands.
#[derive(Debug, Serialize)]
pub struct Promise {
    kind: &'static str,
    id: String,
    about: Option<String>,
    price: Option<String>,
    currency: Option<String>,
    until: Option<Time>,
    channel: Option<String>,
    since: Time,
    overdue: bool,
}

impl From<context::Promise> for Promise {
    fn from(promise: context::Promise) -> Self {
        Self {
            kind: promise.kind.as_str(),
            id: promise.id,
            about: promise.about,
            price: promise.price,
            currency: promise.currency,
            until: promise.until.map(Time),
            channel: promise.channel,
            since: Time(promise.since),
            overdue: promise.overdue,
        }
    }
}

/// What the customer was told otherwise than it is published, or than others told them.
#[derive(Debug, Serialize)]
pub struct Contradiction {
    what: &'static str,
    about: String,
    name: Option<String>,
    said: Option<String>,
    said_by: Option<String>,
    said_at: Time,
    published: Option<String>,
    published_until: Option<Time>,
    also_said_by: Option<String>,
    since: Option<Time>,
    promised_until: Option<Time>,
}

impl From<context::Contradiction> for Contradiction {
    fn from(one: context::Contradiction) -> Self {
        Self {
            what: one.what.as_str(),
            about: one.about,
            name: one.name,
            said: one.said,
            said_by: one.said_by,
            said_at: Time(one.said_at),
            published: one.published,
            published_until: one.published_until.map(Time),
            also_said_by: one.also_said_by,
            since: one.since.map(Time),
            promised_until: one.promised_until.map(Time),
        }
    }
}

/// What is to be left alone.
#[derive(Debug, Serialize)]
pub struct Avoid {
    what: &'static str,
    id: String,
    name: Option<String>,
    why: &'static str,
}

impl From<context::Avoid> for Avoid {
    fn from(avoid: context::Avoid) -> Self {
        Self {
            what: avoid.what.as_str(),
            id: avoid.id,
            name: avoid.name,
            why: avoid.why.as_str(),
        }
    }
}

/// What to do next.
#[derive(Debug, Serialize)]
pub struct NextStep {
    step: &'static str,
    about: Option<String>,
}

impl From<context::NextStep> for NextStep {
    fn from(next: context::NextStep) -> Self {
        Self {
            step: next.step.as_str(),
            about: next.about,
        }
    }
}

/// Which kinds of matter are open.
#[derive(Debug, Serialize)]
pub struct Attention {
    open: bool,
    why: Vec<&'static str>,
}

impl From<Vec<Matter>> for Attention {
    fn from(matters: Vec<Matter>) -> Self {
        Self {
            open: !matters.is_empty(),
            why: matters.into_iter().map(Matter::as_str).collect(),
        }
    }
}
