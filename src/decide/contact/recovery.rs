//! What has to be made good before anything is sold: an open ticket, an order that was just called off, a low.

use crate::decide::{
    contact::{
        Case,
        verdict::{Reason, Verdict},
    },
    recent::{self, Happened},
};

/// Nothing is sold to somebody with an open ticket, or a while after it was closed, or who is just leaving.
pub(super) fn service_recovery(case: &Case<'_>) -> Option<Verdict> {
    if !case.purpose.sells {
        return None;
    }
    open_ticket(case)
        .or_else(|| leaving(case))
        .or_else(|| closed_ticket(case))
}

/// Were it closed at once, it would take so long all the same.
fn open_ticket(case: &Case<'_>) -> Option<Verdict> {
    let until = case.lasting(case.now, case.policy.recovery_us)?;
    let ticket = recent::open_ticket(case.profile)?;
    Some(Verdict::hold(Reason::OpenTicket, until, ticket.evidence))
}

fn closed_ticket(case: &Case<'_>) -> Option<Verdict> {
    let closed = recent::closed_ticket(case.profile)?;
    held(case, Reason::TicketClosed, closed, case.policy.recovery_us)
}

fn leaving(case: &Case<'_>) -> Option<Verdict> {
    let held = |happened: Happened| held(case, Reason::Leaving, happened, case.policy.leaving_us);
    let called_off = recent::called_off(case.profile).and_then(held);
    called_off.or_else(|| recent::left(case.profile).and_then(held))
}

/// Nothing is sold to somebody who was discontent a short while ago, or whom a delivery did not reach.
pub(super) fn recent_low(case: &Case<'_>) -> Option<Verdict> {
    if !case.purpose.sells {
        return None;
    }
    let low = case.policy.low_us;
    let discontent = recent::discontent(case.profile);
    discontent
        .and_then(|happened| held(case, Reason::Discontent, happened, low))
        .or_else(|| {
            let failed = recent::failed_delivery(case.profile)?;
            held(case, Reason::FailedDelivery, failed, low)
        })
}

/// Holds until what happened is so long ago.
fn held(case: &Case<'_>, reason: Reason, happened: Happened, micros: u64) -> Option<Verdict> {
    let until = happened.lasting(micros, case.now)?;
    Some(Verdict::hold(reason, until, happened.evidence))
}
