//! Quiet hours: nobody is disturbed at night, by the clock of where they are.

use crate::decide::contact::{
    Case,
    verdict::{Evidence, Reason, Verdict},
};

/// Holds what comes within the quiet hours until they end.
pub(super) fn quiet_hours(case: &Case<'_>) -> Option<Verdict> {
    let quiet = &case.policy.quiet;
    if !case.purpose.waits || quiet.silent.contains(&case.ask.way) {
        return None;
    }
    let (date, minute) = case.zone.local(case.now)?;
    if !quiet.covers(minute) {
        return None;
    }
    let ends_on = if minute < quiet.until {
        date
    } else {
        date.tomorrow().ok()?
    };
    let until = case.zone.instant(ends_on, quiet.until, case.now)?;
    let zone = Evidence::of("zone", case.zone.name(), None);
    Some(Verdict::hold(Reason::Quiet, until, vec![zone]))
}
