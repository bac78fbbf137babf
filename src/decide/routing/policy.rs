//! The numbers and names of the rules, as the configuration gives them.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    decide::{clock, contact::Zone},
    domain::{amount::Amount, time::Timestamp},
};

const MINUTE_US: u64 = 60 * 1_000_000;

/// How much a customer is worth among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// Of those who paid least, or nothing.
    Low,
    /// Most.
    Middle,
    /// Of those who paid more.
    High,
    /// Of those who paid most.
    Top,
}

impl Tier {
    /// Every tier.
    pub const ALL: [Self; 4] = [Self::Low, Self::Middle, Self::High, Self::Top];

    /// The name in configurations and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Middle => "middle",
            Self::High => "high",
            Self::Top => "top",
        }
    }

    /// The tier of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// From which revenue on a customer is of a tier, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// Of the middle one.
    pub middle: Amount,
    /// Of the high one.
    pub high: Amount,
    /// Of the top one.
    pub top: Amount,
}

/// By how much something raises the priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Boosts {
    /// The customer was discontent when somebody last said how they felt.
    pub discontent: u8,
    /// A ticket of theirs is open.
    pub open_ticket: u8,
    /// They are leaving.
    pub leaving: u8,
    /// They were promised a call-back.
    pub promised: u8,
}

/// Which calls may be put off, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deferral {
    /// Of customers of these tiers.
    pub tiers: BTreeSet<Tier>,
    /// About these matters.
    pub matters: BTreeSet<String>,
    /// No further ahead than so many microseconds.
    pub horizon_us: u64,
    /// Minutes of a slot. Never 0.
    pub slot_minutes: u16,
    /// Call-backs that one agent makes within a slot, for each call that they take at once.
    pub calls_per_agent: u16,
}

impl Deferral {
    /// Microseconds of a slot.
    pub(super) fn slot_us(&self) -> u64 {
        u64::from(self.slot_minutes.max(1)).saturating_mul(MINUTE_US)
    }
}

/// When the desk is open, by its own clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// From this minute of the day on.
    pub from: u16,
    /// Up to this minute of the day, of the next one where it is the smaller. The same as `from`: all day.
    pub until: u16,
    /// On which days of the week, Monday first.
    pub days: [bool; 7],
    /// Whose clock that is.
    pub zone: Zone,
}

impl Hours {
    /// Whether it is open then.
    pub fn are_open(&self, at: Timestamp) -> bool {
        let Some((date, minute)) = self.zone.local(at) else {
            return false;
        };
        // What is behind midnight belongs to the day before.
        let is_behind_midnight = self.from > self.until && minute < self.until;
        let days_since_monday = i16::from(date.weekday().to_monday_zero_offset());
        let day = (days_since_monday + if is_behind_midnight { 6 } else { 0 }) % 7;
        let is_day = usize::try_from(day).ok().and_then(|day| self.days.get(day));
        let is_hour = self.from == self.until || clock::covers((self.from, self.until), minute);
        is_hour && is_day == Some(&true)
    }
}

/// Somebody who serves customers, as the configuration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// What they can.
    pub skills: BTreeSet<String>,
    /// How many calls they take at once.
    pub calls_max: u16,
}

/// Who serves customers, by id. `Debug` shows how many alone.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Roster(pub BTreeMap<String, Staff>);

impl std::fmt::Debug for Roster {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Roster({} agents)", self.0.len())
    }
}

/// The rules' numbers and names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Which skill a matter needs.
    pub skills: BTreeMap<String, String>,
    /// The skill for every other.
    pub skill: String,
    /// The skill of who makes something good.
    pub recovery_skill: String,
    /// The skill of who keeps customers.
    pub retention_skill: String,
    /// Matters that the menu serves where the profile knows the answer.
    pub menu: BTreeSet<String>,
    /// The priority of each tier, 0 to 9; 5 of one that is not there.
    pub priorities: BTreeMap<Tier, u8>,
    /// By which revenue a tier is told where it was not found out otherwise, by ISO 4217 code in upper case.
    pub revenue: BTreeMap<String, Thresholds>,
    /// What raises the priority.
    pub boosts: Boosts,
    /// Microseconds after an order was called off, or somebody wanted to leave, within which they are leaving.
    pub leaving_us: u64,
    /// Microseconds that a low lasts.
    pub low_us: u64,
    /// Which calls may be put off.
    pub defer: Deferral,
    /// When the desk is open.
    pub hours: Hours,
    /// When customers are called back of whom nothing is learned, by their own clocks: from and up to this minute.
    pub best: (u16, u16),
    /// Who serves customers, whatever events tell.
    pub agents: Roster,
    /// Microseconds after which an agent of whom nothing is heard counts as away.
    pub silent_us: u64,
}

impl Policy {
    /// The skill that a matter needs.
    pub(super) fn skill_of(&self, matter: &str) -> &str {
        self.skills.get(matter).unwrap_or(&self.skill)
    }

    pub(super) fn priority_of(&self, tier: Tier) -> u8 {
        self.priorities.get(&tier).copied().unwrap_or(5)
    }
}

impl Default for Policy {
    /// Everybody is served by anybody.
    fn default() -> Self {
        Self {
            skills: BTreeMap::new(),
            skill: "general".to_owned(),
            recovery_skill: "service_recovery".to_owned(),
            retention_skill: "retention".to_owned(),
            menu: BTreeSet::new(),
            priorities: BTreeMap::new(),
            revenue: BTreeMap::new(),
            boosts: Boosts::default(),
            leaving_us: 0,
            low_us: 0,
            defer: Deferral {
                tiers: BTreeSet::new(),
                matters: BTreeSet::new(),
                horizon_us: 0,
                slot_minutes: 30,
                calls_per_agent: 0,
            },
            hours: Hours {
                from: 0,
                until: 0,
                days: [true; 7],
                zone: Zone::utc(),
            },
            best: (0, 0),
            agents: Roster::default(),
            silent_us: 0,
        }
    }
}
