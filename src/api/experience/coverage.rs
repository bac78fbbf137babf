//! Which kinds of data there are about touchpoints and segments, which are missing, and which is to be had first.

use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Api, Failure,
        days::{Days, date, days},
        experience::{DAYS_MAX, Known, spot},
    },
    decide::experience::{
        Data, Measure,
        coverage::{Kinds, first_missing},
        table::Table,
        totals::Totals,
    },
};

/// Asks what is not known: `{from, until, min_position}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct CoverageRequest {
    /// The first day, in UTC: `2026-11-01`. Where it is not said, 29 days before the last.
    pub from: Option<String>,
    /// The last day; today where it is not said.
    pub until: Option<String>,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// What is known, and what is not: `{from, until, journeys, segments, first_missing}`.
#[derive(Clone, Debug, Serialize)]
pub struct CoverageAnswer {
    from: String,
    until: String,
    journeys: Vec<JourneyTold>,
    segments: Vec<SegmentTold>,
    first_missing: Option<Missing>,
}

#[derive(Clone, Debug, Serialize)]
struct JourneyTold {
    name: String,
    touchpoints: Vec<TouchpointTold>,
}

#[derive(Clone, Debug, Serialize)]
struct TouchpointTold {
    stage: String,
    touchpoint: String,
    #[serde(flatten)]
    kinds: KindsTold,
}

#[derive(Clone, Debug, Serialize)]
struct SegmentTold {
    name: String,
    #[serde(flatten)]
    kinds: KindsTold,
}

/// How much there is of each kind.
#[derive(Clone, Debug, Serialize)]
struct KindsTold {
    behaviour: u64,
    transaction: u64,
    service: u64,
    attitude: u64,
    emotion: u64,
    situation: u64,
    /// Those of which there is nothing.
    missing: Vec<&'static str>,
}

#[derive(Clone, Debug, Serialize)]
struct Missing {
    journey: String,
    touchpoint: String,
    kind: &'static str,
}

impl KindsTold {
    fn of(kinds: Kinds) -> Self {
        Self {
            behaviour: kinds.count(Data::Behaviour),
            transaction: kinds.count(Data::Transaction),
            service: kinds.count(Data::Service),
            attitude: kinds.count(Data::Attitude),
            emotion: kinds.count(Data::Emotion),
            situation: kinds.count(Data::Situation),
            missing: kinds.missing().map(Data::as_str).collect(),
        }
    }
}

impl Api {
    /// Which kinds of data are known, and which are not.
    ///
    /// # Errors
    /// `bad_report` where a day is none, the last is before the first, or there are too many of them;
    /// `position_not_reached`.
    pub async fn coverage_report(&self, request: CoverageRequest) -> Result<CoverageAnswer, Failure> {
        let CoverageRequest {
            from,
            until,
            min_position,
        } = request;
        let days = days(from.as_deref(), until.as_deref(), DAYS_MAX, (self.clock)())?;
        self.reached(min_position).await?;
        self.ask("coverage_report", move |query| {
            let mut table = Table::default();
            query.cells(days.first, days.last, |cell, sums| {
                if matches!(cell.measure, Measure::Data(_)) {
                    table.add(&cell, sums);
                }
            })?;
            Ok(answer(days, &table, &Known::of(query)?))
        })
        .await
    }
}

pub(super) fn answer(days: Days, table: &Table, known: &Known) -> CoverageAnswer {
    let kinds = |counts: Option<&Totals>| counts.map(Totals::kinds).unwrap_or_default();
    let mut places = Vec::new();
    let mut weighed = Vec::new();
    let journeys = known.journeys.iter().map(|journey| {
        let touchpoints = journey.touchpoints().filter_map(|(stage, touchpoint)| {
            let stage = &journey.stages.get(stage)?.name;
            let spot = spot(&journey.name, stage, &touchpoint.name);
            let kinds = kinds(table.spots.get(&spot));
            weighed.push((kinds, touchpoint.importance.customer));
            places.push((&journey.name, &touchpoint.name));
            Some(TouchpointTold {
                stage: stage.clone(),
                touchpoint: touchpoint.name.clone(),
                kinds: KindsTold::of(kinds),
            })
        });
        JourneyTold {
            name: journey.name.clone(),
            touchpoints: touchpoints.collect(),
        }
    });
    let journeys = journeys.collect();
    let segments = known.segments.iter().map(|(name, _)| SegmentTold {
        name: name.clone(),
        kinds: KindsTold::of(kinds(table.segments.get(name))),
    });
    let first = first_missing(&weighed);
    CoverageAnswer {
        from: date(days.first),
        until: date(days.last),
        journeys,
        segments: segments.collect(),
        first_missing: first.and_then(|(at, kind)| {
            let (journey, touchpoint) = places.get(at)?;
            Some(Missing {
                journey: (*journey).clone(),
                touchpoint: (*touchpoint).clone(),
                kind: kind.as_str(),
            })
        }),
    }
}
