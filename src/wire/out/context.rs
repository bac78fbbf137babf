//! A context as a JSON object: whose it is, and each section of its view as a member, empty where nothing is known.

use std::collections::{BTreeMap, BTreeSet};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::domain::context::{self, Content, Context, Interaction, Person, ShownIdentifier};
use crate::wire::out::{
    candidate::Candidate,
    desk::{Attention, Avoid, Contradiction, Moods, NextStep, Promise, Session},
    matters::{JudgedOffer, List, Order, ShelvedLine, Ticket, Totals},
    related::{ContactChannel, Coupon, Related},
    scalar::{Consent, Time, consent},
};

/// How many profiles hold what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Match {
    /// None.
    None,
    /// One.
    One,
    /// Several.
    Many,
}

impl Match {
    /// How many profiles `count` is.
    pub const fn of(count: usize) -> Self {
        match count {
            0 => Self::None,
            1 => Self::One,
            _ => Self::Many,
        }
    }

    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::One => "one",
            Self::Many => "many",
        }
    }
}

/// Why nobody, or nobody in particular, was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Nobody holds it.
    Unknown,
    /// The caller hides the number, or the value is one of those that name nobody.
    Withheld,
    /// It is no value of its kind.
    Malformed,
    /// Several hold it.
    Shared,
    /// The time that the asker gave was over before it was known.
    Deadline,
    /// They did not agree to what the view is for.
    NoConsent,
}

impl Why {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Withheld => "withheld",
            Self::Malformed => "malformed",
            Self::Shared => "shared",
            Self::Deadline => "deadline",
            Self::NoConsent => "no_consent",
        }
    }
}

/// How the answer came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How many were found.
    pub outcome: Match,
    /// Why not one, or why nothing is told of the one.
    pub why: Option<Why>,
    /// Whether it is less, or older, than was asked for: the time that the asker gave was over.
    pub partial: bool,
    /// Those it may be, where several are.
    pub candidates: Vec<Candidate>,
}

impl Finding {
    /// One was found.
    pub const ONE: Self = Self {
        outcome: Match::One,
        why: None,
        partial: false,
        candidates: Vec::new(),
    };

    /// Nobody was found.
    pub const fn nobody(why: Why) -> Self {
        Self {
            outcome: Match::None,
            why: Some(why),
            partial: false,
            candidates: Vec::new(),
        }
    }

    /// The same, as it is told with a context.
    #[must_use]
    pub fn of_context(self, context: &Context) -> Self {
        let withheld = context.withheld.then_some(Why::NoConsent);
        Self {
            why: self.why.or(withheld),
            ..self
        }
    }

    /// Several were found.
    pub const fn several(candidates: Vec<Candidate>) -> Self {
        Self {
            outcome: Match::Many,
            why: Some(Why::Shared),
            partial: false,
            candidates,
        }
    }
}

/// A context as JSON: `{view, match, why, partial, profile, version, candidates, …sections}`.
#[derive(Debug)]
pub struct Body {
    view: String,
    finding: Finding,
    profile: Option<String>,
    version: Option<u64>,
    sections: Vec<(&'static str, Section)>,
}

impl Body {
    /// The answer for the one profile that was found.
    pub fn one(context: Context) -> Self {
        Self::of(Finding::ONE, context)
    }

    /// The answer of a finding. Where that is not of one, the context is [`Context::empty`].
    pub fn of(finding: Finding, context: Context) -> Self {
        let finding = finding.of_context(&context);
        let sections = context.sections.into_iter();
        let (profile, version) = context.whose.map(|whose| (whose.profile, whose.version)).unzip();
        Self {
            view: context.view,
            finding,
            profile,
            version,
            sections: sections
                .map(|content| (content.section().as_str(), content.into()))
                .collect(),
        }
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("view", &self.view)?;
        map.serialize_entry("match", &self.finding.outcome)?;
        map.serialize_entry("why", &self.finding.why)?;
        map.serialize_entry("partial", &self.finding.partial)?;
        map.serialize_entry("profile", &self.profile)?;
        map.serialize_entry("version", &self.version)?;
        map.serialize_entry("candidates", &self.finding.candidates)?;
        for (name, section) in &self.sections {
            map.serialize_entry(name, section)?;
        }
        map.end()
    }
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Section {
    Person(PersonShape),
    Identifiers(List<IdentifierShape>),
    Recent(Vec<InteractionShape>),
    Lines(List<ShelvedLine>),
    Orders {
        latest: Option<Order>,
        open: List<Order>,
    },
    Tickets(List<Ticket>),
    Offers(List<JudgedOffer>),
    Call {
        running: bool,
        id: Option<String>,
        since: Option<Time>,
    },
    Consent(Consent),
    Totals(Totals),
    Counters {
        events: u64,
        by_channel: BTreeMap<String, u64>,
        first_seen: Option<Time>,
        last_seen: Option<Time>,
    },
    Session(Session),
    Mood(Moods),
    Promises(List<Promise>),
    Avoid(List<Avoid>),
    NextStep(NextStep),
    Attention(Attention),
    Contradictions(List<Contradiction>),
    Segments(BTreeSet<String>),
    Layout(Option<String>),
    Related(Vec<Related>),
    Coupons(List<Coupon>),
    ContactChannels(Vec<ContactChannel>),
}

impl From<Content> for Section {
    fn from(content: Content) -> Self {
        match content {
            Content::Person(person) => Self::Person(PersonShape(person)),
            Content::Identifiers(known) => Self::Identifiers(List::of(known)),
            Content::Recent(recent) => Self::Recent(recent.into_iter().map(InteractionShape::from).collect()),
            Content::Cart(lines) | Content::Wishlist(lines) => Self::Lines(List::of(lines)),
            Content::Orders(orders) => Self::Orders {
                latest: orders.latest.map(Order::from),
                open: List::of(orders.open),
            },
            Content::Tickets(tickets) => Self::Tickets(List::of(tickets)),
            Content::Offers(offers) => Self::Offers(List::of(offers)),
            Content::Call(call) => {
                let (id, since) = call.map(|call| (call.id, Time(call.since))).unzip();
                Self::Call {
                    running: id.is_some(),
                    id,
                    since,
                }
            }
            Content::Consent(decisions) => {
                Self::Consent(consent(decisions.iter().map(|((channel, purpose), decision)| {
                    (channel.as_str(), purpose.as_str(), *decision)
                })))
            }
            Content::Totals(totals) => Self::Totals(totals.into()),
            Content::Counters(counters) => counters.into(),
            Content::Session(session) => Self::Session(session.into()),
            Content::Mood(feelings) => Self::Mood(feelings.into()),
            Content::Promises(promises) => Self::Promises(List::of(promises)),
            Content::Avoid(avoid) => Self::Avoid(List::of(avoid)),
            Content::NextStep(next) => Self::NextStep(next.into()),
            Content::Attention(matters) => Self::Attention(matters.into()),
            Content::Contradictions(all) => Self::Contradictions(List::of(all)),
            Content::Segments(segments) => Self::Segments(segments),
            Content::Layout(layout) => Self::Layout(layout),
            Content::Related(related) => Self::Related(related.into_iter().map(Related::from).collect()),
            Content::Coupons(coupons) => Self::Coupons(List::of(coupons)),
            Content::ContactChannels(ways) => {
                Self::ContactChannels(ways.into_iter().map(ContactChannel::from).collect())
            }
        }
    }
}

impl From<context::Counters> for Section {
    fn from(counters: context::Counters) -> Self {
        Self::Counters {
            events: counters.events,
            by_channel: counters.by_channel,
            first_seen: counters.first_seen.map(Time),
            last_seen: counters.last_seen.map(Time),
        }
    }
}

/// Serialised by hand, since the domain's own type hides the names from `Debug`.
#[derive(Debug)]
struct PersonShape(Person);

impl Serialize for PersonShape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Person {
            first_name,
            last_name,
            display_name,
            tier,
            language,
        } = &self.0;
        serializer.collect_map([
            ("first_name", first_name),
            ("last_name", last_name),
            ("display_name", display_name),
            ("tier", tier),
            ("language", language),
        ])
    }
}

/// Serialised by hand, since the domain's own type hides the value from `Debug`.
#[derive(Debug)]
struct IdentifierShape(ShownIdentifier);

impl From<ShownIdentifier> for IdentifierShape {
    fn from(shown: ShownIdentifier) -> Self {
        Self(shown)
    }
}

impl Serialize for IdentifierShape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ShownIdentifier { kind, value, trust } = &self.0;
        serializer.collect_map([
            ("kind", kind.as_str()),
            ("value", value),
            ("trust", trust.as_str()),
        ])
    }
}

#[derive(Debug, Serialize)]
struct InteractionShape {
    channel: String,
    #[serde(rename = "type")]
    name: String,
    time: Time,
    about: Option<String>,
}

impl From<Interaction> for InteractionShape {
    fn from(one: Interaction) -> Self {
        Self {
            channel: one.channel,
            name: one.name,
            time: Time(one.time),
            about: one.about,
        }
    }
}

#[cfg(test)]
mod tests;
