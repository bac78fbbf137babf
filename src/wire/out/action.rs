//! What is published of decisions: an action that somebody is to carry out, and who came into segments and went out of them.

use serde::Serialize;

use crate::{
    domain::time::Timestamp,
    wire::out::{
        scalar::{Free, Time},
        update::Cause,
    },
};

/// Something that is to be done. Carries no identifier: whoever does it asks for what it needs to know.
#[derive(Debug, Serialize)]
pub struct Action<'a> {
    /// Its id: whoever gets it twice does it once.
    pub action: &'a str,
    /// `send` or `ask`.
    pub kind: &'static str,
    /// The channel that does it.
    pub channel: &'a str,
    /// The message, or what the channel is to do.
    pub name: &'a str,
    /// What a message is for.
    pub purpose: Option<&'a str>,
    /// Which message it is.
    pub template: Option<&'a str>,
    /// Who sends it.
    pub team: Option<&'a str>,
    /// How much it matters among others, 0 to 9.
    pub priority: Option<u8>,
    /// By this whoever does it says what became of it.
    pub matter: &'a str,
    /// The flow that decided it, if one did.
    pub flow: Option<&'a str>,
    /// For whom.
    pub profile: &'a str,
    /// The profile's version.
    pub version: u64,
    /// When it was decided.
    pub decided_at: Time,
    /// Until when an answer is expected.
    pub answer_by: Option<Time>,
    /// What whoever does it needs to know.
    pub with: Free<'a>,
    /// Which rule decided it: that of the contact policy that let a message through, else the flow's own.
    pub rule: &'static str,
    /// Why.
    pub reason: &'static str,
    /// By which facts.
    pub evidence: Vec<Fact<'a>>,
}

/// A fact that a decision rests on.
#[derive(Debug, Serialize)]
pub struct Fact<'a> {
    /// What kind of fact.
    pub what: &'a str,
    /// Its id or name.
    pub name: &'a str,
    /// When.
    pub at: Option<Time>,
}

/// A profile is in other segments.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename = "segments")]
pub struct SegmentsChanged<'a> {
    /// Its id.
    pub profile: &'a str,
    /// Its version.
    pub version: u64,
    /// Why.
    pub cause: Cause<'a>,
    /// The segments that it came into.
    pub entered: Vec<InSegment<'a>>,
    /// Those that it went out of, and since when it had been there.
    pub left: Vec<InSegment<'a>>,
    /// Those that it is in.
    pub segments: Vec<&'a str>,
}

/// A segment that a profile is or was in.
#[derive(Debug, Serialize)]
pub struct InSegment<'a> {
    /// Its name.
    pub name: &'a str,
    /// Since when.
    pub since: Time,
}

impl<'a> InSegment<'a> {
    /// A segment, and since when.
    pub fn of(name: &'a str, since: Timestamp) -> Self {
        let since = Time(since);
        Self { name, since }
    }
}
