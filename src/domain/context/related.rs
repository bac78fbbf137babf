//! What a shop may show this customer: products that others have who have the same, coupons that are for them, and the ways
//! by which they may be written to.
//!
//! Counted, not guessed: a product is related because so many customers have both. Everything is bounded, and ties go by id.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use crate::domain::{
    catalogue::State,
    context::{
        matters::{Listed, OnShelf},
        surroundings::Surroundings,
        view::View,
    },
    profile::{Profile, consent::Decision},
    time::Timestamp,
};

/// Related products that are told, at most.
pub const RELATED_MAX: usize = 8;
/// Products that are looked at before those go that are not there.
const CANDIDATES_MAX: usize = 24;
/// Products of each list that others are related to, the latest.
const SEEDS_MAX: usize = 5;

/// Why a product is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Customers have it who have what this one has.
    BoughtTogether,
    /// Customers of a segment of theirs buy it.
    PopularInSegment,
    /// Customers buy it.
    Popular,
}

impl Why {
    /// The name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BoughtTogether => "bought_together",
            Self::PopularInSegment => "popular_in_segment",
            Self::Popular => "popular",
        }
    }
}

/// A product that may interest the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// The product's id.
    pub product: String,
    /// What it is called.
    pub name: Option<String>,
    /// What is published of it.
    pub published: OnShelf,
    /// Why it is shown.
    pub why: Why,
    /// The product, or the segment, that it is shown for.
    pub with: Option<String>,
}

/// A coupon that the customer may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coupon {
    /// The offer's id.
    pub offer: String,
    /// What it is called.
    pub name: Option<String>,
    /// What to type in, where there is something.
    pub code: Option<String>,
    /// The price, as written.
    pub price: Option<String>,
    /// ISO 4217 code of the price.
    pub currency: Option<String>,
    /// How much less, in hundredths, as written.
    pub percent: Option<String>,
    /// The products it is for; all where there are none.
    pub products: BTreeSet<String>,
    /// From when on it holds no more.
    pub expires: Option<Timestamp>,
}

/// A way of contact that is shown to the customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactChannel {
    /// The way of contact.
    pub way: String,
    /// What the customer agreed to be contacted by it for.
    pub granted: Vec<String>,
    /// What they do not want to be contacted by it for.
    pub denied: Vec<String>,
}

/// The products that others are related to: what is in the cart, what was bought last, what is wished for.
pub fn seeds(profile: &Profile) -> BTreeSet<&str> {
    let cart = profile.cart().into_iter().take(SEEDS_MAX).map(|(id, _)| id);
    let bought = profile.bought().into_iter().take(SEEDS_MAX).map(|(id, _)| id);
    let wished = profile.wishlist().into_iter().take(SEEDS_MAX).map(|(id, _)| id);
    cart.chain(bought).chain(wished).collect()
}

/// How often a product goes with what the customer has, and with what of it most.
type Score<'a> = (u64, Reverse<(u64, &'a str)>);

/// What may interest the customer, the best first, before it is known what of it is there.
pub fn candidates(profile: &Profile, around: &Surroundings) -> Vec<(String, Why, Option<String>)> {
    let cart = profile.cart().into_iter().map(|(id, _)| id.to_owned());
    let bought = profile.bought().into_iter().map(|(id, _)| id.to_owned());
    let mut known: BTreeSet<String> = cart.chain(bought).collect();
    let mut found = Vec::new();
    let mut scores: BTreeMap<&str, Score<'_>> = BTreeMap::new();
    let seeds = seeds(profile);
    let tallies = around
        .together
        .iter()
        .filter(|(seed, _)| seeds.contains(seed.as_str()));
    for (seed, tally) in tallies {
        for (product, count) in &tally.counts {
            let best = Reverse((u64::MAX.saturating_sub(*count), seed.as_str()));
            let (score, with) = scores.entry(product).or_insert((0, best));
            *score = score.saturating_add(*count);
            *with = (*with).max(best);
        }
    }
    let mut together: Vec<_> = scores.into_iter().collect();
    together.sort_by_key(|(product, (score, _))| (Reverse(*score), *product));
    for (product, (_, Reverse((_, seed)))) in together {
        if known.insert(product.to_owned()) {
            found.push((product.to_owned(), Why::BoughtTogether, Some(seed.to_owned())));
        }
    }
    // Those of a segment before those of all, whose name is empty.
    for (segment, tally) in around.popular.iter().rev() {
        let why = match segment.is_empty() {
            true => Why::Popular,
            false => Why::PopularInSegment,
        };
        let mut counts: Vec<_> = tally.counts.iter().collect();
        counts.sort_by_key(|(product, count)| (Reverse(**count), *product));
        for (product, _) in counts {
            if known.insert(product.clone()) {
                let with = (!segment.is_empty()).then(|| segment.clone());
                found.push((product.clone(), why, with));
            }
        }
    }
    found.truncate(CANDIDATES_MAX);
    found
}

/// Products that may interest the customer, without those that are not there.
pub fn related(profile: &Profile, around: &Surroundings, now: Timestamp, most: usize) -> Vec<Related> {
    let all = candidates(profile, around)
        .into_iter()
        .map(|(product, why, with)| {
            let published = around.products.get(&product);
            let name = published.and_then(|published| published.name.as_ref());
            Related {
                name: name.map(|name| name.value.clone()),
                published: published
                    .map_or_else(OnShelf::default, |published| OnShelf::of(published, around, now)),
                product,
                why,
                with,
            }
        });
    let there = all.filter(|one| one.published.in_stock != Some(false));
    there.take(most.min(RELATED_MAX)).collect()
}

/// Offers that are published and for this customer, those that end first before those that stay.
pub fn coupons(
    profile: &Profile,
    around: &Surroundings,
    (view, now): (&View, Timestamp),
    most: usize,
) -> Listed<Coupon> {
    let ended = profile.offers();
    let is_over = |id: &str| match ended.iter().find(|offer| offer.id == id) {
        Some(shown) => shown.end.is_some(),
        None => profile.whole.offer_ends.contains_key(id),
    };
    let mut coupons: Vec<Coupon> = around
        .offers
        .iter()
        .filter(|(id, offer)| offer.state(now) == State::Holds && !is_over(id))
        .filter_map(|(id, offer)| Some((id, &offer.terms.as_ref()?.value)))
        .filter(|(_, terms)| {
            let is_for =
                |segments: &BTreeSet<String>| segments.is_empty() || !segments.is_disjoint(&around.segments);
            let is_on = |channels: &BTreeSet<String>| {
                channels.is_empty()
                    || channels.contains(&view.name)
                    || !channels.is_disjoint(&around.channels)
            };
            let is_here = terms.store.is_none() || terms.store == around.store;
            is_for(&terms.segments) && is_on(&terms.channels) && is_here
        })
        .map(|(id, terms)| Coupon {
            offer: id.clone(),
            name: terms.name.clone(),
            code: terms.coupon.clone(),
            price: terms.price.clone(),
            currency: terms.currency.clone(),
            percent: terms.percent.clone(),
            products: terms.products.clone(),
            expires: terms.expires,
        })
        .collect();
    coupons.sort_by(|a, b| {
        let ends = |coupon: &Coupon| coupon.expires.unwrap_or(Timestamp::MAX);
        ends(a).cmp(&ends(b)).then_with(|| a.offer.cmp(&b.offer))
    });
    Listed::of(coupons.len(), coupons.into_iter(), most, |coupon| coupon)
}

/// The ways of contact that are shown: all that there are, but for those that the customer refused.
pub fn contact_channels(profile: &Profile, around: &Surroundings, most: usize) -> Vec<ContactChannel> {
    let shown = around.ways.iter().filter_map(|way| {
        let decided = |wanted: Decision| {
            let of_way = profile.consent.iter().filter(move |((channel, _), standing)| {
                (channel == way || channel == "*") && standing.decision() == wanted
            });
            let purposes: BTreeSet<String> = of_way.map(|((_, purpose), _)| purpose.clone()).collect();
            purposes
        };
        let (granted, denied) = (decided(Decision::Granted), decided(Decision::Denied));
        let is_refused = denied.contains("*") || (granted.is_empty() && !denied.is_empty());
        (!is_refused).then(|| ContactChannel {
            way: way.clone(),
            granted: granted.difference(&denied).take(most).cloned().collect(),
            denied: denied.into_iter().take(most).collect(),
        })
    });
    shown.take(most).collect()
}
