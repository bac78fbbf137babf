//! The cells of some days, added up by each of the names that a report asks for: one pass over them answers it.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use crate::decide::experience::{
    cell::{Cell, Measure, Spot, Sums},
    totals::{Totals, counted},
};

/// Groups by a name that senders choose, at most: the rest is one group.
const GROUPS_MAX: usize = 1_000;

/// The name of the group that the rest is.
const OTHER: &str = "other";

/// By what a report groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// The channel.
    #[default]
    Channel,
    /// The stage of a journey.
    Stage,
    /// The segment.
    Segment,
    /// The team that served.
    Team,
    /// The day.
    Day,
}

impl By {
    /// Everything that a report can group by.
    pub const ALL: [Self; 5] = [Self::Channel, Self::Stage, Self::Segment, Self::Team, Self::Day];

    /// The name in questions and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Stage => "stage",
            Self::Segment => "segment",
            Self::Team => "team",
            Self::Day => "day",
        }
    }

    /// What has this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

/// Those who stand in a stage that is not the last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// They did nothing for longer than the journey allows.
    pub lost: u64,
    /// They may go on.
    pub waiting: u64,
}

/// What is counted, added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// All of it.
    pub total: Totals,
    /// By channel; what has none is under an empty name, here and by team.
    pub channels: BTreeMap<String, Totals>,
    /// By the team that served.
    pub teams: BTreeMap<String, Totals>,
    /// By day, by its number since 1970.
    pub days: BTreeMap<u32, Totals>,
    /// By segment.
    pub segments: BTreeMap<String, Totals>,
    /// By touchpoint, and by stage where the touchpoint is empty.
    pub spots: BTreeMap<Spot, Totals>,
    /// On which days how many were last seen in a stage.
    seen: BTreeMap<Spot, BTreeMap<u32, u64>>,
}

impl Table {
    /// Adds what was counted. A cell with a place or a segment says once more what is counted in one without.
    pub fn add(&mut self, cell: &Cell, sums: Sums) {
        let Cell {
            day,
            measure,
            spot,
            segment,
            channel,
            team,
        } = cell;
        let what = (measure, sums);
        if *measure == Measure::At {
            let days = self.seen.entry(spot.clone()).or_default();
            let there = days.entry(*day).or_default();
            *there = there.saturating_add(counted(sums));
        } else if !spot.is_empty() {
            put(&mut self.spots, spot, what);
        } else if !segment.is_empty() {
            put(&mut self.segments, segment, what);
        } else {
            self.total.add(measure, sums);
            put(&mut self.channels, channel, what);
            put(&mut self.teams, team, what);
            put(&mut self.days, day, what);
        }
    }

    /// With no more channels and teams than a report has: those of which most was counted, and of those of which as much was
    /// the first by name, stay; the others become one.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.channels = most(self.channels);
        self.teams = most(self.teams);
        self
    }

    /// What was counted at all touchpoints of a stage.
    pub fn stage(&self, journey: &str, stage: &str) -> Totals {
        let mut all = Totals::default();
        let spots = self.spots.iter();
        spots
            .filter(|(spot, _)| spot.journey == journey && spot.stage == stage)
            .for_each(|(_, totals)| all.merge(totals));
        all
    }

    /// Who stands in a stage at the end of the day `until`: who did nothing for more than `within` days is lost, and is told
    /// of where they became that since the day `from`. Who may go on is told of whenever they were last seen.
    pub fn standing(&self, stage: &Spot, within: u32, (from, until): (u32, u32)) -> Standing {
        let mut standing = Standing::default();
        for (day, people) in self.seen.get(stage).into_iter().flatten() {
            // Whenever it was on that day: its end lies so many days before the end of the last.
            let place = match day.saturating_add(within) <= until {
                true if day.saturating_add(within) < from => continue,
                true => &mut standing.lost,
                false => &mut standing.waiting,
            };
            *place = place.saturating_add(*people);
        }
        standing
    }
}

fn put<K: Ord + Clone>(groups: &mut BTreeMap<K, Totals>, name: &K, (measure, sums): (&Measure, Sums)) {
    match groups.get_mut(name) {
        Some(totals) => totals.add(measure, sums),
        None => groups.entry(name.clone()).or_default().add(measure, sums),
    }
}

fn most(mut groups: BTreeMap<String, Totals>) -> BTreeMap<String, Totals> {
    // What was not counted apart is in no rank: it is the rest already.
    let mut rest = groups.remove(OTHER);
    let ranks = groups.iter();
    let ranks = ranks.map(|(name, totals)| (Reverse(totals.size()), name.clone()));
    let ranks: BTreeSet<(Reverse<u64>, String)> = ranks.collect();
    for (_, name) in ranks.into_iter().skip(GROUPS_MAX) {
        if let Some(totals) = groups.remove(&name) {
            rest.get_or_insert_default().merge(&totals);
        }
    }
    groups.extend(rest.map(|rest| (OTHER.to_owned(), rest)));
    groups
}

#[cfg(test)]
mod tests;
