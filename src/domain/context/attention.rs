//! Whether something is open that whoever serves the customer should know of, without what it is about: a till stands on
//! a counter that others look over.

use crate::domain::{
    context::{
        matters::{self, Orders},
        promises::{Promise, PromiseKind, promises},
    },
    profile::{Profile, matters::OrderState},
    time::Timestamp,
};

/// A kind of matter that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Matter {
    /// A complaint.
    Complaint,
    /// A ticket that is none.
    Ticket,
    /// An order that can be fetched.
    OrderReady,
    /// A call-back that was promised and not kept.
    CallbackOverdue,
}

impl Matter {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complaint => "complaint",
            Self::Ticket => "ticket",
            Self::OrderReady => "order_ready",
            Self::CallbackOverdue => "callback_overdue",
        }
    }
}

/// The kinds of matter that are open with `profile` at `now`, the most pressing first.
pub fn attention(profile: &Profile, now: Timestamp) -> Vec<Matter> {
    let tickets = matters::tickets(profile, usize::MAX).items;
    let promises = promises(profile, now, usize::MAX).items;
    let orders = Orders::of(profile, usize::MAX).open.items;
    [
        (tickets.iter().any(|ticket| ticket.complaint), Matter::Complaint),
        (tickets.iter().any(|ticket| !ticket.complaint), Matter::Ticket),
        (
            orders.iter().any(|order| order.state == OrderState::Ready),
            Matter::OrderReady,
        ),
        (promises.iter().any(is_overdue_callback), Matter::CallbackOverdue),
    ]
    .into_iter()
    .filter_map(|(is_open, matter)| is_open.then_some(matter))
    .collect()
}

fn is_overdue_callback(promise: &Promise) -> bool {
    promise.kind == PromiseKind::Callback && promise.overdue
}
