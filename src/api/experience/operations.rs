//! How customers were served: by team, channel and day.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    api::{
        days::date,
        experience::{rounded, share},
    },
    decide::experience::{
        Measure,
        table::Table,
        totals::{Totals, mean_of},
    },
};

#[derive(Clone, Debug, Serialize)]
pub(super) struct Operations {
    total: Op,
    /// By name. An empty one is of what said none.
    teams: Vec<Group>,
    channels: Vec<Group>,
    /// The days on which somebody was served, the earliest first.
    days: Vec<Day>,
}

#[derive(Clone, Debug, Serialize)]
struct Group {
    name: String,
    #[serde(flatten)]
    op: Op,
}

#[derive(Clone, Debug, Serialize)]
struct Day {
    day: String,
    #[serde(flatten)]
    op: Op,
}

/// How people were served. The rates are of all contacts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Op {
    contacts: u64,
    queue_mean_s: Option<f64>,
    handling_mean_s: Option<f64>,
    abandoned: u64,
    abandonment_rate: Option<f64>,
    repeated: u64,
    repeat_rate: Option<f64>,
    resolved_first: u64,
    first_contact_resolution: Option<f64>,
}

/// A figure and its name.
type Figure = (&'static str, fn(&Op) -> Option<f64>);

/// What may move with what customers say.
pub(super) const FIGURES: [Figure; 5] = [
    ("queue_mean_s", |op| op.queue_mean_s),
    ("handling_mean_s", |op| op.handling_mean_s),
    ("abandonment_rate", |op| op.abandonment_rate),
    ("repeat_rate", |op| op.repeat_rate),
    ("first_contact_resolution", |op| op.first_contact_resolution),
];

impl Op {
    pub(super) fn of(totals: &Totals) -> Self {
        let contacts = totals.count(&Measure::Contact);
        let mean = |measure| mean_of(totals.of(&measure)).map(rounded);
        let [abandoned, repeated, resolved_first] =
            [Measure::Abandoned, Measure::Repeated, Measure::ResolvedFirst].map(|one| totals.count(&one));
        Self {
            contacts,
            queue_mean_s: mean(Measure::Queue),
            handling_mean_s: mean(Measure::Handling),
            abandoned,
            abandonment_rate: share(abandoned, contacts),
            repeated,
            repeat_rate: share(repeated, contacts),
            resolved_first,
            first_contact_resolution: share(resolved_first, contacts),
        }
    }

    /// `None` where nobody was served.
    fn some(totals: &Totals) -> Option<Self> {
        let op = Self::of(totals);
        (op.contacts > 0).then_some(op)
    }
}

impl Operations {
    pub(super) fn of(table: &Table) -> Self {
        let groups = |groups: &BTreeMap<String, Totals>| {
            let each = groups.iter().filter_map(|(name, totals)| {
                let name = name.clone();
                Op::some(totals).map(|op| Group { name, op })
            });
            each.collect()
        };
        let days = table.days.iter().filter_map(|(day, totals)| {
            let day = date(*day);
            Op::some(totals).map(|op| Day { day, op })
        });
        Self {
            total: Op::of(&table.total),
            teams: groups(&table.teams),
            channels: groups(&table.channels),
            days: days.collect(),
        }
    }
}
