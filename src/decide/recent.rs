//! What just happened to a customer: complaints, calling off, leaving, lows, and how long ago that is.
//!
//! Read off the profile alone, and the same for every decision: what follows of it is said by each.

use crate::{
    decide::evidence::Evidence,
    domain::{
        profile::{Profile, dealings::Feeling, dealings::Mood, matters::OrderState},
        time::Timestamp,
    },
};

/// Something that happened, and by which facts that is known.
pub(in crate::decide) struct Happened {
    pub(in crate::decide) at: Timestamp,
    pub(in crate::decide) evidence: Vec<Evidence>,
}

impl Happened {
    fn by(at: Timestamp, evidence: Evidence) -> Self {
        Self {
            at,
            evidence: vec![evidence],
        }
    }

    /// The end of what began with it and lasts so long, where that is still to come at `now`.
    pub(in crate::decide) fn lasting(&self, micros: u64, now: Timestamp) -> Option<Timestamp> {
        lasting(self.at, micros, now)
    }
}

/// The end of what began at `since` and lasts so long, where that is still to come at `now`.
pub(in crate::decide) fn lasting(since: Timestamp, micros: u64, now: Timestamp) -> Option<Timestamp> {
    let until = since.saturating_add(micros);
    (until > now).then_some(until)
}

/// The latest ticket that somebody still has to see to.
pub(in crate::decide) fn open_ticket(profile: &Profile) -> Option<Happened> {
    let tickets = profile.open_tickets();
    let (id, ticket) = tickets.first()?;
    let at = ticket.stamp.time;
    Some(Happened::by(at, Evidence::of("ticket", *id, Some(at))))
}

/// The latest of them that is a complaint.
pub(in crate::decide) fn open_complaint(profile: &Profile) -> Option<Happened> {
    let tickets = profile.open_tickets();
    let (id, ticket) = tickets.iter().find(|(id, _)| profile.is_complaint(id))?;
    let at = ticket.stamp.time;
    Some(Happened::by(at, Evidence::of("ticket", *id, Some(at))))
}

/// The ticket that was closed last.
pub(in crate::decide) fn closed_ticket(profile: &Profile) -> Option<Happened> {
    let tickets = profile.whole.tickets.iter();
    let closed = tickets.filter(|(_, ticket)| !ticket.value.open);
    let (id, ticket) = closed.max_by_key(|(_, ticket)| &ticket.stamp)?;
    let at = ticket.stamp.time;
    Some(Happened::by(at, Evidence::of("ticket", id.clone(), Some(at))))
}

/// The order that was called off last.
pub(in crate::decide) fn called_off(profile: &Profile) -> Option<Happened> {
    let orders = profile.orders();
    let order = orders.iter().find(|order| order.state == OrderState::Cancelled)?;
    let at = order.since.time;
    Some(Happened::by(at, Evidence::of("order", order.id, Some(at))))
}

/// When the customer last said that they are leaving.
pub(in crate::decide) fn left(profile: &Profile) -> Option<Happened> {
    let stamp = profile.whole.contacts.leaving.as_ref()?;
    Some(Happened::by(stamp.time, Evidence::event(stamp)))
}

/// The last time that somebody said the customer is discontent.
pub(in crate::decide) fn discontent(profile: &Profile) -> Option<Happened> {
    let mut feelings = profile.whole.dealings.feelings.iter().rev();
    let low = feelings.find(|feeling| feeling.mood == Mood::Negative)?;
    let said = Evidence::of("feeling", low.said.clone(), Some(low.stamp.time));
    Some(Happened {
        at: low.stamp.time,
        evidence: vec![Evidence::event(&low.stamp), said],
    })
}

/// How the customer felt when somebody last said so.
pub(in crate::decide) fn last_feeling(profile: &Profile) -> Option<&Feeling> {
    profile.whole.dealings.feelings.last()
}

/// The delivery that failed last.
pub(in crate::decide) fn failed_delivery(profile: &Profile) -> Option<Happened> {
    let stamp = profile.whole.contacts.failed_delivery.as_ref()?;
    Some(Happened::by(stamp.time, Evidence::event(stamp)))
}
