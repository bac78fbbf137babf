//! What decoding goes by: owns [`DecodeRules`], [`DecodeLimits`] and [`Origin`]. Never reads a configuration file.

use std::time::Duration;

use crate::domain::{
    channel::{Channel, Channels},
    event::{Name, StreamPlace, token},
    identifier::IdentifierRules,
    retention::Retention,
    time::Timestamp,
};

/// What is configured about input.
#[derive(Clone, Debug)]
pub struct DecodeRules {
    /// Channels and sources.
    pub channels: Channels,
    /// Kinds of identifiers and blocked values.
    pub identifiers: IdentifierRules,
    /// Bounds of what is taken in.
    pub limits: DecodeLimits,
    /// How long events are kept: what is older is not taken in.
    pub retention: Retention,
}

impl DecodeRules {
    /// The configured channel called `name`, in any spelling that makes the same subject token.
    pub(crate) fn channel(&self, name: &str) -> Option<(&Name, &Channel)> {
        let channels = &self.channels.channels;
        channels.get_key_value(name).or_else(|| {
            let wanted = token(name);
            channels
                .iter()
                .find(|(name, _)| token(name) == wanted && wanted != token(""))
        })
    }
}

/// Bounds of what is taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Bytes of one item's JSON text.
    pub event_bytes_max: usize,
    /// Items of one body.
    pub items_max: usize,
    /// How deep objects and lists of one item may be nested; the item itself counts. The store keeps 64 levels, some of
    /// them its own.
    pub depth_max: usize,
    /// How far behind its receipt an event's time may lie; what lies further is set to the receipt.
    pub future_max: Duration,
    /// How far the clock of a sender, when it says that it sent, may be from ours without being corrected.
    pub skew_tolerance: Duration,
    /// Letters of a source's, event's, consent channel's or purpose's name.
    pub name_letters_max: usize,
    /// Letters of an event's id.
    pub id_letters_max: usize,
    /// Identifiers that one event states.
    pub identifiers_max: usize,
}

impl Default for DecodeLimits {
    fn default() -> Self {
        Self {
            event_bytes_max: 32 * 1024,
            items_max: 2500,
            depth_max: 32,
            future_max: Duration::from_secs(5 * 60),
            skew_tolerance: Duration::from_secs(60),
            name_letters_max: 200,
            id_letters_max: 200,
            identifiers_max: 50,
        }
    }
}

/// Where a body came from; stands in for what its events do not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The name of the write key, or what a header says.
    pub source: Option<Name>,
    /// The channel of the write key, or that of the subject.
    pub channel: Option<Name>,
    /// Whether events may be of no other channel than that.
    pub is_bound: bool,
    /// The event's name in the subject.
    pub name: Option<Name>,
    /// When the edge took it in.
    pub received: Timestamp,
    /// The W3C trace context it came with.
    pub trace: Option<String>,
    /// Where it stands in the stream it came by, if it came by one.
    pub place: Option<StreamPlace>,
}
