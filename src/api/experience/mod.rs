//! The experience, as reports tell it: scores and service, journeys and their curves, gaps, and what is not known. Counts and
//! figures alone, and nothing of a person.
//!
//! | what | where |
//! |---|---|
//! | what customers said, beside all that follows | `cx` |
//! | what they answered and what stood in their way, in every report | `scores` |
//! | how they felt | `feelings` |
//! | how they were served, and what moves with it | `operations`, `moves` |
//! | what was followed up, and who leaves in silence | `recovery` |
//! | those who serve | `teams` |
//! | what a flow did | `trials` |
//! | how far they come on a journey, and how it is on the way | `journey`, `curve` |
//! | what is expected of a touchpoint and what is observed | `gap` |
//! | which kinds of data are missing | `coverage` |
//! | any of these as rows | `csv` |
//!
//! Owns the shapes and their roundings. What is counted is kept by the engine; what it comes to is said by
//! [`crate::decide::experience`].

mod coverage;
mod csv;
mod curve;
mod cx;
mod feelings;
mod gap;
mod journey;
mod moves;
mod operations;
mod recovery;
mod scores;
mod teams;
mod trials;

use std::collections::BTreeSet;

pub use self::{
    coverage::{CoverageAnswer, CoverageRequest},
    csv::rows,
    cx::{CxAnswer, CxRequest},
    gap::{GapAnswer, GapRequest},
    journey::{JourneyAnswer, JourneyRequest},
};
use crate::{
    api::Failure,
    decide::experience::{Journey, Spot},
    engine::{Query, QueryError},
};

/// Days of one report, at most.
const DAYS_MAX: u32 = 366;

/// What the rules say now, and how many are in each segment.
#[derive(Clone, Debug, Default)]
struct Known {
    /// The journeys, in the order of their names.
    journeys: Vec<Journey>,
    /// The segments by name.
    segments: Vec<(String, u64)>,
    /// Those of customers who leave without a complaint.
    silent: BTreeSet<String>,
}

impl Known {
    fn of(query: &Query) -> Result<Self, QueryError> {
        let book = query.rules().decide.book.current();
        Ok(Self {
            journeys: book.journeys().cloned().collect(),
            segments: query.segment_sizes()?.segments,
            silent: book.silent().clone(),
        })
    }

    /// With the one journey that is asked for, or with all. `None` where there is none of that name.
    fn only(mut self, journey: Option<&str>) -> Option<Self> {
        let Some(name) = journey else {
            return Some(self);
        };
        self.journeys.retain(|one| one.name == name);
        (!self.journeys.is_empty()).then_some(self)
    }
}

fn no_such_journey() -> Failure {
    let message = "expected the name of a journey that the rules have";
    Failure::not_found("no_such_rule", message)
}

fn spot(journey: &str, stage: &str, touchpoint: &str) -> Spot {
    Spot {
        journey: journey.to_owned(),
        stage: stage.to_owned(),
        touchpoint: touchpoint.to_owned(),
    }
}

/// A figure, to four places.
fn rounded(figure: f64) -> f64 {
    // Plus nothing: what is rounded to nothing has no sign.
    (figure * 10_000.0).round() / 10_000.0 + 0.0
}

/// The same of a part of a whole; `None` of nothing.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| rounded(part as f64 / whole as f64))
}

#[cfg(test)]
mod tests;
