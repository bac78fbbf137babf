//! Channels and sources: where events come from and what the configuration says about it.
//!
//! A new channel needs no code: it is a table `[channels.NAME]` in the configuration.

use std::collections::BTreeMap;

use crate::domain::{
    event::Place,
    identifier::{Region, Trust},
};

/// What is configured about one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Channel {
    /// What matters to the meaning of its events.
    pub place: Place,
    /// Where a phone number without a country code is from.
    pub region: Option<Region>,
    /// The context view with which its events are enriched.
    pub view: String,
    /// Whether whoever sends by it may be anybody, as with a key in a browser or an app: what the tenant says of itself is not
    /// taken from there.
    pub is_public: bool,
}

/// What is configured about the sources whose name starts with a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The trust of an identifier that states none.
    pub trust_default: Trust,
    /// The highest trust that its identifiers get, whatever they state.
    pub trust_max: Trust,
    /// Whether it may declare two user ids the same person.
    pub may_alias: bool,
    /// Where its phone numbers are from, before the channel's.
    pub region: Option<Region>,
    /// Set before its order ids, for shops that count alike.
    pub order_namespace: Option<String>,
}

impl Default for Source {
    fn default() -> Self {
        Self {
            trust_default: Trust::Stated,
            trust_max: Trust::Verified,
            may_alias: false,
            region: None,
            order_namespace: None,
        }
    }
}

/// The channels and sources of one tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Channels {
    /// Channels by name; an event of another is refused.
    pub channels: BTreeMap<String, Channel>,
    /// Sources by the prefix of their name; the longest that fits holds.
    pub sources: BTreeMap<String, Source>,
}

impl Channels {
    /// The settings of a source: those of the longest prefix that fits, else the default.
    pub fn source(&self, name: &str) -> Source {
        let fitting = self
            .sources
            .iter()
            .filter(|(prefix, _)| name.starts_with(prefix.as_str()));
        fitting
            .max_by_key(|(prefix, _)| prefix.len())
            .map(|(_, source)| source.clone())
            .unwrap_or_default()
    }
}
