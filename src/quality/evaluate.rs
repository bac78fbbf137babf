//! The run: each load goes through the engine, then the whole partition is read and scored.
//!
//! Owns what is told of a run. The engine is the caller's, who composes and stops it. Called by the command that
//! evaluates.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::{
    domain::time::Timestamp,
    engine::Handle,
    quality::{
        assignment::{self, Placed},
        error::QualityError,
        feed::{Fate, feed},
        plan::Load,
        scores::Scores,
    },
    wire::DecodeRules,
};

/// What became of all loads.
#[derive(Debug)]
pub struct Evaluation {
    /// One per load, each over all records so far.
    pub reports: Vec<Report>,
    /// Where every record is at the end, in the order of the files.
    pub partition: Vec<Placed>,
}

/// How well the records so far were told apart, and what it took.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The files, by name.
    pub set: String,
    /// The scores.
    #[serde(flatten)]
    pub scores: Scores,
    /// Records through the engine in a second, decoding included, on the wall clock.
    pub records_per_second: f64,
    /// What the scores are not about.
    pub run: Counts,
}

/// What was run, and what of it is not scored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Records that were run.
    pub records: usize,
    /// Refused ones by reason. Each is scored as somebody of its own, unless it said no id.
    pub refused: BTreeMap<&'static str, usize>,
    /// The same event once more.
    pub duplicates: usize,
    /// Another event under an id that was there.
    pub conflicting: usize,
    /// Records that the truth does not name: run, not scored.
    pub not_in_truth: usize,
    /// Records that only the truth names.
    pub only_in_truth: usize,
    /// Rows with more or fewer fields than the file has columns.
    pub uneven_rows: u64,
}

/// Runs the loads one after the other and scores after each. `now` is when all of it is taken in.
///
/// # Errors
/// [`QualityError`].
pub async fn evaluate(
    handle: &Handle,
    rules: &DecodeRules,
    loads: Vec<Load>,
    now: Timestamp,
) -> Result<Evaluation, QualityError> {
    let (mut reports, mut partition, mut fates) = (Vec::new(), Vec::new(), Vec::new());
    let (mut took, mut uneven) = (Duration::ZERO, 0_u64);
    for load in loads {
        let begun = Instant::now();
        fates.extend(feed(handle, rules, &load.records, now).await?);
        took = took.saturating_add(begun.elapsed());
        uneven = uneven.saturating_add(load.uneven);
        fates.sort_by_key(|(place, _)| *place);
        partition = assignment::placed(&handle.query(), &fates)?;
        let compared = assignment::compare(&partition, &load.truth);
        let run = Counts {
            not_in_truth: compared.unnamed,
            only_in_truth: compared.absent,
            uneven_rows: uneven,
            ..Counts::of(&fates)
        };
        let Some(scores) = Scores::of(&compared.cells) else {
            return Err(QualityError::NothingScored { set: load.name });
        };
        reports.push(Report {
            set: load.name,
            scores,
            records_per_second: run.records as f64 / took.as_secs_f64().max(f64::EPSILON),
            run,
        });
    }
    Ok(Evaluation { reports, partition })
}

impl Counts {
    fn of(fates: &[(usize, Fate)]) -> Self {
        let mut counts = Self {
            records: fates.len(),
            ..Self::default()
        };
        for (_, fate) in fates {
            let count = match fate {
                Fate::Held(_) => continue,
                Fate::Duplicate => &mut counts.duplicates,
                Fate::Conflicting => &mut counts.conflicting,
                Fate::Refused { code, .. } => counts.refused.entry(*code).or_default(),
            };
            *count = count.saturating_add(1);
        }
        counts
    }
}
