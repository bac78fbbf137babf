//! What is open between a customer and the house: lines of a cart or wish list, orders, tickets, offers, calls.
//!
//! Each is the value of one last-writer-wins register. Facts that come in different events (where an order stands, what
//! it was worth) are registers of their own: only then does a bound on their number keep the same ones in any order.

use crate::domain::{amount::Amount, event::Stamp, time::Timestamp};

/// A product in a cart or on a wish list; one that was taken off stays as a mark, so that a late addition loses.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Line {
    /// Whether it is on the list; one that was taken off is kept as a mark.
    pub listed: bool,
    /// How many, as written by the sender.
    pub quantity: Option<String>,
    /// What the product is called.
    pub name: Option<String>,
    /// The price of one, as written.
    pub price: Option<String>,
    /// ISO 4217 code of the price.
    pub currency: Option<String>,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderState {
    /// Ordered.
    Placed,
    /// Changed after it was placed.
    Updated,
    /// Ready to be fetched.
    Ready,
    /// On its way.
    Shipped,
    /// With the customer: closed.
    Delivered,
    /// Called off: closed, not counted.
    Cancelled,
    /// Paid back: closed, not counted.
    Refunded,
}

impl OrderState {
    /// Whether the customer still waits for something.
    pub fn open(self) -> bool {
        matches!(self, Self::Placed | Self::Updated | Self::Ready | Self::Shipped)
    }

    /// Whether its amount is revenue.
    pub fn counts(self) -> bool {
        !matches!(self, Self::Cancelled | Self::Refunded)
    }

    /// The name in answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Updated => "updated",
            Self::Ready => "ready",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::Refunded => "refunded",
        }
    }
}

/// What was sold with an order, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sale {
    /// The amount; `None` where no readable one was stated.
    pub amount: Option<Amount>,
    /// ISO 4217 code; `XXX` where the sender named none.
    pub currency: String,
    /// The channel that reported it.
    pub channel: String,
}

/// A ticket or complaint.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    /// Whether somebody still has to see to it.
    pub open: bool,
    /// What it is about.
    pub subject: Option<String>,
}

/// An offer or coupon, as it was shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offer {
    /// What it is called.
    pub name: Option<String>,
    /// Until when it holds.
    pub expires: Option<Timestamp>,
}

/// How an offer ended for this customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfferEnd {
    /// It was used.
    Used,
    /// It was refused or taken back.
    Withdrawn,
    /// The customer did not want it.
    Declined,
}

/// A telephone call.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call {
    /// Whether it is still going on.
    pub running: bool,
}

/// One event as the bounded history of a profile remembers it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Its place in the canonical order. Compared first.
    pub stamp: Stamp,
    /// Where it happened.
    pub channel: String,
    /// What happened.
    pub name: String,
    /// What it was about, in a word or two: an order, a product, a subject.
    pub about: Option<String>,
}
