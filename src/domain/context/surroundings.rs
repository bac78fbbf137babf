//! What a context is told beside the profile: what the tenant publishes of the things that the customer has to do with, and
//! what was found out about the customer among others.
//!
//! Looked up by the engine, which alone reads stores; nothing here looks anything up.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::domain::{
    catalogue::{Offer, Product, Tally},
    profile::{Profile, pledges::Thing},
    time::Timestamp,
};

/// Products of a cart, and of a wish list, that are compared with what is published: the latest, whatever a view tells.
pub const COMPARED_MAX: usize = 20;

/// What is known beside the profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// What is published of products, as far as they matter here.
    pub products: BTreeMap<String, Arc<Product>>,
    /// All offers that are published.
    pub offers: Arc<BTreeMap<String, Offer>>,
    /// What customers have who have one of these products.
    pub together: BTreeMap<String, Arc<Tally>>,
    /// What customers buy, by the segments of this one; of all customers under an empty name.
    pub popular: BTreeMap<String, Arc<Tally>>,
    /// The segments that the customer is in.
    pub segments: BTreeSet<String>,
    /// How much they are worth among all.
    pub value: Option<Worth>,
    /// How pages are laid out for them.
    pub layout: Option<String>,
    /// Ways of contact that there are, in the order in which they are shown.
    pub ways: Vec<String>,
    /// The channels that the view is for.
    pub channels: BTreeSet<String>,
    /// The store that the customer is in.
    pub store: Option<String>,
}

/// How much a customer is worth among all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worth {
    /// Recency, 1 to 5.
    pub recency: u8,
    /// Frequency, 1 to 5.
    pub frequency: u8,
    /// Money, 1 to 5.
    pub monetary: u8,
    /// What such customers are called.
    pub name: String,
    /// The tier by what they paid.
    pub tier: String,
}

impl Surroundings {
    /// The products of which `profile` makes somebody want to know what is published, where a view tells `most` lines of a
    /// list: what was promised, what is in the cart and on the wish list.
    pub fn products_of(profile: &Profile, now: Timestamp, most: usize) -> BTreeSet<String> {
        let most = most.max(COMPARED_MAX);
        let pledges = profile.pledges(now).into_iter();
        let pledged = pledges.filter(|(about, _)| about.thing == Thing::Product);
        let quoted = profile.whole.dealings.prices.keys().map(String::as_str);
        let listed = [profile.cart(), profile.wishlist()];
        let listed = listed.iter().flat_map(|lines| lines.iter().take(most));
        pledged
            .map(|(about, _)| about.id.as_str())
            .chain(quoted)
            .chain(listed.map(|(product, _)| *product))
            .map(str::to_owned)
            .collect()
    }
}
