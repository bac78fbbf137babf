//! The catalogue: what the tenant itself says of its products and offers, whoever the customer is.
//!
//! Owns what such statements are ([`Statement`]), and how they add up to what is published of a product ([`Product`]) and of
//! an offer ([`Offer`]): by the times of the events, in any order of arrival. It knows no customer and must never hold
//! anything of one. `wire::tenant` reads statements, the engine keeps what they add up to, contexts compare it with what
//! customers were told.

pub mod offer;
pub mod product;
pub mod tally;

pub use crate::domain::catalogue::{
    offer::{Offer, State, Terms},
    product::{Price, Product, Stock},
    tally::Tally,
};
use crate::domain::{event::token, time::Timestamp};

/// What an event is about that is about no customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What a product costs: `Price Changed`.
    Price,
    /// Whether a product is there: `Stock Changed`.
    Stock,
    /// What is offered: `Offer Published`.
    Offer,
    /// What is offered no longer: `Offer Ended`.
    OfferEnd,
    /// How somebody who serves customers is: `Agent State Changed`.
    Agent,
    /// How content somebody is who serves customers: `Employee Feedback Given`.
    Employee,
}

impl Kind {
    /// What an event of this type is about; `None` of one that is about a customer.
    pub fn of(name: &str) -> Option<Self> {
        match token(name).as_str() {
            "price_changed" => Some(Self::Price),
            "stock_changed" => Some(Self::Stock),
            "offer_published" => Some(Self::Offer),
            "offer_ended" => Some(Self::OfferEnd),
            "agent_state_changed" => Some(Self::Agent),
            "employee_feedback_given" => Some(Self::Employee),
            _ => None,
        }
    }

    /// The event's type as a subject token.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Price => "price_changed",
            Self::Stock => "stock_changed",
            Self::Offer => "offer_published",
            Self::OfferEnd => "offer_ended",
            Self::Agent => "agent_state_changed",
            Self::Employee => "employee_feedback_given",
        }
    }
}

/// What the tenant says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// What a product costs.
    Price(PriceChange),
    /// Whether a product is there.
    Stock(StockChange),
    /// What is offered.
    Offer {
        /// The offer's id.
        id: String,
        /// What it is.
        terms: Terms,
    },
    /// What is offered no longer.
    OfferEnd {
        /// The offer's id.
        id: String,
    },
    /// How somebody who serves customers is: read by whoever knows of them.
    Agent,
    /// How content somebody is who serves customers.
    Employee {
        /// Their team.
        team: String,
        /// From 0 to 10.
        score: u8,
    },
}

/// What a product costs, and what was said of it beside that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceChange {
    /// The product's id.
    pub product: String,
    /// The price of one, as written.
    pub price: String,
    /// ISO 4217 code of the price.
    pub currency: String,
    /// From when on; from the event on where nothing is said.
    pub from: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
    /// What the product is called.
    pub name: Option<String>,
    /// Where it is shown.
    pub url: Option<String>,
    /// What kind of product it is.
    pub category: Option<String>,
}

/// Whether a product is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockChange {
    /// The product's id.
    pub product: String,
    /// In which store; everywhere where none is said.
    pub store: Option<String>,
    /// How much of it.
    pub stock: Stock,
}

/// How much is remembered of what the tenant says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Products, those that were last spoken of.
    pub products_max: u64,
    /// Offers, those that were last spoken of.
    pub offers_max: u64,
    /// Microseconds for which the id of such an event is remembered.
    pub ids_us: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            products_max: 100_000,
            offers_max: 200,
            ids_us: 30 * 24 * 3_600 * 1_000_000,
        }
    }
}
