//! What not to offer, and why: what would anger this customer, or what they said no to.

use crate::domain::{
    context::{
        contradictions::{self, contradictions},
        matters::{self, Listed},
        surroundings::Surroundings,
    },
    profile::{Profile, consent::Decision, matters::OfferEnd},
    time::Timestamp,
};

/// What is to be left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// Selling anything at all.
    Selling,
    /// A way of contact for a purpose.
    Contact,
    /// An offer.
    Offer,
    /// A product.
    Product,
    /// The price that is published.
    Price,
}

/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Why {
    /// A complaint is open: first it is seen to.
    OpenComplaint,
    /// The customer denied it.
    Denied,
    /// The customer declined it.
    Declined,
    /// The customer used it already.
    Used,
    /// It was taken back.
    Withdrawn,
    /// The customer bought it already.
    Bought,
    /// The customer was promised another: they are to be given that.
    PromisedOtherwise,
    /// There is none.
    OutOfStock,
}

/// One thing that is to be left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Avoid {
    /// What.
    pub what: What,
    /// The ticket's, offer's or product's id, or `way:purpose` of a contact.
    pub id: String,
    /// What it is called.
    pub name: Option<String>,
    /// Why.
    pub why: Why,
}

impl What {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Selling => "selling",
            Self::Contact => "contact",
            Self::Offer => "offer",
            Self::Product => "product",
            Self::Price => "price",
        }
    }
}

impl Why {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenComplaint => "open_complaint",
            Self::Denied => "denied",
            Self::Declined => "declined",
            Self::Used => "used",
            Self::Withdrawn => "withdrawn",
            Self::Bought => "bought",
            Self::PromisedOtherwise => "promised_otherwise",
            Self::OutOfStock => "out_of_stock",
        }
    }
}

/// What is to be left alone with `profile` at `now`, the most important first, at most `most`.
pub fn avoid(profile: &Profile, around: &Surroundings, now: Timestamp, most: usize) -> Listed<Avoid> {
    let mut all = selling(profile);
    all.extend(contradicted(profile, around, now));
    all.extend(contacts(profile));
    all.extend(offers(profile));
    all.extend(products(profile));
    Listed::of(all.len(), all.into_iter(), most, |avoid| avoid)
}

fn selling(profile: &Profile) -> Vec<Avoid> {
    let tickets = matters::tickets(profile, usize::MAX).items.into_iter();
    let complaints = tickets.filter(|ticket| ticket.complaint).map(|ticket| Avoid {
        what: What::Selling,
        id: ticket.id,
        name: ticket.subject,
        why: Why::OpenComplaint,
    });
    complaints.take(1).collect()
}

/// What is published otherwise than the customer was told, and what they have in the cart and cannot get.
fn contradicted(profile: &Profile, around: &Surroundings, now: Timestamp) -> Vec<Avoid> {
    let mut all = Vec::new();
    for one in contradictions(profile, around, now, usize::MAX).items {
        let (what, why) = match one.what {
            contradictions::What::Price => (What::Price, Why::PromisedOtherwise),
            contradictions::What::Stock => (What::Product, Why::OutOfStock),
            // Whether it still is to be given is for whoever looks at it.
            contradictions::What::Offer => continue,
        };
        all.push(Avoid {
            what,
            id: one.about,
            name: one.name,
            why,
        });
    }
    all.dedup();
    all
}

fn contacts(profile: &Profile) -> impl Iterator<Item = Avoid> {
    let denied = profile
        .consent
        .iter()
        .filter(|(_, standing)| standing.decision() == Decision::Denied);
    denied.map(|((way, purpose), _)| Avoid {
        what: What::Contact,
        id: format!("{way}:{purpose}"),
        name: None,
        why: Why::Denied,
    })
}

fn offers(profile: &Profile) -> impl Iterator<Item = Avoid> {
    // Whether an offer has ended does not depend on now.
    let offers = matters::offers(profile, Timestamp::MIN, usize::MAX)
        .items
        .into_iter();
    offers.filter_map(|offer| {
        let why = match offer.end? {
            OfferEnd::Used => Why::Used,
            OfferEnd::Withdrawn => Why::Withdrawn,
            OfferEnd::Declined => Why::Declined,
        };
        Some(Avoid {
            what: What::Offer,
            id: offer.id,
            name: offer.name,
            why,
        })
    })
}

/// Products that were bought and kept, the latest first.
fn products(profile: &Profile) -> impl Iterator<Item = Avoid> {
    let bought = profile.bought().into_iter();
    bought.map(|(id, bought)| Avoid {
        what: What::Product,
        id: id.to_owned(),
        name: bought.value.name.clone(),
        why: Why::Bought,
    })
}
