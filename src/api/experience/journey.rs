//! How far customers come on their journeys, how long they take, where they are lost, and how it is on the way.

use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Api, Failure,
        days::{Days, date, days},
        experience::{DAYS_MAX, Known, curve::CurveTold, no_such_journey, rounded, spot},
    },
    decide::experience::{
        Journey, Measure, Spot, Stage,
        pace::Pace,
        table::{Standing, Table},
        totals::{counted, mean_of},
    },
};

const SECOND_US: u64 = 1_000_000;
const DAY_US: u64 = 24 * 3_600 * SECOND_US;

/// Asks how far customers come: `{from, until, journey, min_position}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct JourneyRequest {
    /// The first day, in UTC: `2026-11-01`. Where it is not said, 29 days before the last.
    pub from: Option<String>,
    /// The last day; today where it is not said.
    pub until: Option<String>,
    /// Which journey; all where it is not said.
    pub journey: Option<String>,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// How far they come: `{from, until, journeys}`.
#[derive(Clone, Debug, Serialize)]
pub struct JourneyAnswer {
    from: String,
    until: String,
    journeys: Vec<JourneyTold>,
}

#[derive(Clone, Debug, Serialize)]
struct JourneyTold {
    name: String,
    segment: Option<String>,
    within_s: u64,
    stages: Vec<StageTold>,
    #[serde(flatten)]
    curve: CurveTold,
    /// The stage in which most were lost, of several the first.
    lost_most: Option<LostMost>,
}

#[derive(Clone, Debug, Serialize)]
struct StageTold {
    name: String,
    needs: Vec<String>,
    entered: u64,
    moved_on: u64,
    lost: u64,
    waiting: u64,
    time_mean_s: Option<f64>,
    time_median_s: Option<f64>,
    /// To which stages they moved on, by name.
    next: Vec<Next>,
}

#[derive(Clone, Debug, Serialize)]
struct Next {
    stage: String,
    count: u64,
    mean_s: Option<f64>,
}

#[derive(Clone, Debug, Serialize)]
struct LostMost {
    stage: String,
    lost: u64,
}

impl Api {
    /// How far customers come on their journeys.
    ///
    /// # Errors
    /// `bad_report` where a day is none, the last is before the first, or there are too many of them; `no_such_rule` where
    /// there is no such journey; `position_not_reached`.
    pub async fn journey_report(&self, request: JourneyRequest) -> Result<JourneyAnswer, Failure> {
        let JourneyRequest {
            from,
            until,
            journey,
            min_position,
        } = request;
        let days = days(from.as_deref(), until.as_deref(), DAYS_MAX, (self.clock)())?;
        self.reached(min_position).await?;
        let told = self.ask("journey_report", move |query| {
            let Some(known) = Known::of(query)?.only(journey.as_deref()) else {
                return Ok(None);
            };
            // Who was last seen before the days may still be waiting on them.
            let within = known.journeys.iter().map(within_days).max();
            let first = days.first.saturating_sub(within.unwrap_or_default());
            let mut table = Table::default();
            query.cells(first, days.last, |cell, sums| {
                if cell.day >= days.first || cell.measure == Measure::At {
                    table.add(&cell, sums);
                }
            })?;
            Ok(Some(answer(days, &table, &known)))
        });
        told.await?.ok_or_else(no_such_journey)
    }
}

/// The days that a pause may last, begun ones as whole.
fn within_days(journey: &Journey) -> u32 {
    u32::try_from(journey.within_us.div_ceil(DAY_US)).unwrap_or(u32::MAX)
}

pub(super) fn answer(days: Days, table: &Table, known: &Known) -> JourneyAnswer {
    let journeys = known.journeys.iter();
    JourneyAnswer {
        from: date(days.first),
        until: date(days.last),
        journeys: journeys.map(|journey| told(days, table, journey)).collect(),
    }
}

fn told(days: Days, table: &Table, journey: &Journey) -> JourneyTold {
    let last = journey.stages.len().saturating_sub(1);
    let stages = journey.stages.iter().enumerate().map(|(place, of)| {
        let spot = spot(&journey.name, &of.name, "");
        // Who is in the last stage has finished.
        let standing = match place < last {
            true => table.standing(&spot, within_days(journey), (days.first, days.last)),
            false => Standing::default(),
        };
        stage(of, &spot, standing, table)
    });
    let stages: Vec<StageTold> = stages.collect();
    let lost_most = stages.iter().rev().max_by_key(|stage| stage.lost);
    let lost_most = lost_most.filter(|stage| stage.lost > 0);
    JourneyTold {
        name: journey.name.clone(),
        segment: journey.segment.clone(),
        within_s: journey.within_us / SECOND_US,
        curve: CurveTold::of(table, journey),
        lost_most: lost_most.map(|stage| LostMost {
            stage: stage.name.clone(),
            lost: stage.lost,
        }),
        stages,
    }
}

fn stage(of: &Stage, spot: &Spot, standing: Standing, table: &Table) -> StageTold {
    let counts = table.spots.get(spot).cloned().unwrap_or_default();
    let Pace {
        next,
        mean_s,
        median_s,
    } = Pace::of(&counts);
    let moved_on = next.values().map(|sums| counted(*sums));
    StageTold {
        name: of.name.clone(),
        needs: of.needs.clone(),
        entered: counts.count(&Measure::Entered),
        moved_on: moved_on.fold(0, u64::saturating_add),
        lost: standing.lost,
        waiting: standing.waiting,
        time_mean_s: mean_s.map(rounded),
        time_median_s: median_s.map(rounded),
        next: next
            .into_iter()
            .map(|(stage, sums)| Next {
                stage,
                count: counted(sums),
                mean_s: mean_of(sums).map(rounded),
            })
            .collect(),
    }
}
