//! The layout on disk of what the tenant publishes, and of what is bought together. As frozen as all of it.

use crate::{
    domain::catalogue::{Offer, Product, Tally},
    store::{codec::Record, layout, record::ShelfRecord},
};

record!(Product, 1, "product");
record!(Offer, 1, "published offer");
record!(ShelfRecord, 1, "count of what is published");
record!(Tally, 1, "count of products");

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
