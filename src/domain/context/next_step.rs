//! What to do next: one suggestion, from what presses most to what is merely friendly. A list of rules in order, so that
//! whoever asks why gets the first that fits.

use crate::domain::{
    context::{
        contradictions::contradictions,
        matters::{self, Orders},
        promises::{PromiseKind, promises},
        session::Session,
        surroundings::Surroundings,
    },
    profile::{Profile, matters::OrderState},
    time::Timestamp,
};

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Nobody is known: ask who it is.
    Identify,
    /// See to the open complaint, and sell nothing.
    ResolveComplaint,
    /// Keep the promised call-back that is overdue.
    CallBack,
    /// Give what was promised, although something else is published.
    KeepPromise,
    /// Tell how the open ticket stands.
    FollowUpTicket,
    /// Tell that the order can be fetched.
    TellOrderReady,
    /// Tell where the open order is.
    TellOrderState,
    /// Help with what the customer has in the cart, or looks at, at this moment.
    HelpWithSession,
    /// Remind of the offer that ends soonest.
    RemindOfOffer,
    /// Ask about what is on the wish list.
    AskAboutWishlist,
    /// Nothing presses.
    Greet,
}

/// A suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStep {
    /// What to do.
    pub step: Step,
    /// About what: a subject, an order, a product, an offer.
    pub about: Option<String>,
}

impl Step {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::ResolveComplaint => "resolve_complaint",
            Self::CallBack => "call_back",
            Self::KeepPromise => "keep_promise",
            Self::FollowUpTicket => "follow_up_ticket",
            Self::TellOrderReady => "tell_order_ready",
            Self::HelpWithSession => "help_with_session",
            Self::TellOrderState => "tell_order_state",
            Self::RemindOfOffer => "remind_of_offer",
            Self::AskAboutWishlist => "ask_about_wishlist",
            Self::Greet => "greet",
        }
    }
}

impl NextStep {
    /// What to do with `profile` at `now`.
    pub fn of(profile: &Profile, around: &Surroundings, now: Timestamp) -> Self {
        if profile.whole.events == 0 {
            return Self::about(Step::Identify, None);
        }
        serve(profile, around, now)
            .or_else(|| sell(profile, now))
            .unwrap_or_else(|| Self::about(Step::Greet, None))
    }

    fn about(step: Step, about: Option<String>) -> Self {
        Self { step, about }
    }
}

/// What the customer waits for.
fn serve(profile: &Profile, around: &Surroundings, now: Timestamp) -> Option<NextStep> {
    let tickets = matters::tickets(profile, usize::MAX).items;
    let complaint = tickets.iter().find(|ticket| ticket.complaint);
    let promised = promises(profile, now, usize::MAX).items.into_iter();
    let overdue = promised
        .filter(|promise| promise.overdue)
        .find(|one| one.kind == PromiseKind::Callback);
    let orders = Orders::of(profile, usize::MAX).open.items;
    let ready = orders.iter().find(|order| order.state == OrderState::Ready);
    let named = |name: &Option<String>, id: &str| Some(name.clone().unwrap_or_else(|| id.to_owned()));
    if let Some(ticket) = complaint {
        Some(NextStep::about(
            Step::ResolveComplaint,
            named(&ticket.subject, &ticket.id),
        ))
    } else if let Some(callback) = overdue {
        Some(NextStep::about(
            Step::CallBack,
            named(&callback.about, &callback.id),
        ))
    } else if let Some(promised) = contradicted(profile, around, now) {
        Some(NextStep::about(Step::KeepPromise, Some(promised)))
    } else if let Some(ticket) = tickets.first() {
        Some(NextStep::about(
            Step::FollowUpTicket,
            named(&ticket.subject, &ticket.id),
        ))
    } else if let Some(order) = ready {
        Some(NextStep::about(Step::TellOrderReady, Some(order.id.clone())))
    } else if let Some(order) = orders.into_iter().next() {
        Some(NextStep::about(Step::TellOrderState, Some(order.id)))
    } else {
        in_session(profile, now).map(|about| NextStep::about(Step::HelpWithSession, Some(about)))
    }
}

/// What the customer was told otherwise than it is published.
fn contradicted(profile: &Profile, around: &Surroundings, now: Timestamp) -> Option<String> {
    let mut all = contradictions(profile, around, now, usize::MAX).items.into_iter();
    let promised = all.find(|one| one.said_by.is_some())?;
    Some(promised.name.unwrap_or(promised.about))
}

/// What whoever is in the shop's pages at this moment has in the cart, or looks at.
fn in_session(profile: &Profile, now: Timestamp) -> Option<String> {
    let session = Session::of(profile, now, 1)?;
    first_of(&matters::lines(&profile.cart(), 1)).or_else(|| session.viewed.into_iter().next())
}

/// What the customer may like.
fn sell(profile: &Profile, now: Timestamp) -> Option<NextStep> {
    let mut promised = promises(profile, now, usize::MAX).items.into_iter();
    let offer = promised.find(|promise| promise.kind == PromiseKind::Offer);
    if let Some(offer) = offer {
        let about = offer.about.unwrap_or(offer.id);
        return Some(NextStep::about(Step::RemindOfOffer, Some(about)));
    }
    let bought = profile.bought();
    let mut wished = profile.wishlist();
    // What was bought since it was wished for is no wish any more.
    wished.retain(|(id, wish)| {
        let since = bought.iter().find(|(product, _)| product == id);
        since.is_none_or(|(_, bought)| bought.stamp < wish.stamp)
    });
    let wished = first_of(&matters::lines(&wished, 1))?;
    Some(NextStep::about(Step::AskAboutWishlist, Some(wished)))
}

fn first_of(lines: &matters::Lines) -> Option<String> {
    let line = lines.items.first()?;
    Some(line.name.clone().unwrap_or_else(|| line.product.clone()))
}
