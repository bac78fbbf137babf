//! What a commit publishes: updates, notices of merges, splits and moves, enriched events; and their subjects.

use std::fmt::Display;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::domain::{
    event::{EventId, Name, token},
    time::Timestamp,
};
use crate::wire::out::{
    event::Event,
    profile::Document,
    scalar::{EventRef, Time},
};

/// What changed a profile: the first few events, how many, and what they did to identity.
#[derive(Debug, Serialize)]
pub struct Cause<'a> {
    events: Vec<EventRef<'a>>,
    count: usize,
    resolution: &'a str,
}

impl<'a> Cause<'a> {
    /// Events that are named; the others are only counted.
    pub const EVENTS_MAX: usize = 10;

    /// The cause that `events`, in the order of their commit, are.
    pub fn of(events: impl IntoIterator<Item = &'a EventId>, resolution: &'a str) -> Self {
        let (mut named, mut count) = (Vec::new(), 0_usize);
        for event in events {
            count = count.saturating_add(1);
            if named.len() < Self::EVENTS_MAX {
                named.push(EventRef::from(event));
            }
        }
        Self {
            events: named,
            count,
            resolution,
        }
    }
}

/// A profile has a new version.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "updated")]
pub struct Updated<'a> {
    /// Its id.
    pub profile: &'a str,
    /// The version.
    pub version: u64,
    /// Why.
    pub cause: Cause<'a>,
    /// What it is now.
    pub document: Document<'a>,
}

/// Why an [`Updated`] is told again where a profile came to.
pub const ARRIVED: &str = "arrived";

/// What happened to the ids of profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeKind {
    /// Several became one.
    Merged,
    /// One became several.
    Split,
    /// Some events of one are those of others now; all of them were there before, and are.
    Moved,
    /// One is no more: all its events were taken back.
    Erased,
}

/// Ids of profiles changed: a subscriber drops what is in `from` and not in `into`.
#[derive(Debug, Serialize)]
pub struct Notice<'a> {
    /// What happened.
    pub kind: NoticeKind,
    /// The profile it is told for.
    pub profile: &'a str,
    /// Its version.
    pub version: u64,
    /// The ids there were.
    pub from: &'a [String],
    /// The ids there are.
    pub into: &'a [String],
    /// Why.
    pub cause: Cause<'a>,
}

/// A profile is in another partition of the tenant from now on, which tells of it as it was. Whoever follows this one alone
/// drops it, as by a [`Notice`].
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "departed")]
pub struct Departed<'a> {
    /// Its id.
    pub profile: &'a str,
    /// Its version, which it has there, too.
    pub version: u64,
    /// The profile alone.
    pub from: [&'a str; 1],
    /// Nobody.
    pub into: [&'a str; 0],
    /// The partition, from 0.
    pub to: u32,
}

/// A profile entered segments, or left some.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "segments")]
pub struct SegmentsChanged<'a> {
    /// Its id.
    pub profile: &'a str,
    /// Its version: being in others makes another, also where time alone did it.
    pub version: u64,
    /// Why.
    pub cause: Cause<'a>,
    /// The profile alone, as it was and is: whoever follows ids through notices finds nothing changed.
    pub from: [&'a str; 1],
    /// The same.
    pub into: [&'a str; 1],
    /// What it entered.
    pub entered: Vec<Membership<'a>>,
    /// What it left.
    pub left: Vec<Membership<'a>>,
    /// What it is in now, by name.
    pub segments: Vec<&'a str>,
}

/// A segment, and since when a profile is in it, or is no more.
#[derive(Debug, Serialize)]
pub struct Membership<'a> {
    /// The segment's name.
    pub name: &'a str,
    /// Since when.
    pub since: Time,
}

impl<'a> Membership<'a> {
    /// A segment, and since when.
    pub fn of(name: &'a str, since: Timestamp) -> Self {
        let since = Time(since);
        Self { name, since }
    }
}

/// The version that the body of an [`Updated`] says.
pub fn version_of(body: &[u8]) -> Option<u64> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u64,
    }
    serde_json::from_slice::<Versioned>(body)
        .ok()
        .map(|body| body.version)
}

/// Whether the body of an [`Updated`] says again, where a profile came to, what was told where it was.
pub fn is_arrival(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Told<'a> {
        #[serde(borrow)]
        cause: Reason<'a>,
    }
    #[derive(Deserialize)]
    struct Reason<'a> {
        resolution: &'a str,
    }
    serde_json::from_slice::<Told<'_>>(body).is_ok_and(|told| told.cause.resolution == ARRIVED)
}

/// Whether the body of a [`Notice`] says that `profile` is no more.
pub fn ends(body: &[u8], profile: impl Display) -> bool {
    #[derive(Deserialize)]
    struct Told {
        from: Vec<String>,
        into: Vec<String>,
    }
    let profile = profile.to_string();
    serde_json::from_slice::<Told>(body)
        .is_ok_and(|told| told.from.contains(&profile) && !told.into.contains(&profile))
}

/// An event with the context of the profile it belongs to, in the view of its channel.
#[derive(Debug, Serialize)]
pub struct Enriched<'a> {
    /// The event.
    pub event: Event<'a>,
    /// What its channel is told about the customer, the event included: a [`Body`](crate::wire::out::context::Body) as
    /// JSON, which several events of a commit share.
    pub context: &'a RawValue,
    /// The profile's id.
    pub profile: &'a str,
    /// The profile's version.
    pub version: u64,
}

/// Builds the subjects of one tenant. They hold opaque ids and tokens only, never what a customer is known by.
#[derive(Clone, Debug)]
pub struct Subjects {
    prefix: String,
}

impl Subjects {
    /// The subjects of `tenant`.
    pub fn of(tenant: &str) -> Self {
        Self {
            prefix: format!("yekta.v1.{}", token(tenant)),
        }
    }

    /// What all of them begin with, without a dot at its end.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Of [`Departed`].
    pub fn departed(&self, profile: &str) -> String {
        format!("{}.profile.departed.{profile}", self.prefix)
    }

    /// Of [`Updated`].
    pub fn updated(&self, profile: &str) -> String {
        format!("{}.profile.updated.{profile}", self.prefix)
    }

    /// Of [`Notice`].
    pub fn notice(&self, kind: NoticeKind, profile: &str) -> String {
        let kind = match kind {
            NoticeKind::Merged => "merged",
            NoticeKind::Split => "split",
            NoticeKind::Moved => "moved",
            NoticeKind::Erased => "erased",
        };
        format!("{}.profile.{kind}.{profile}", self.prefix)
    }

    /// Of [`SegmentsChanged`].
    pub fn segments(&self, profile: &str) -> String {
        format!("{}.profile.segments.{profile}", self.prefix)
    }

    /// Of an [`Action`](crate::wire::out::action::Action): by the channel that does it and what it is called.
    pub fn action(&self, channel: &str, name: &str, profile: &str) -> String {
        format!(
            "{}.action.{}.{}.{profile}",
            self.prefix,
            token(channel),
            token(name)
        )
    }

    /// Of what the tenant publishes, and of what many customers show.
    pub fn insight(&self, kind: &str) -> String {
        format!("{}.insight.{}", self.prefix, token(kind))
    }

    /// Of a dead letter.
    pub fn dead_letter(&self, code: &str) -> String {
        format!("{}.dlq.{}", self.prefix, token(code))
    }

    /// Of [`Enriched`].
    pub fn context(&self, channel: &Name, name: &Name, profile: &str) -> String {
        format!(
            "{}.context.{}.{}.{profile}",
            self.prefix,
            token(channel),
            token(name)
        )
    }
}

#[cfg(test)]
mod tests;
