//! What customers said, how they felt and what stood in their way, beside how they were served.

use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Api, Failure,
        days::{Days, date, days, refused},
        experience::{
            DAYS_MAX, Known,
            feelings::Feelings,
            moves::Move,
            operations::Operations,
            recovery::{FollowUps, SilentTold},
            scores::{FrictionTold, ScoreTold},
            teams::{Employees, Training},
            trials::TrialTold,
        },
    },
    decide::experience::{
        table::{By, Table},
        totals::Totals,
    },
};

/// Asks how it was for customers: `{from, until, by, min_position}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct CxRequest {
    /// The first day, in UTC: `2026-11-01`. Where it is not said, 29 days before the last.
    pub from: Option<String>,
    /// The last day; today where it is not said.
    pub until: Option<String>,
    /// By what scores are grouped: `channel`, `stage`, `segment`, `team`, `day`; by channel where it is not said.
    pub by: Option<String>,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// How it was: `{from, until, by, scores, groups, days, feelings, frictions, follow_ups, silent, operations, moves, employees,
/// training, trials}`.
#[derive(Clone, Debug, Serialize)]
pub struct CxAnswer {
    from: String,
    until: String,
    by: &'static str,
    scores: Vec<ScoreTold>,
    /// Those of which something was answered, by name; stages in the order of their journeys.
    groups: Vec<Group>,
    /// The same, the earliest first.
    days: Vec<DayTold>,
    feelings: Feelings,
    /// The most frequent first.
    frictions: Vec<FrictionTold>,
    follow_ups: FollowUps,
    silent: Vec<SilentTold>,
    operations: Operations,
    moves: Vec<Move>,
    employees: Vec<Employees>,
    training: Vec<Training>,
    trials: Vec<TrialTold>,
}

#[derive(Clone, Debug, Serialize)]
struct Group {
    name: String,
    scores: Vec<ScoreTold>,
}

#[derive(Clone, Debug, Serialize)]
struct DayTold {
    day: String,
    scores: Vec<ScoreTold>,
}

impl Api {
    /// How it was for customers.
    ///
    /// # Errors
    /// `bad_report` where a day is none, the last is before the first, there are too many of them, or it is to be grouped by
    /// something else; `position_not_reached`.
    pub async fn cx_report(&self, request: CxRequest) -> Result<CxAnswer, Failure> {
        let CxRequest {
            from,
            until,
            by,
            min_position,
        } = request;
        let days = days(from.as_deref(), until.as_deref(), DAYS_MAX, (self.clock)())?;
        let by = by.as_deref().map_or(Some(By::default()), By::named);
        let by = by.ok_or_else(|| {
            let names = By::ALL.map(By::as_str).join(", ");
            refused(format!("expected by as one of {names}"))
        })?;
        self.reached(min_position).await?;
        self.ask("cx_report", move |query| {
            let mut table = Table::default();
            query.cells(days.first, days.last, |cell, sums| table.add(&cell, sums))?;
            Ok(answer(days, by, &table.bounded(), &Known::of(query)?))
        })
        .await
    }
}

pub(super) fn answer(told: Days, by: By, table: &Table, known: &Known) -> CxAnswer {
    let days = table.days.iter().map(|(day, totals)| DayTold {
        day: date(*day),
        scores: ScoreTold::all(totals),
    });
    CxAnswer {
        from: date(told.first),
        until: date(told.last),
        by: by.as_str(),
        scores: ScoreTold::all(&table.total),
        groups: groups(by, table, known),
        days: days.filter(|day| !day.scores.is_empty()).collect(),
        feelings: Feelings::of(&table.total),
        frictions: FrictionTold::all(&table.total),
        follow_ups: FollowUps::of(&table.total),
        silent: SilentTold::all(table, known),
        operations: Operations::of(table),
        moves: Move::all(table),
        employees: Employees::all(table),
        training: Training::all(table),
        trials: TrialTold::all(&table.total),
    }
}

fn groups(by: By, table: &Table, known: &Known) -> Vec<Group> {
    let group = |name: String, totals: &Totals| Group {
        name,
        scores: ScoreTold::all(totals),
    };
    let named = |(name, totals): (&String, &Totals)| group(name.clone(), totals);
    let mut groups: Vec<Group> = match by {
        By::Channel => table.channels.iter().map(named).collect(),
        By::Team => table.teams.iter().map(named).collect(),
        By::Segment => table.segments.iter().map(named).collect(),
        By::Day => {
            let days = table.days.iter();
            days.map(|(day, totals)| group(date(*day), totals)).collect()
        }
        By::Stage => {
            let stages = known
                .journeys
                .iter()
                .flat_map(|journey| journey.stages.iter().map(|stage| (&journey.name, &stage.name)));
            stages
                .map(|(journey, stage)| group(format!("{journey}/{stage}"), &table.stage(journey, stage)))
                .collect()
        }
    };
    groups.retain(|group| !group.scores.is_empty());
    groups
}
