//! A journey as the tenant's rules say it: stages, the touchpoints of each, and what is expected of these.

use std::collections::BTreeMap;

/// Microseconds of a pause after which a journey begins anew, where its rule does not say.
pub const WITHIN_US: u64 = 30 * 24 * 3_600 * 1_000_000;

/// A journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    /// Its name, of letters that a subject may hold.
    pub name: String,
    /// For whom: who is in this segment; `None`: everybody.
    pub segment: Option<String>,
    /// Microseconds without a touch after which somebody has left it; a later touch begins it anew.
    pub within_us: u64,
    /// Its stages, the first first. Whoever is in the last has finished.
    pub stages: Vec<Stage>,
}

/// A stage of a journey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its name; no other stage of the journey has it.
    pub name: String,
    /// What a customer needs most in it.
    pub needs: Vec<String>,
    /// Where the customer meets the house in it.
    pub touchpoints: Vec<Touchpoint>,
}

/// Where a customer meets the house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touchpoint {
    /// Its name; no other touchpoint of the journey has it.
    pub name: String,
    /// The types of events that happen there, as tokens.
    pub on: Vec<String>,
    /// The channels on which; none: any.
    pub channels: Vec<String>,
    /// How content customers are meant to be with it, 0 to 100.
    pub expected: Option<u8>,
    /// Less than that is not acceptable, 0 to 100.
    pub acceptable: Option<u8>,
    /// How much it matters.
    pub importance: Importance,
    /// How content others' customers are with the same, by their names, 0 to 100.
    pub benchmarks: BTreeMap<String, u8>,
}

/// How much something matters, 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Importance {
    /// To customers.
    pub customer: u8,
    /// To the house.
    pub company: u8,
}

impl Default for Importance {
    fn default() -> Self {
        Self {
            customer: 50,
            company: 50,
        }
    }
}

impl Touchpoint {
    /// Whether an event of this type (as a token) on this channel happens there.
    pub fn is_met(&self, name: &str, channel: &str) -> bool {
        let is_there = self.channels.is_empty() || self.channels.iter().any(|one| one == channel);
        is_there && self.on.iter().any(|on| on == name)
    }
}

impl Journey {
    /// Whether it is for somebody who is in these segments.
    pub fn is_for<T>(&self, segments: &BTreeMap<String, T>) -> bool {
        let segment = self.segment.as_ref();
        segment.is_none_or(|segment| segments.contains_key(segment))
    }

    /// All touchpoints with the place of their stage, in the order of the journey.
    pub fn touchpoints(&self) -> impl Iterator<Item = (usize, &Touchpoint)> {
        let stages = self.stages.iter().enumerate();
        stages.flat_map(|(place, stage)| stage.touchpoints.iter().map(move |one| (place, one)))
    }

    /// The touchpoint at which an event of this type (as a token) on this channel happens, and the place of its stage: the
    /// furthest where there are several.
    pub fn met(&self, name: &str, channel: &str) -> Option<(usize, &Touchpoint)> {
        self.touchpoints()
            .filter(|(_, one)| one.is_met(name, channel))
            .last()
    }
}
