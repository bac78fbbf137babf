//! The layout on disk of what the tenant publishes, and of what is bought together. As frozen as all of it.

use crate::{
    domain::catalogue::{Offer, Product, Tally},
    store::{codec::Record, layout, record::ShelfRecord},
};

impl Record for Product {
    const VERSION: u8 = 1;
    const NAME: &'static str = "product";
}

impl Record for Offer {
    const VERSION: u8 = 1;
    const NAME: &'static str = "published offer";
}

impl Record for ShelfRecord {
    const VERSION: u8 = 1;
    const NAME: &'static str = "count of what is published";
}

impl Record for Tally {
    const VERSION: u8 = 1;
    const NAME: &'static str = "count of products";
}

layout! {
    struct crate::domain::catalogue::product::Product { name, url, category, prices, stock, stores }
    struct crate::domain::catalogue::product::Price { from, stamp, price, currency, until }
    struct crate::domain::catalogue::product::Stock { available, quantity }
    struct crate::domain::catalogue::offer::Offer { terms, ended }
    struct crate::domain::catalogue::offer::Terms {
        name, coupon, products, price, currency, percent, segments, channels, store, expires
    }
    struct crate::domain::catalogue::tally::Tally { counts, last }
    struct crate::store::record::ShelfRecord { products, offers, together }
}
