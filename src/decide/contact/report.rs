//! What is reported of contacts: what was counted, added up by day, by reason, and by one of the names that it was counted by.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use crate::decide::contact::{Happened, Outcome, Reason, Tally};

/// Groups of one report, at most: the rest is one group.
const GROUPS_MAX: usize = 1_000;

/// The name of the group that the rest is.
const OTHER: &str = "other";

/// By what a report groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// The way of contact.
    #[default]
    Channel,
    /// What for.
    Purpose,
    /// Which rule spoke: of decisions alone.
    Rule,
    /// Who sends.
    Team,
    /// Which message.
    Template,
}

impl By {
    /// Everything that a report can group by.
    pub const ALL: [Self; 5] = [
        Self::Channel,
        Self::Purpose,
        Self::Rule,
        Self::Team,
        Self::Template,
    ];

    /// The name in questions and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Purpose => "purpose",
            Self::Rule => "rule",
            Self::Team => "team",
            Self::Template => "template",
        }
    }

    /// What has this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    fn group(self, tally: &Tally) -> Option<&str> {
        Some(match (self, tally.happened) {
            (Self::Channel, _) => &tally.way,
            (Self::Purpose, _) => &tally.purpose,
            (Self::Team, _) => &tally.team,
            (Self::Template, _) => &tally.template,
            (Self::Rule, Happened::Decided(_, reason)) => reason.rule().as_str(),
            (Self::Rule, _) => return None,
        })
    }
}

/// How often what happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// It was decided that a message may be sent.
    pub allow: u64,
    /// It was decided that it waits.
    pub hold: u64,
    /// It was decided that it is not sent.
    pub suppress: u64,
    /// A message was sent.
    pub sent: u64,
    /// A message could not be sent.
    pub failed: u64,
    /// Nobody said what became of an action.
    pub unanswered: u64,
}

impl Figures {
    fn add(&mut self, happened: Happened, count: u64) {
        let place = match happened {
            Happened::Decided(Outcome::Allow, _) => &mut self.allow,
            Happened::Decided(Outcome::Hold, _) => &mut self.hold,
            Happened::Decided(Outcome::Suppress, _) => &mut self.suppress,
            Happened::Sent => &mut self.sent,
            Happened::Failed => &mut self.failed,
            Happened::Unanswered => &mut self.unanswered,
        };
        *place = place.saturating_add(count);
    }

    fn merge(&mut self, other: &Self) {
        for (place, more) in [
            (&mut self.allow, other.allow),
            (&mut self.hold, other.hold),
            (&mut self.suppress, other.suppress),
            (&mut self.sent, other.sent),
            (&mut self.failed, other.failed),
            (&mut self.unanswered, other.unanswered),
        ] {
            *place = place.saturating_add(more);
        }
    }

    /// How often it was decided about a message.
    pub const fn decided(&self) -> u64 {
        self.allow.saturating_add(self.hold).saturating_add(self.suppress)
    }

    fn all(&self) -> u64 {
        let became = self
            .sent
            .saturating_add(self.failed)
            .saturating_add(self.unanswered);
        self.decided().saturating_add(became)
    }
}

/// What is counted, added up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    by: By,
    /// All of it.
    pub total: Figures,
    /// Of each day on which there was something, by its number since 1970.
    pub days: BTreeMap<u32, Figures>,
    /// Decisions by outcome and reason.
    pub reasons: BTreeMap<(&'static str, Reason), u64>,
    /// Of each name; what has none is under an empty one.
    pub groups: BTreeMap<String, Figures>,
}

impl Report {
    /// Nothing yet, to be grouped so.
    pub fn new(by: By) -> Self {
        Self {
            by,
            ..Self::default()
        }
    }

    /// Adds what was counted on a day.
    pub fn add(&mut self, day: u32, tally: &Tally, count: u64) {
        let happened = tally.happened;
        self.total.add(happened, count);
        self.days.entry(day).or_default().add(happened, count);
        if let Happened::Decided(outcome, reason) = happened {
            let decided = self.reasons.entry((outcome.as_str(), reason)).or_default();
            *decided = decided.saturating_add(count);
        }
        if let Some(group) = self.by.group(tally) {
            self.groups
                .entry(group.to_owned())
                .or_default()
                .add(happened, count);
        }
    }

    /// With no more groups than a report has: those that happened most, and of those that happened as often the first by name,
    /// stay; the others become one.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        // What was not counted apart is in no rank: it is the rest already.
        let mut rest = self.groups.remove(OTHER);
        let ranks = self
            .groups
            .iter()
            .map(|(name, figures)| (Reverse(figures.all()), name.clone()));
        let ranks: BTreeSet<(Reverse<u64>, String)> = ranks.collect();
        for (_, name) in ranks.into_iter().skip(GROUPS_MAX) {
            if let Some(figures) = self.groups.remove(&name) {
                rest.get_or_insert_default().merge(&figures);
            }
        }
        self.groups.extend(rest.map(|rest| (OTHER.to_owned(), rest)));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(happened: Happened, team: &str) -> Tally {
        Tally {
            happened,
            way: "sms".to_owned(),
            purpose: "marketing".to_owned(),
            team: team.to_owned(),
            template: String::new(),
        }
    }

    #[test]
    fn counts_are_added_up_by_day_reason_and_name() {
        let held = |reason| Happened::Decided(Outcome::Hold, reason);
        let counted = [
            (1, tally(held(Reason::Quiet), "shop"), 2),
            (1, tally(Happened::Sent, "shop"), 3),
            (2, tally(held(Reason::DayOff), "desk"), 4),
            (2, tally(Happened::Unanswered, ""), 1),
        ];
        let of = |by| {
            let mut report = Report::new(by);
            counted
                .iter()
                .for_each(|(day, tally, count)| report.add(*day, tally, *count));
            report.bounded()
        };
        let by_team = of(By::Team);
        assert_eq!(
            (by_team.total.hold, by_team.total.decided(), by_team.total.sent),
            (6, 6, 3)
        );
        assert_eq!((by_team.days[&1].hold, by_team.days[&2].unanswered), (2, 1));
        assert_eq!(by_team.reasons[&("hold", Reason::DayOff)], 4);
        let names: Vec<&str> = by_team.groups.keys().map(String::as_str).collect();
        assert_eq!(names, ["", "desk", "shop"]);
        let by_rule = of(By::Rule);
        assert_eq!(by_rule.groups.len(), 1, "what is no decision has no rule");
        assert_eq!(by_rule.groups["quiet_hours"].hold, 6);
    }

    #[test]
    fn of_many_names_those_stay_that_happened_most() {
        let mut report = Report::new(By::Team);
        for number in 0..1_200_u64 {
            let count = if number < 1_000 { 1 } else { 2 };
            report.add(1, &tally(Happened::Sent, &format!("team-{number:04}")), count);
        }
        let report = report.bounded();
        assert_eq!(report.groups.len(), GROUPS_MAX + 1);
        assert_eq!(
            (report.groups["team-1199"].sent, report.groups[OTHER].sent),
            (2, 200)
        );
        assert!(report.groups.contains_key("team-0799") && !report.groups.contains_key("team-0800"));
    }
}
