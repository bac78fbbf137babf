//! What of the service moves with what customers say, from day to day.

use serde::Serialize;

use crate::{
    api::experience::{
        operations::{FIGURES, Op},
        rounded,
    },
    decide::experience::{moves::rank_correlation, score::Score, table::Table},
    domain::profile::experience::Style,
};

/// A figure of the service and a score that move together, or do not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Move {
    figure: &'static str,
    style: &'static str,
    /// The days on which there were both.
    days: usize,
    rank_correlation: Option<f64>,
}

impl Move {
    /// Of each figure and each kind of survey, where there were both on a day.
    pub(super) fn all(table: &Table) -> Vec<Self> {
        let days = table.days.values();
        let days: Vec<(Op, Vec<Score>)> = days.map(|totals| (Op::of(totals), totals.scores())).collect();
        let each = FIGURES.iter().flat_map(|(figure, of)| {
            let days = &days;
            Style::ALL.into_iter().map(move |style| {
                let pairs = days.iter().filter_map(|(op, scores)| {
                    let score = scores.iter().find(|score| score.style == style)?;
                    Some((of(op)?, score.value))
                });
                let pairs: Vec<(f64, f64)> = pairs.collect();
                Self {
                    figure,
                    style: style.as_str(),
                    days: pairs.len(),
                    rank_correlation: rank_correlation(&pairs).map(rounded),
                }
            })
        });
        each.filter(|one| one.days > 0).collect()
    }
}
