//! How content those who serve are, and what a team could learn something about.

use std::cmp::Reverse;

use serde::Serialize;

use crate::{
    api::experience::rounded,
    decide::experience::{Measure, mean::Mean, table::Table},
};

/// So many repeated contacts about the same show that a team could learn something about it.
const REPEATED_MIN: u64 = 3;

/// Causes that are told of, at most.
const CAUSES_MAX: usize = 1_000;

/// The least and the most that somebody of a team can say of how content they are.
const EMPLOYEE: (f64, f64) = (0.0, 10.0);

/// How content those who serve are.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Employees {
    team: String,
    n: u64,
    mean: f64,
    low: f64,
    high: f64,
}

impl Employees {
    pub(super) fn all(table: &Table) -> Vec<Self> {
        let each = table.teams.iter().filter_map(|(team, totals)| {
            let mean = Mean::of(totals.of(&Measure::Employee), 1.0, EMPLOYEE)?;
            Some(Self {
                team: team.clone(),
                n: mean.n,
                mean: rounded(mean.mean),
                low: rounded(mean.low),
                high: rounded(mean.high),
            })
        });
        each.collect()
    }
}

/// What a team could learn something about.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Training {
    team: String,
    cause: String,
    contacts: u64,
    repeated: u64,
}

impl Training {
    /// The most often repeated first. Where no team is said, none can learn.
    pub(super) fn all(table: &Table) -> Vec<Self> {
        let teams = table.teams.iter().filter(|(team, _)| !team.is_empty());
        let causes = teams.flat_map(|(team, totals)| {
            totals.iter().filter_map(|(measure, _)| {
                let Measure::RepeatedCause(cause) = measure else {
                    return None;
                };
                Some(Self {
                    team: team.clone(),
                    cause: cause.clone(),
                    contacts: totals.count(&Measure::Cause(cause.clone())),
                    repeated: totals.count(measure),
                })
            })
        });
        let mut causes: Vec<Self> = causes.filter(|one| one.repeated >= REPEATED_MIN).collect();
        causes.sort_by_key(|one| Reverse(one.repeated));
        causes.truncate(CAUSES_MAX);
        causes
    }
}
