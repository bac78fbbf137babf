//! The emotional curve of a journey, as it is told: how it was at each touchpoint, and what of it is remembered.

use serde::Serialize;

use crate::{
    api::experience::{
        rounded,
        scores::{FrictionTold, ScoreTold},
        spot,
    },
    decide::experience::{
        Journey,
        curve::{Extreme, PeakEnd, extremes},
        table::Table,
        totals::Totals,
    },
};

#[derive(Clone, Debug, Serialize)]
pub(super) struct CurveTold {
    /// The touchpoints in the order of the journey.
    curve: Vec<Point>,
    peak_end: PeakEndTold,
}

#[derive(Clone, Debug, Serialize)]
struct Point {
    stage: String,
    touchpoint: String,
    touches: u64,
    n: u64,
    effect: Option<f64>,
    kind: Option<&'static str>,
    scores: Vec<ScoreTold>,
    frictions: Vec<FrictionTold>,
}

#[derive(Clone, Debug, Serialize)]
struct PeakEndTold {
    peak: Option<f64>,
    peak_touchpoint: Option<String>,
    end: Option<f64>,
    end_touchpoint: Option<String>,
    peak_end: Option<f64>,
    mean: Option<f64>,
}

impl CurveTold {
    pub(super) fn of(table: &Table, journey: &Journey) -> Self {
        let places = journey.touchpoints().filter_map(|(stage, touchpoint)| {
            let stage = &journey.stages.get(stage)?.name;
            let counts = table.spots.get(&spot(&journey.name, stage, &touchpoint.name));
            Some((stage, &touchpoint.name, counts.cloned().unwrap_or_default()))
        });
        let places: Vec<(&String, &String, Totals)> = places.collect();
        let effects: Vec<Option<f64>> = places.iter().map(|(.., counts)| effect(counts)).collect();
        let kinds = extremes(&effects);
        let points = places.iter().zip(effects.iter().zip(kinds));
        let points = points.map(|((stage, touchpoint, counts), (effect, kind))| Point {
            stage: (*stage).clone(),
            touchpoint: (*touchpoint).clone(),
            touches: counts.kinds().touches(),
            n: counts.effect().n,
            effect: effect.map(rounded),
            kind: kind.map(Extreme::as_str),
            scores: ScoreTold::all(counts),
            frictions: FrictionTold::all(counts),
        });
        let curve: Vec<Point> = points.collect();
        let name = |at: usize| curve.get(at).map(|point| point.touchpoint.clone());
        let remembered = PeakEnd::of(&effects);
        let figure = |figure: fn(&PeakEnd) -> f64| remembered.as_ref().map(figure).map(rounded);
        let peak_end = PeakEndTold {
            peak: figure(|it| it.peak),
            peak_touchpoint: remembered.and_then(|it| name(it.peak_at)),
            end: figure(|it| it.end),
            end_touchpoint: remembered.and_then(|it| name(it.end_at)),
            peak_end: figure(PeakEnd::remembered),
            mean: figure(|it| it.mean),
        };
        Self { curve, peak_end }
    }
}

/// `None` where nothing is known of it.
fn effect(counts: &Totals) -> Option<f64> {
    let effect = counts.effect();
    (effect.n > 0).then(|| effect.mean())
}
