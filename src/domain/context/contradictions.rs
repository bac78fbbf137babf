//! What contradicts each other: what the customer was told and what the tenant publishes, or what two channels told them.
//!
//! It is flagged, not decided: the customer is to be given what they were promised, and whoever serves them has to know
//! that something else is published. The same in every view, and for whoever is about to say something
//! ([`of_saying`]).

use crate::domain::{
    amount::Amount,
    catalogue::{Offer, State},
    context::{
        matters::{self, Listed},
        surroundings::{COMPARED_MAX, Surroundings},
    },
    profile::{Profile, pledges::Thing},
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

/// A price with its currency, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Priced {
    price: String,
    currency: Option<String>,
}

/// What the customer was told of a product or an offer.
struct Told<'a> {
    about: &'a str,
    name: Option<String>,
    priced: Priced,
    by: String,
    channel: &'a str,
    at: Timestamp,
    until: Option<Timestamp>,
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

/// The prices that the customer was promised, of products.
fn told(profile: &Profile, now: Timestamp) -> Vec<Told<'_>> {
    let pledges = profile.pledges(now);
    let said = pledges.iter().filter(|(about, _)| about.thing == Thing::Product);
    let said = said.filter_map(|&(about, said)| {
        Some(Told {
            about: &about.id,
            name: said.value.words.clone(),
            priced: Priced {
                price: said.value.price.clone()?,
                currency: said.value.currency.clone(),
            },
            by: said.value.team.clone().unwrap_or_else(|| about.channel.clone()),
            channel: &about.channel,
            at: said.stamp.time,
            until: said.value.until,
        })
    });
    let mut told: Vec<Told<'_>> = said.collect();
    // What was written down before it was known who says what of which product: by the product's id alone.
    for (id, price) in &profile.whole.dealings.prices {
        let is_known = told
            .iter()
            .any(|one| one.about == id && one.channel == price.value.channel);
        let holds = price.value.until.is_none_or(|until| now < until);
        if !is_known && holds {
            told.push(Told {
                about: id,
                name: price.value.about.clone(),
                priced: Priced {
                    price: price.value.price.clone(),
                    currency: price.value.currency.clone(),
                },
                by: price.value.channel.clone(),
                channel: &price.value.channel,
                at: price.stamp.time,
                until: price.value.until,
            });
        }
    }
    told
}

/// A price that differs from the published one.
fn of_price(told: &Told<'_>, around: &Surroundings, now: Timestamp) -> Option<Contradiction> {
    let published = around.products.get(told.about)?.price_at(now)?;
    let current = Priced {
        price: published.price.clone(),
        currency: Some(published.currency.clone()),
    };
    (!told.priced.is(&current)).then(|| Contradiction {
        what: What::Price,
        about: told.about.to_owned(),
        name: told.name.clone().or_else(|| name_of(around, told.about)),
        said: Some(told.priced.text()),
        said_by: Some(told.by.clone()),
        said_at: told.at,
        published: Some(current.text()),
        published_until: published.until,
        also_said_by: None,
        since: Some(published.from),
        promised_until: told.until,
    })
}

/// Different prices of one product, from different channels: each later one against the earliest.
fn told_twice(all: &[Told<'_>]) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for one in all {
        let same = all
            .iter()
            .filter(|other| other.about == one.about && other.channel != one.channel);
        let first = same.min_by_key(|other| (other.at, &other.by));
        let is_later = |first: &&Told<'_>| (first.at, &first.by) < (one.at, &one.by);
        let Some(first) = first.filter(is_later) else {
            continue;
        };
        found.extend(said_otherwise(&one.priced, first, (one.at, Some(one.by.clone()))));
    }
    found
}

/// That `priced`, said at `at` by somebody, is not what was said `before`.
fn said_otherwise(
    priced: &Priced,
    before: &Told<'_>,
    (at, by): (Timestamp, Option<String>),
) -> Option<Contradiction> {
    (!priced.is(&before.priced)).then(|| Contradiction {
        what: What::Price,
        about: before.about.to_owned(),
        name: before.name.clone(),
        said: Some(before.priced.text()),
        said_by: Some(before.by.clone()),
        said_at: before.at,
        published: Some(priced.text()),
        published_until: None,
        also_said_by: Some(by.unwrap_or_default()),
        since: Some(at),
        promised_until: before.until,
    })
}

/// What the customer was told of an offer.
struct OfferTold<'a> {
    id: &'a str,
    name: Option<String>,
    priced: Option<Priced>,
    by: Option<String>,
    at: Timestamp,
    until: Option<Timestamp>,
}

/// Offers that the customer may use, as they were shown or promised.
fn offers_told(profile: &Profile, now: Timestamp) -> Vec<OfferTold<'_>> {
    let shown = profile.offers().into_iter().filter(|offer| {
        let expires = offer.shown.value.expires;
        offer.end.is_none() && expires.is_none_or(|expires| now < expires)
    });
    let shown = shown.map(|offer| OfferTold {
        id: offer.id,
        name: offer.shown.value.name.clone(),
        priced: offer.terms.and_then(|terms| {
            Some(Priced {
                price: terms.price.clone()?,
                currency: terms.currency.clone(),
            })
        }),
        by: offer.terms.map(|terms| terms.channel.clone()),
        at: offer.shown.stamp.time,
        until: offer.shown.value.expires,
    });
    let mut told: Vec<OfferTold<'_>> = shown.collect();
    let pledges = profile.pledges(now);
    let ended = |id: &str| {
        let known = profile.offers();
        known.iter().any(|offer| offer.id == id && offer.end.is_some())
    };
    let promised = pledges
        .into_iter()
        .filter(|(about, _)| about.thing == Thing::Offer && !ended(&about.id));
    told.extend(promised.map(|(about, said)| OfferTold {
        id: &about.id,
        name: said.value.words.clone(),
        priced: said.value.price.clone().map(|price| Priced {
            price,
            currency: said.value.currency.clone(),
        }),
        by: Some(said.value.team.clone().unwrap_or_else(|| about.channel.clone())),
        at: said.stamp.time,
        until: said.value.until,
    }));
    told
}

fn offers(profile: &Profile, around: &Surroundings, now: Timestamp) -> Vec<Contradiction> {
    let told = offers_told(profile, now).into_iter();
    told.filter_map(|told| of_offer(told, around, now)).collect()
}

/// An offer that holds no longer, or on other terms.
fn of_offer(told: OfferTold<'_>, around: &Surroundings, now: Timestamp) -> Option<Contradiction> {
    let offer = around.offers.get(told.id)?;
    let (said, published) = match offer.state(now) {
        State::Ended => (told.text(), State::Ended.as_str().to_owned()),
        State::Expired => (told.text(), State::Expired.as_str().to_owned()),
        State::Holds => terms_differ(&told, offer)?,
    };
    let terms = offer.terms.as_ref().map(|terms| &terms.value);
    Some(Contradiction {
        what: What::Offer,
        about: told.id.to_owned(),
        name: told.name.or_else(|| terms.and_then(|terms| terms.name.clone())),
        said,
        said_by: told.by,
        said_at: told.at,
        published: Some(published),
        published_until: terms.and_then(|terms| terms.expires),
        also_said_by: None,
        since: offer.since(now),
        promised_until: told.until,
    })
}

/// What was said and what is published, where one of them says otherwise of what both speak of.
fn terms_differ(told: &OfferTold<'_>, offer: &Offer) -> Option<(Option<String>, String)> {
    let terms = &offer.terms.as_ref()?.value;
    let published = terms.price.clone().map(|price| Priced {
        price,
        currency: terms.currency.clone(),
    });
    let priced = told.priced.as_ref().zip(published.as_ref());
    if let Some((said, published)) = priced.filter(|(said, published)| !said.is(published)) {
        return Some((Some(said.text()), published.text()));
    }
    let ends = told
        .until
        .zip(terms.expires)
        .filter(|(said, published)| said != published);
    let published = published.map_or_else(|| State::Holds.as_str().to_owned(), |priced| priced.text());
    ends.map(|_| (told.text(), published))
}

/// What was shown of an offer, where somebody is about to say otherwise.
fn against_shown(profile: &Profile, saying: &OfferTold<'_>, now: Timestamp) -> Vec<Contradiction> {
    let Some(priced) = &saying.priced else {
        return Vec::new();
    };
    let told = offers_told(profile, now)
        .into_iter()
        .filter(|told| told.id == saying.id);
    let told = told.filter(|told| told.priced.as_ref().is_some_and(|said| !said.is(priced)));
    told.map(|told| Contradiction {
        what: What::Offer,
        about: told.id.to_owned(),
        said: told.text(),
        name: told.name,
        said_by: told.by,
        said_at: told.at,
        published: Some(priced.text()),
        published_until: saying.until,
        also_said_by: Some(saying.by.clone().unwrap_or_default()),
        since: Some(now),
        promised_until: told.until,
    })
    .collect()
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

impl OfferTold<'_> {
    fn text(&self) -> Option<String> {
        self.priced.as_ref().map(Priced::text)
    }
}

impl Priced {
    /// Whether the other is as much, where both say in which currency in the same one.
    fn is(&self, other: &Self) -> bool {
        let amounts = [self, other].map(|one| Amount::from_decimal(&one.price));
        let is_as_much = match amounts {
            [Ok(a), Ok(b)] => a == b,
            _ => self.price == other.price,
        };
        let currencies = self.currency.as_ref().zip(other.currency.as_ref());
        is_as_much && currencies.is_none_or(|(a, b)| a.eq_ignore_ascii_case(b))
    }

    fn text(&self) -> String {
        match &self.currency {
            Some(currency) => format!("{} {currency}", self.price),
            None => self.price.clone(),
        }
    }
}
