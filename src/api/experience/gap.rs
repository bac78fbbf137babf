//! What is expected of each touchpoint and what is observed there, beside what it matters, what it was before, and how others
//! fare.

use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Api, Failure,
        days::{Days, date, days},
        experience::{DAYS_MAX, Known, no_such_journey, rounded, spot},
    },
    decide::experience::{
        Touchpoint,
        gap::{Quadrant, Verdict},
        mean::Mean,
        table::Table,
    },
    engine::{Query, QueryError},
};

/// Asks for gaps: `{from, until, journey, beside_from, beside_until, min_position}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct GapRequest {
    /// The first day, in UTC: `2026-11-01`. Where it is not said, 29 days before the last.
    pub from: Option<String>,
    /// The last day; today where it is not said.
    pub until: Option<String>,
    /// Which journey; all where it is not said.
    pub journey: Option<String>,
    /// The first of other days beside which these are told; there are none where neither it nor the last is said.
    pub beside_from: Option<String>,
    /// The last of them.
    pub beside_until: Option<String>,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// Gaps: `{from, until, journeys}`.
#[derive(Clone, Debug, Serialize)]
pub struct GapAnswer {
    from: String,
    until: String,
    journeys: Vec<JourneyTold>,
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
    n: u64,
    /// How content customers are, 0 to 100.
    observed: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    expected: Option<u8>,
    acceptable: Option<u8>,
    /// What is expected less what is observed.
    gap: Option<f64>,
    verdict: &'static str,
    importance: ImportanceTold,
    beside: Option<Beside>,
    benchmarks: Vec<Benchmark>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct ImportanceTold {
    customer: u8,
    company: u8,
    quadrant: &'static str,
}

/// The same on other days.
#[derive(Clone, Copy, Debug, Serialize)]
struct Beside {
    n: u64,
    observed: Option<f64>,
    /// What is observed now less what was then.
    change: Option<f64>,
}

#[derive(Clone, Debug, Serialize)]
struct Benchmark {
    name: String,
    observed: u8,
    /// What is observed here less what is there.
    difference: Option<f64>,
}

impl Api {
    /// What is expected of touchpoints and what is observed.
    ///
    /// # Errors
    /// `bad_report` where a day is none, the last is before the first, or there are too many of them; `no_such_rule` where
    /// there is no such journey; `position_not_reached`.
    pub async fn gap_report(&self, request: GapRequest) -> Result<GapAnswer, Failure> {
        let GapRequest {
            from,
            until,
            journey,
            beside_from,
            beside_until,
            min_position,
        } = request;
        let asked = |from: &Option<String>, until: &Option<String>| {
            days(from.as_deref(), until.as_deref(), DAYS_MAX, (self.clock)())
        };
        let now = asked(&from, &until)?;
        let beside = match (&beside_from, &beside_until) {
            (None, None) => None,
            (from, until) => Some(asked(from, until)?),
        };
        self.reached(min_position).await?;
        let told = self.ask("gap_report", move |query| {
            let Some(known) = Known::of(query)?.only(journey.as_deref()) else {
                return Ok(None);
            };
            let before = beside.map(|days| observed(query, days)).transpose()?;
            Ok(Some(answer(now, &observed(query, now)?, before.as_ref(), &known)))
        });
        told.await?.ok_or_else(no_such_journey)
    }
}

/// What was counted at touchpoints.
fn observed(query: &Query, days: Days) -> Result<Table, QueryError> {
    let mut table = Table::default();
    query.cells(days.first, days.last, |cell, sums| {
        if !cell.spot.is_empty() {
            table.add(&cell, sums);
        }
    })?;
    Ok(table)
}

pub(super) fn answer(days: Days, table: &Table, before: Option<&Table>, known: &Known) -> GapAnswer {
    let journeys = known.journeys.iter().map(|journey| {
        let touchpoints = journey.touchpoints().filter_map(|(stage, touchpoint)| {
            let stage = &journey.stages.get(stage)?.name;
            let spot = spot(&journey.name, stage, &touchpoint.name);
            let content = |table: &Table| table.spots.get(&spot).and_then(|counts| counts.content());
            Some(told(stage, touchpoint, content(table), before.map(content)))
        });
        JourneyTold {
            name: journey.name.clone(),
            touchpoints: touchpoints.collect(),
        }
    });
    GapAnswer {
        from: date(days.first),
        until: date(days.last),
        journeys: journeys.collect(),
    }
}

fn told(
    stage: &str,
    touchpoint: &Touchpoint,
    now: Option<Mean>,
    before: Option<Option<Mean>>,
) -> TouchpointTold {
    let observed = now.map(|now| now.mean);
    let less = |than: Option<f64>| observed.zip(than).map(|(is, than)| rounded(is - than));
    let beside = before.map(|before| Beside {
        n: before.map_or(0, |before| before.n),
        observed: before.map(|before| rounded(before.mean)),
        change: less(before.map(|before| before.mean)),
    });
    let benchmarks = touchpoint.benchmarks.iter().map(|(name, other)| Benchmark {
        name: name.clone(),
        observed: *other,
        difference: less(Some(f64::from(*other))),
    });
    TouchpointTold {
        stage: stage.to_owned(),
        touchpoint: touchpoint.name.clone(),
        n: now.map_or(0, |now| now.n),
        observed: observed.map(rounded),
        low: now.map(|now| rounded(now.low)),
        high: now.map(|now| rounded(now.high)),
        expected: touchpoint.expected,
        acceptable: touchpoint.acceptable,
        gap: less(touchpoint.expected.map(f64::from)).map(|more| rounded(-more)),
        verdict: Verdict::of(touchpoint, observed).as_str(),
        importance: ImportanceTold {
            customer: touchpoint.importance.customer,
            company: touchpoint.importance.company,
            quadrant: Quadrant::of(touchpoint.importance).as_str(),
        },
        beside,
        benchmarks: benchmarks.collect(),
    }
}
