//! The desk: who serves customers now, and how many call-backs are promised.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    decide::routing::policy::{Policy, Staff},
    domain::{
        agent::{Agent as Told, AgentState},
        time::Timestamp,
    },
};

/// For so long somebody whom events alone know of is counted on for call-backs; who is gone longer may have left.
const KEPT_US: u64 = 14 * 24 * 3_600 * 1_000_000;

/// Calls that somebody takes at once who did not say how many.
const CALLS_UNSAID: u16 = 1;

/// Somebody who serves customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// What they can.
    pub skills: BTreeSet<String>,
    /// How many calls they take at once; who takes none serves nobody.
    pub calls_max: u16,
    /// Whether they are there, as was last said; `None` of whom nobody said it.
    pub state: Option<AgentState>,
    /// When they were last heard of.
    pub since: Option<Timestamp>,
    /// Whether the configuration names them.
    pub is_staff: bool,
}

impl Agent {
    /// As the configuration and events say; what events say holds.
    pub fn of(staff: Option<&Staff>, told: Option<&Told>) -> Self {
        let skills = told.and_then(|told| told.skills.as_ref());
        let calls_max = told.and_then(|told| told.calls_max.as_ref());
        let state = told.and_then(|told| told.state.as_ref());
        Self {
            skills: match skills {
                Some(skills) => skills.value.clone(),
                None => staff.map(|staff| staff.skills.clone()).unwrap_or_default(),
            },
            calls_max: match calls_max {
                Some(most) => most.value,
                None => staff.map_or(CALLS_UNSAID, |staff| staff.calls_max),
            },
            state: state.map(|state| state.value),
            since: told.and_then(Told::heard),
            is_staff: staff.is_some(),
        }
    }

    /// Whether they take a call at `now`. Who works here and of whom nothing was ever heard does while the desk is open.
    fn is_free(&self, policy: &Policy, now: Timestamp) -> bool {
        let is_ready = match (self.since, self.state) {
            (None, _) => self.is_staff && policy.hours.are_open(now),
            (Some(since), state) => {
                state == Some(AgentState::Ready) && since >= now.saturating_sub(policy.silent_us)
            }
        };
        is_ready && self.calls_max > 0
    }

    /// How many customers they call back within a slot.
    fn call_backs(&self, policy: &Policy, now: Timestamp) -> u32 {
        let is_kept = self
            .since
            .is_some_and(|since| since >= now.saturating_sub(KEPT_US));
        match self.is_staff || is_kept {
            true => u32::from(self.calls_max).saturating_mul(policy.defer.calls_per_agent.into()),
            false => 0,
        }
    }
}

/// What somebody has to be able to.
#[derive(Clone, Copy)]
pub(super) struct Need<'a> {
    pub(super) skill: &'a str,
    /// The language to be spoken, where anybody here speaks it.
    pub(super) language: Option<&'a str>,
}

/// Everybody who is known to serve customers, in no order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// They.
    pub agents: Vec<Agent>,
}

impl Desk {
    /// What is needed of who serves; a language that nobody here says they speak is no need.
    pub(super) fn need<'a>(&self, skill: &'a str, language: Option<&'a str>) -> Need<'a> {
        let is_spoken = |language: &&str| self.agents.iter().any(|agent| agent.skills.contains(*language));
        Need {
            skill,
            language: language.filter(is_spoken),
        }
    }

    fn able<'a>(&'a self, need: Need<'a>) -> impl Iterator<Item = &'a Agent> {
        let is_able = move |agent: &&Agent| {
            let speaks = need
                .language
                .is_none_or(|language| agent.skills.contains(language));
            speaks && agent.skills.contains(need.skill)
        };
        self.agents.iter().filter(is_able)
    }

    /// Whether anybody takes such a call at `now`.
    pub(super) fn is_free(&self, need: Need<'_>, policy: &Policy, now: Timestamp) -> bool {
        self.able(need).any(|agent| agent.is_free(policy, now))
    }

    /// How many call-backs they make within a slot who are able to: those, and all.
    pub(super) fn call_backs(&self, need: Need<'_>, policy: &Policy, now: Timestamp) -> [u32; 2] {
        let sum = |sum: u32, agent: &Agent| sum.saturating_add(agent.call_backs(policy, now));
        [self.able(need).fold(0, sum), self.agents.iter().fold(0, sum)]
    }
}

/// How many call-backs are promised: by the beginning of the slot, and by skill.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Booked {
    by_slot: BTreeMap<Timestamp, BTreeMap<String, u32>>,
}

impl Booked {
    /// So many more are.
    pub fn add(&mut self, slot: Timestamp, skill: &str, calls: u32) {
        let there = self
            .by_slot
            .entry(slot)
            .or_default()
            .entry(skill.to_owned())
            .or_default();
        *there = there.saturating_add(calls);
    }

    /// How many are in a slot: for this skill, and for all.
    pub(super) fn at(&self, slot: Timestamp, skill: &str) -> [u32; 2] {
        let there = self.by_slot.get(&slot);
        let of_skill = there.and_then(|there| there.get(skill)).copied();
        let of_all = there.into_iter().flat_map(BTreeMap::values);
        [
            of_skill.unwrap_or_default(),
            of_all.fold(0, |sum, calls| sum.saturating_add(*calls)),
        ]
    }
}
