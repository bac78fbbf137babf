//! How customers felt: the mean, and the words they said.

use std::cmp::Reverse;

use serde::Serialize;

use crate::{
    api::experience::rounded,
    decide::experience::{
        Measure,
        mean::Mean,
        totals::{Totals, counted},
    },
};

/// Words that are told of, at most.
const EMOTIONS_MAX: usize = 100;

/// Feelings are added up in hundredths, and go from -1 to 1.
const HUNDREDTHS: f64 = 100.0;
const RANGE: (f64, f64) = (-1.0, 1.0);

#[derive(Clone, Debug, Serialize)]
pub(super) struct Feelings {
    n: u64,
    mean: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    /// The most frequent first.
    emotions: Vec<EmotionTold>,
}

#[derive(Clone, Debug, Serialize)]
struct EmotionTold {
    name: String,
    count: u64,
}

impl Feelings {
    pub(super) fn of(total: &Totals) -> Self {
        let mean = Mean::of(total.of(&Measure::Feeling), HUNDREDTHS, RANGE);
        let figure = |figure: fn(Mean) -> f64| mean.map(figure).map(rounded);
        let emotions = total.iter().filter_map(|(measure, sums)| match measure {
            Measure::Emotion(name) => Some(EmotionTold {
                name: name.clone(),
                count: counted(sums),
            }),
            _ => None,
        });
        let mut emotions: Vec<EmotionTold> = emotions.filter(|one| one.count > 0).collect();
        emotions.sort_by_key(|one| Reverse(one.count));
        emotions.truncate(EMOTIONS_MAX);
        Self {
            n: mean.map_or(0, |mean| mean.n),
            mean: figure(|mean| mean.mean),
            low: figure(|mean| mean.low),
            high: figure(|mean| mean.high),
            emotions,
        }
    }
}
