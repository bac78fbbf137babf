//! What a shop may show a customer, as contexts write it.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::domain::context;
use crate::wire::out::scalar::Time;

/// A product that may interest the customer.
#[derive(Debug, Serialize)]
pub struct Related {
    product_id: String,
    name: Option<String>,
    price: Option<String>,
    currency: Option<String>,
    in_stock: Option<bool>,
    why: &'static str,
    with: Option<String>,
}

impl From<context::Related> for Related {
    fn from(one: context::Related) -> Self {
        Self {
            product_id: one.product,
            name: one.name,
            price: one.published.price,
            currency: one.published.currency,
            in_stock: one.published.in_stock,
            why: one.why.as_str(),
            with: one.with,
        }
    }
}

/// An offer that is published and for the customer.
#[derive(Debug, Serialize)]
pub struct Coupon {
    offer_id: String,
    name: Option<String>,
    coupon: Option<String>,
    price: Option<String>,
    currency: Option<String>,
    percent: Option<String>,
    products: BTreeSet<String>,
    expires: Option<Time>,
}

impl From<context::Coupon> for Coupon {
    fn from(one: context::Coupon) -> Self {
        Self {
            offer_id: one.offer,
            name: one.name,
            coupon: one.code,
            price: one.price,
            currency: one.currency,
            percent: one.percent,
            products: one.products,
            expires: one.expires.map(Time),
        }
    }
}

/// A way of contact that the customer is shown.
#[derive(Debug, Serialize)]
pub struct ContactChannel {
    channel: String,
    granted: Vec<String>,
    denied: Vec<String>,
}

impl From<context::ContactChannel> for ContactChannel {
    fn from(one: context::ContactChannel) -> Self {
        Self {
            channel: one.way,
            granted: one.granted,
            denied: one.denied,
        }
    }
}
