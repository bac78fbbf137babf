//! An atom in an export: what its events say about who somebody is.

use serde::{Serialize, Serializer};

use crate::domain::{
    event::{EventId, Stamp},
    fact::{Fact, Facts},
    identity::{
        Bond, Claim, Key, Owner,
        claim::{Alone, Asserted},
    },
};
use crate::wire::out::{
    identity::Shared,
    scalar::{EventRef, Time},
};

/// An atom: what its events say about who somebody is.
#[derive(Debug, Serialize)]
pub struct Atom<'a> {
    attributed: bool,
    events: u64,
    first: First<'a>,
    identifiers: Vec<Held<'a>>,
    owner: Option<Shared<'a>>,
    contested: bool,
    alias_of: Option<Shared<'a>>,
    signs_out: bool,
    alone: Option<Named<'a>>,
    facts: Told<'a>,
}

#[derive(Debug, Serialize)]
struct First<'a> {
    source: &'a str,
    id: &'a str,
    time: Time,
}

#[derive(Debug, Serialize)]
struct Held<'a> {
    #[serde(flatten)]
    key: Shared<'a>,
    trust: &'static str,
    bond: &'static str,
    joins: bool,
}

/// What something is known by: a key that it holds, or an event.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Named<'a> {
    Key(Shared<'a>),
    Event(EventRef<'a>),
}

/// Facts by the traits that state them. `Debug` shows their kinds alone.
#[derive(Debug)]
struct Told<'a>(&'a Facts);

impl Serialize for Told<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Facts(facts) = self.0;
        serializer.collect_map(facts.iter().map(|Fact { kind, value }| (kind.as_str(), value)))
    }
}

impl<'a> Atom<'a> {
    /// The atom of `claim`, with its number of events and the first of them.
    pub fn of(claim: &'a Claim, attributed: bool, events: u64, first: &'a Stamp) -> Self {
        let Claim {
            asserted,
            owner,
            alias_of,
            signs_out,
            alone,
            facts,
        } = claim;
        let Stamp { time, id, source } = first;
        let (owner, contested) = match owner {
            Owner::Nobody => (None, false),
            Owner::User(user) => (Some(Shared::of(user)), false),
            Owner::Contested => (None, true),
        };
        Self {
            attributed,
            events,
            first: First {
                source,
                id,
                time: Time(*time),
            },
            identifiers: asserted.iter().map(Held::from).collect(),
            owner,
            contested,
            alias_of: alias_of.as_ref().map(Shared::of),
            signs_out: *signs_out,
            alone: alone.as_ref().map(|alone| match alone {
                Alone::Link(key) => Named::from(key),
                Alone::Event(id) => Named::from(id),
            }),
            facts: Told(facts),
        }
    }
}

impl<'a> From<&'a Asserted> for Held<'a> {
    fn from(asserted: &'a Asserted) -> Self {
        let Asserted { key, trust, bond } = asserted;
        let (bond, joins) = match bond {
            Bond::Loose => ("loose", false),
            Bond::Joins => ("joins", true),
            Bond::Device { open } => ("device", *open),
        };
        Self {
            key: Shared::of(key),
            trust: trust.as_str(),
            bond,
            joins,
        }
    }
}

impl<'a> From<&'a Key> for Named<'a> {
    fn from(key: &'a Key) -> Self {
        Self::Key(Shared::of(key))
    }
}

impl<'a> From<&'a EventId> for Named<'a> {
    fn from(id: &'a EventId) -> Self {
        Self::Event(EventRef::from(id))
    }
}
