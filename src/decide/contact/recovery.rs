//! What has to be made good before anything is sold: an open ticket, an order that was just called off, a low.

use crate::{
    decide::contact::{
        Case,
        verdict::{Evidence, Reason, Verdict},
    },
    domain::{
        profile::{dealings::Mood, matters::OrderState},
        time::Timestamp,
    },
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
    let tickets = case.profile.open_tickets();
    let (id, ticket) = tickets.first()?;
    let evidence = Evidence::of("ticket", *id, Some(ticket.stamp.time));
    Some(Verdict::hold(Reason::OpenTicket, until, vec![evidence]))
}

fn closed_ticket(case: &Case<'_>) -> Option<Verdict> {
    let closed = case
        .profile
        .whole
        .tickets
        .iter()
        .filter(|(_, ticket)| !ticket.value.open);
    let (id, ticket) = closed.max_by_key(|(_, ticket)| &ticket.stamp)?;
    let until = case.lasting(ticket.stamp.time, case.policy.recovery_us)?;
    let evidence = Evidence::of("ticket", id.clone(), Some(ticket.stamp.time));
    Some(Verdict::hold(Reason::TicketClosed, until, vec![evidence]))
}

fn leaving(case: &Case<'_>) -> Option<Verdict> {
    let hold = |at: Timestamp, evidence: Evidence| {
        let until = case.lasting(at, case.policy.leaving_us)?;
        Some(Verdict::hold(Reason::Leaving, until, vec![evidence]))
    };
    let orders = case.profile.orders();
    let called_off = orders.iter().find(|order| order.state == OrderState::Cancelled);
    let called_off = called_off.and_then(|order| {
        let at = order.since.time;
        hold(at, Evidence::of("order", order.id, Some(at)))
    });
    called_off.or_else(|| {
        let stamp = case.profile.whole.contacts.leaving.as_ref()?;
        hold(stamp.time, Evidence::event(stamp))
    })
}

/// Nothing is sold to somebody who was discontent a short while ago, or whom a delivery did not reach.
pub(super) fn recent_low(case: &Case<'_>) -> Option<Verdict> {
    if !case.purpose.sells {
        return None;
    }
    discontent(case).or_else(|| failed_delivery(case))
}

fn discontent(case: &Case<'_>) -> Option<Verdict> {
    let mut feelings = case.profile.whole.dealings.feelings.iter().rev();
    let low = feelings.find(|feeling| feeling.mood == Mood::Negative)?;
    let until = case.lasting(low.stamp.time, case.policy.low_us)?;
    let said = Evidence::of("feeling", low.said.clone(), Some(low.stamp.time));
    Some(Verdict::hold(
        Reason::Discontent,
        until,
        vec![Evidence::event(&low.stamp), said],
    ))
}

fn failed_delivery(case: &Case<'_>) -> Option<Verdict> {
    let stamp = case.profile.whole.contacts.failed_delivery.as_ref()?;
    let until = case.lasting(stamp.time, case.policy.low_us)?;
    Some(Verdict::hold(
        Reason::FailedDelivery,
        until,
        vec![Evidence::event(stamp)],
    ))
}
