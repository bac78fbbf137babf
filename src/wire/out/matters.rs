//! What is going on with a customer, as profile documents and contexts both write it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{
    context::{self, Listed},
    profile::{matters::OfferEnd, open},
};
use crate::wire::out::{
    catalogue::Published,
    scalar::{Amount, Time},
};

/// The first few of a list, and how many there are in all.
#[derive(Debug, Serialize)]
pub struct List<T> {
    /// How many there are.
    pub count: usize,
    /// The first of them.
    pub items: Vec<T>,
}

impl<T> List<T> {
    /// The list with each item in its shape.
    pub fn of<D>(listed: Listed<D>) -> Self
    where
        T: From<D>,
    {
        Self {
            count: listed.count,
            items: listed.items.into_iter().map(T::from).collect(),
        }
    }
}

/// A product in a cart or on a wish list.
#[derive(Debug, Serialize)]
pub struct Line {
    /// The product's id.
    pub product_id: String,
    /// What it is called.
    pub name: Option<String>,
    /// How many, as written by the sender.
    pub quantity: Option<String>,
    /// The price of one, as written.
    pub price: Option<String>,
    /// ISO 4217 code of the price.
    pub currency: Option<String>,
    /// When it was put there.
    pub since: Time,
}

impl From<context::ProductLine> for Line {
    fn from(line: context::ProductLine) -> Self {
        Self {
            product_id: line.product,
            name: line.name,
            quantity: line.quantity,
            price: line.price,
            currency: line.currency,
            since: Time(line.since),
        }
    }
}

/// A product in a cart or on a wish list, and what the tenant publishes of it now.
#[derive(Debug, Serialize)]
pub struct ShelvedLine {
    /// What was put there.
    #[serde(flatten)]
    pub line: Line,
    /// What is published.
    #[serde(flatten)]
    pub published: OnShelf,
}

impl From<context::ProductLine> for ShelvedLine {
    fn from(mut line: context::ProductLine) -> Self {
        Self {
            published: std::mem::take(&mut line.published).into(),
            line: line.into(),
        }
    }
}

/// What the tenant publishes of a product.
#[derive(Debug, Serialize)]
pub struct OnShelf {
    /// The price of one, as written.
    pub current_price: Option<String>,
    /// ISO 4217 code of the price.
    pub current_currency: Option<String>,
    /// Whether there is any.
    pub in_stock: Option<bool>,
    /// Whether there is any in the store that the customer is in.
    pub in_store: Option<bool>,
}

impl From<context::OnShelf> for OnShelf {
    fn from(published: context::OnShelf) -> Self {
        Self {
            current_price: published.price,
            current_currency: published.currency,
            in_stock: published.in_stock,
            in_store: published.in_store,
        }
    }
}

/// An order.
#[derive(Debug, Serialize)]
pub struct Order {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub state: &'static str,
    /// What it was worth.
    pub worth: Option<Amount>,
    /// ISO 4217 code of its worth.
    pub currency: Option<String>,
    /// The channel it was placed on.
    pub channel: Option<String>,
    /// Since when it stands there.
    pub since: Time,
}

impl From<context::Order> for Order {
    fn from(order: context::Order) -> Self {
        Self {
            id: order.id,
            state: order.state.as_str(),
            worth: order.worth.map(Amount),
            currency: order.currency,
            channel: order.channel,
            since: Time(order.since),
        }
    }
}

/// A ticket.
#[derive(Debug, Serialize)]
pub struct Ticket {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub subject: Option<String>,
    /// Whether somebody said that it is a complaint.
    pub complaint: bool,
    /// When it was last heard of.
    pub since: Time,
    /// The team that sees to it.
    pub team: Option<String>,
    /// Who of it.
    pub assignee: Option<String>,
    /// Until when.
    pub due: Option<Time>,
}

impl From<context::Ticket> for Ticket {
    fn from(ticket: context::Ticket) -> Self {
        Self {
            id: ticket.id,
            subject: ticket.subject,
            complaint: ticket.complaint,
            since: Time(ticket.since),
            due: ticket.assigned.as_ref().and_then(|one| one.due).map(Time),
            assignee: ticket.assigned.as_ref().and_then(|one| one.to.clone()),
            team: ticket.assigned.map(|one| one.team),
        }
    }
}

/// An offer, as it was shown.
#[derive(Debug, Serialize)]
pub struct Offer {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: Option<String>,
    /// When it was shown.
    pub shown: Time,
    /// From when it holds no more.
    pub expires: Option<Time>,
}

impl From<context::Offer> for Offer {
    fn from(offer: context::Offer) -> Self {
        Self {
            id: offer.id,
            name: offer.name,
            shown: Time(offer.shown),
            expires: offer.expires.map(Time),
        }
    }
}

/// An offer and whether it can be used.
#[derive(Debug, Serialize)]
pub struct JudgedOffer {
    /// How it was shown.
    #[serde(flatten)]
    pub offer: Offer,
    /// How it ended: `used`, `withdrawn`, `declined`.
    pub ended: Option<&'static str>,
    /// Whether it can be used now.
    pub holds: bool,
    /// The channel that showed it last.
    pub channel: Option<String>,
    /// Why it is this customer's: what the sender said, else where it was shown.
    pub reason: Option<String>,
    /// Its price, as written.
    pub price: Option<String>,
    /// ISO 4217 code of the price.
    pub currency: Option<String>,
    /// What the tenant publishes of it.
    pub published: Option<Published>,
}

impl From<context::Offer> for JudgedOffer {
    fn from(mut offer: context::Offer) -> Self {
        let shown_on = offer
            .channel
            .as_ref()
            .map(|channel| format!("shown on {channel}"));
        let ended = offer.end.map(|end| match end {
            OfferEnd::Used => "used",
            OfferEnd::Withdrawn => "withdrawn",
            OfferEnd::Declined => "declined",
        });
        let published = offer
            .published
            .take()
            .map(|on_shelf| Published::at(&offer.id, &on_shelf.offer, on_shelf.state, on_shelf.since));
        Self {
            published,
            ended,
            holds: offer.holds,
            channel: offer.channel.take(),
            reason: offer.reason.take().or(shown_on),
            price: offer.price.take(),
            currency: offer.currency.take(),
            offer: offer.into(),
        }
    }
}

/// A call that is going on.
#[derive(Debug, Serialize)]
pub struct Call {
    /// Its id.
    pub id: String,
    /// When it started.
    pub since: Time,
}

impl From<context::Call> for Call {
    fn from(call: context::Call) -> Self {
        Self {
            id: call.id,
            since: Time(call.since),
        }
    }
}

/// Orders and revenue.
#[derive(Debug, Serialize)]
pub struct Totals {
    /// Orders that count.
    pub orders: u64,
    /// Revenue by ISO 4217 code.
    pub revenue: BTreeMap<String, Amount>,
}

impl From<open::Totals> for Totals {
    fn from(totals: open::Totals) -> Self {
        let revenue = totals
            .revenue
            .into_iter()
            .map(|(currency, amount)| (currency, Amount(amount)))
            .collect();
        Self {
            orders: totals.orders,
            revenue,
        }
    }
}
