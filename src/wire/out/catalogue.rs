//! What the tenant publishes of a product or an offer, as messages and contexts both write it.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::{
    catalogue::{Kind, Offer, Product, State},
    event::EventId,
    time::Timestamp,
};
use crate::wire::out::scalar::{EventRef, Time};

/// What is published since the tenant said something: `{kind, event, time, product, offer}`.
#[derive(Debug, Serialize)]
pub struct Catalogue<'a> {
    kind: &'static str,
    event: EventRef<'a>,
    time: Time,
    product: Option<ProductShape<'a>>,
    offer: Option<Published>,
}

impl<'a> Catalogue<'a> {
    /// Of a product, by its id.
    pub fn product(
        kind: Kind,
        (event, time): (&'a EventId, Timestamp),
        (id, product): (&'a str, &'a Product),
        now: Timestamp,
    ) -> Self {
        Self {
            kind: kind.as_str(),
            event: event.into(),
            time: Time(time),
            product: Some(ProductShape::of(id, product, now)),
            offer: None,
        }
    }

    /// Of an offer, by its id.
    pub fn offer(
        kind: Kind,
        (event, time): (&'a EventId, Timestamp),
        (id, offer): (&'a str, &'a Offer),
        now: Timestamp,
    ) -> Self {
        Self {
            kind: kind.as_str(),
            event: event.into(),
            time: Time(time),
            product: None,
            offer: Some(Published::of(id, offer, now)),
        }
    }
}

#[derive(Debug, Serialize)]
struct ProductShape<'a> {
    product_id: &'a str,
    name: Option<&'a str>,
    url: Option<&'a str>,
    category: Option<&'a str>,
    price: Option<&'a str>,
    currency: Option<&'a str>,
    valid_from: Option<Time>,
    until: Option<Time>,
    in_stock: Option<bool>,
    stores: Vec<StoreShape<'a>>,
}

#[derive(Debug, Serialize)]
struct StoreShape<'a> {
    store_id: &'a str,
    in_stock: bool,
    quantity: Option<&'a str>,
}

impl<'a> ProductShape<'a> {
    fn of(id: &'a str, product: &'a Product, now: Timestamp) -> Self {
        let price = product.price_at(now);
        let stores = product.stores.iter().map(|(store, stock)| StoreShape {
            store_id: store,
            in_stock: product.is_in_store(store).unwrap_or_default(),
            quantity: stock.value.quantity.as_deref(),
        });
        Self {
            product_id: id,
            name: product.name.as_ref().map(|name| name.value.as_str()),
            url: product.url.as_ref().map(|url| url.value.as_str()),
            category: product.category.as_ref().map(|one| one.value.as_str()),
            price: price.map(|price| price.price.as_str()),
            currency: price.map(|price| price.currency.as_str()),
            valid_from: price.map(|price| Time(price.from)),
            until: price.and_then(|price| price.until).map(Time),
            in_stock: product.is_in_stock(),
            stores: stores.collect(),
        }
    }
}

/// An offer as it is published.
#[derive(Clone, Debug, Serialize)]
pub struct Published {
    offer_id: String,
    state: &'static str,
    name: Option<String>,
    coupon: Option<String>,
    products: BTreeSet<String>,
    price: Option<String>,
    currency: Option<String>,
    percent: Option<String>,
    segments: BTreeSet<String>,
    channels: BTreeSet<String>,
    store_id: Option<String>,
    expires: Option<Time>,
    since: Option<Time>,
}

impl Published {
    /// As it is at `now`.
    pub fn of(id: &str, offer: &Offer, now: Timestamp) -> Self {
        Self::at(id, offer, offer.state(now), offer.since(now))
    }

    /// The same, where it is known how it is.
    pub fn at(id: &str, offer: &Offer, state: State, since: Option<Timestamp>) -> Self {
        let terms = offer.terms.as_ref().map(|terms| terms.value.clone());
        let terms = terms.unwrap_or_default();
        Self {
            offer_id: id.to_owned(),
            state: state.as_str(),
            name: terms.name,
            coupon: terms.coupon,
            products: terms.products,
            price: terms.price,
            currency: terms.currency,
            percent: terms.percent,
            segments: terms.segments,
            channels: terms.channels,
            store_id: terms.store,
            expires: terms.expires.map(Time),
            since: since.map(Time),
        }
    }
}
