//! What contradicts each other: what the customer was told and what the tenant publishes, or what two channels told them.
//!
//! It is flagged, not decided: the customer is to be given what they were promised, and whoever serves them has to know
//! that something else is published. The same in every view, and for whoever is about to say something
//! ([`of_saying`]).

mod offers;
mod prices;

use crate::domain::{
    context::{
        contradictions::{
            offers::{OfferTold, against_shown, of_offer, offers},
            prices::{Priced, Told, of_price, said_otherwise, told, told_twice},
        },
        matters::{self, Listed},
        surroundings::{COMPARED_MAX, Surroundings},
    },
    profile::Profile,
    time::Timestamp,
};

/// What is contradicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A price.
    Price,
    /// An offer.
    Offer,
    /// That something is there.
    Stock,
}

impl What {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Price, Self::Offer, Self::Stock];

    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Offer => "offer",
            Self::Stock => "stock",
        }
    }
}

/// One contradiction. Ordered by what it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contradiction {
    /// What is contradicted.
    pub what: What,
    /// The id of the product or offer.
    pub about: String,
    /// What it is called.
    pub name: Option<String>,
    /// What the customer was told, as `450000 IRR`.
    pub said: Option<String>,
    /// The team, else the channel that said so.
    pub said_by: Option<String>,
    /// When.
    pub said_at: Timestamp,
    /// What contradicts it: what is published, as `500000 IRR`, `ended` or `out of stock`; or what another channel said.
    pub published: Option<String>,
    /// Until when what is published holds.
    pub published_until: Option<Timestamp>,
    /// The channel that said otherwise, where it is not what is published.
    pub also_said_by: Option<String>,
    /// Since when it is so.
    pub since: Option<Timestamp>,
    /// Until when the customer may hold the house to what they were told.
    pub promised_until: Option<Timestamp>,
}

/// What somebody is about to say to a customer.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Saying {
    /// The product that it is about.
    pub product: Option<String>,
    /// The offer that it is about.
    pub offer: Option<String>,
    /// The price, as written.
    pub price: Option<String>,
    /// ISO 4217 code of the price.
    pub currency: Option<String>,
    /// The words.
    pub promise: Option<String>,
    /// Until when it holds.
    pub expires: Option<Timestamp>,
}

impl std::fmt::Debug for Saying {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Saying(…)")
    }
}

impl Saying {
    /// Whether nothing is said that others have to know.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The products to look up.
    pub fn products(&self) -> impl Iterator<Item = &String> {
        self.product.iter()
    }
}

/// The contradictions of `profile` at `now`, at most `most`, in the order of what they are about.
pub fn contradictions(
    profile: &Profile,
    around: &Surroundings,
    now: Timestamp,
    most: usize,
) -> Listed<Contradiction> {
    let told = told(profile, now);
    let mut all: Vec<Contradiction> = told
        .iter()
        .filter_map(|told| of_price(told, around, now))
        .collect();
    all.extend(told_twice(&told));
    all.extend(offers(profile, around, now));
    all.extend(out_of_stock(profile, around));
    all.sort();
    all.dedup();
    Listed::of(all.len(), all.into_iter(), most, |one| one)
}

/// What contradicts what `team` is about to say to the customer at `now`.
pub fn of_saying(
    profile: &Profile,
    (saying, team): (&Saying, Option<&str>),
    around: &Surroundings,
    now: Timestamp,
) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let priced = saying.price.clone().map(|price| Priced {
        price,
        currency: saying.currency.clone(),
    });
    let by = team.map(str::to_owned);
    if let Some(product) = &saying.product {
        if let Some(priced) = &priced {
            let about = Told {
                about: product,
                name: name_of(around, product),
                priced: priced.clone(),
                by: team.unwrap_or_default().to_owned(),
                channel: "",
                at: now,
                until: saying.expires,
            };
            found.extend(of_price(&about, around, now).map(|one| Contradiction {
                said_by: by.clone(),
                ..one
            }));
            let others = told(profile, now);
            let others = others.iter().filter(|other| other.about == product);
            found.extend(others.filter_map(|other| said_otherwise(priced, other, (now, by.clone()))));
        }
        found.extend(missing(product, around, now).map(|one| Contradiction {
            said: priced.as_ref().map(Priced::text),
            said_by: by.clone(),
            ..one
        }));
    }
    if let Some(id) = &saying.offer {
        let saying = OfferTold {
            id,
            name: None,
            priced,
            by,
            at: now,
            until: saying.expires,
        };
        found.extend(against_shown(profile, &saying, now));
        found.extend(of_offer(saying, around, now));
    }
    found.sort();
    found.dedup();
    found
}

/// Products in the cart that are not there.
fn out_of_stock(profile: &Profile, around: &Surroundings) -> Vec<Contradiction> {
    let cart = matters::lines(&profile.cart(), COMPARED_MAX).items.into_iter();
    cart.filter_map(|line| {
        let gone = missing(&line.product, around, line.since)?;
        Some(Contradiction {
            name: line.name.or(gone.name),
            ..gone
        })
    })
    .collect()
}

/// That a product, of which something was said at `at`, is not there.
fn missing(product: &str, around: &Surroundings, at: Timestamp) -> Option<Contradiction> {
    let published = around.products.get(product)?;
    (published.is_in_stock() == Some(false)).then(|| Contradiction {
        what: What::Stock,
        about: product.to_owned(),
        name: name_of(around, product),
        said: None,
        said_by: None,
        said_at: at,
        published: Some("out of stock".to_owned()),
        published_until: None,
        also_said_by: None,
        since: published.stock_since(),
        promised_until: None,
    })
}

fn name_of(around: &Surroundings, product: &str) -> Option<String> {
    let name = around.products.get(product)?.name.as_ref()?;
    Some(name.value.clone())
}
