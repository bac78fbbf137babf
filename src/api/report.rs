//! What was decided about messages, and what became of them, by day: counts alone, and nothing of a person.

use serde::{Deserialize, Serialize};

use crate::{
    api::{
        Api, Failure,
        days::{Days, date, days, refused},
    },
    decide::contact::{By, Figures, Reason, Report},
};

/// Days of one report, at most.
const DAYS_MAX: u32 = 92;

/// Asks for counts: `{from, until, by, min_position}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct ContactReportRequest {
    /// The first day, in UTC: `2026-11-01`. Where it is not said, 29 days before the last.
    pub from: Option<String>,
    /// The last day; today where it is not said.
    pub until: Option<String>,
    /// By what it is grouped: `channel`, `purpose`, `rule`, `team`, `template`; by channel where it is not said.
    pub by: Option<String>,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// Counts: `{from, until, by, total, reasons, groups, days}`.
#[derive(Clone, Debug, Serialize)]
pub struct ContactReportAnswer {
    from: String,
    until: String,
    by: &'static str,
    total: Counts,
    /// Decisions by what was decided and why, the most frequent first.
    reasons: Vec<ReasonCount>,
    /// By name, in the order of the names. An empty one is of what said none.
    groups: Vec<Group>,
    /// The days on which there was something, the earliest first.
    days: Vec<Day>,
}

#[derive(Clone, Debug, Serialize)]
struct ReasonCount {
    decision: &'static str,
    rule: &'static str,
    reason: &'static str,
    count: u64,
    /// Of all decisions.
    share: Option<f64>,
}

#[derive(Clone, Debug, Serialize)]
struct Group {
    name: String,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Clone, Debug, Serialize)]
struct Day {
    day: String,
    #[serde(flatten)]
    counts: Counts,
}

/// How often, and the rates: `null` of nothing.
#[derive(Clone, Copy, Debug, Serialize)]
struct Counts {
    decided: u64,
    allow: u64,
    hold: u64,
    suppress: u64,
    sent: u64,
    failed: u64,
    unanswered: u64,
    /// What was allowed, of all decisions.
    allow_rate: Option<f64>,
    hold_rate: Option<f64>,
    suppress_rate: Option<f64>,
    /// What failed, of what was tried.
    failure_rate: Option<f64>,
    /// What nobody answered, of what was sent, failed, or is not known.
    unanswered_rate: Option<f64>,
}

impl Counts {
    fn of(figures: &Figures) -> Self {
        let Figures {
            allow,
            hold,
            suppress,
            sent,
            failed,
            unanswered,
        } = *figures;
        let decided = figures.decided();
        let tried = sent.saturating_add(failed);
        Self {
            decided,
            allow,
            hold,
            suppress,
            sent,
            failed,
            unanswered,
            allow_rate: rate(allow, decided),
            hold_rate: rate(hold, decided),
            suppress_rate: rate(suppress, decided),
            failure_rate: rate(failed, tried),
            unanswered_rate: rate(unanswered, tried.saturating_add(unanswered)),
        }
    }
}

/// A part of a whole, to four places.
fn rate(part: u64, whole: u64) -> Option<f64> {
    const PLACES: u128 = 10_000;
    let (part, whole) = (u128::from(part), u128::from(whole));
    let rounded = part.saturating_mul(PLACES).saturating_add(whole / 2);
    let share = u32::try_from(rounded.checked_div(whole)?).ok()?;
    Some(f64::from(share) / 10_000.0)
}

impl Api {
    /// What was decided about messages, and what became of them.
    ///
    /// # Errors
    /// `bad_report` where a day is none, the last is before the first, there are too many of them, or it is to be grouped by
    /// something else; `position_not_reached`.
    pub async fn contact_report(
        &self,
        request: ContactReportRequest,
    ) -> Result<ContactReportAnswer, Failure> {
        let (from, until) = (request.from.as_deref(), request.until.as_deref());
        let days = days(from, until, DAYS_MAX, (self.clock)())?;
        let by = request.by.as_deref().map_or(Some(By::default()), By::named);
        let by = by.ok_or_else(|| {
            let names = By::ALL.map(By::as_str).join(", ");
            refused(format!("expected by as one of {names}"))
        })?;
        self.reached(request.min_position).await?;
        let Days { first, last } = days;
        let report = self
            .ask("contact_report", move |query| {
                let mut report = Report::new(by);
                query.counted(first, last, |day, tally, count| report.add(day, &tally, count))?;
                Ok(report.bounded())
            })
            .await?;
        Ok(answer(days, by, &report))
    }
}

fn answer(days: Days, by: By, report: &Report) -> ContactReportAnswer {
    let decided = report.total.decided();
    let mut reasons: Vec<ReasonCount> = report
        .reasons
        .iter()
        .map(|((decision, reason), count)| reason_count(decision, *reason, *count, decided))
        .collect();
    reasons.sort_by_key(|one| std::cmp::Reverse(one.count));
    let groups = report.groups.iter().map(|(name, figures)| Group {
        name: name.clone(),
        counts: Counts::of(figures),
    });
    let told = report.days.iter().map(|(day, figures)| Day {
        day: date(*day),
        counts: Counts::of(figures),
    });
    ContactReportAnswer {
        from: date(days.first),
        until: date(days.last),
        by: by.as_str(),
        total: Counts::of(&report.total),
        reasons,
        groups: groups.collect(),
        days: told.collect(),
    }
}

fn reason_count(decision: &'static str, reason: Reason, count: u64, decided: u64) -> ReasonCount {
    ReasonCount {
        decision,
        rule: reason.rule().as_str(),
        reason: reason.as_str(),
        count,
        share: rate(count, decided),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_a_part_of_something() {
        assert_eq!(
            [rate(1, 3), rate(2, 3), rate(0, 7), rate(7, 7)],
            [Some(0.3333), Some(0.6667), Some(0.0), Some(1.0)]
        );
        assert_eq!(rate(0, 0), None);
        assert_eq!(rate(u64::MAX, u64::MAX), Some(1.0));
    }
}
