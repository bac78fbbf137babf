//! What the tenant says of its own products and offers, read from an event that is about no customer.
//!
//! The edge reads it to refuse what says nothing, the engine to keep what it says: so both read the same.

use std::collections::BTreeMap;

use crate::domain::{
    amount::Amount,
    catalogue::{Kind, PriceChange, Statement, Stock, StockChange, Terms},
    event::Event,
    profile::shortened,
    time::Timestamp,
    value::Value,
};
use crate::wire::{rejection::Fault, time};

/// Products, segments and channels that one offer names.
const NAMES_MAX: usize = 100;

/// The members that say from when on a price holds.
const BEGINNINGS: [&str; 3] = ["valid_from", "from", "starts_at"];
/// The members that say until when something holds, beside those of every event.
const ENDS: [&str; 2] = ["until", "ends_at"];

/// What `event` says of `kind`.
///
/// # Errors
/// The [`Fault`] by which it says nothing: what it is about, or what is said of that, is missing or cannot be read.
pub(crate) fn read(kind: Kind, event: &Event) -> Result<Statement, Fault> {
    let properties = &event.properties;
    Ok(match kind {
        Kind::Price => Statement::Price(PriceChange {
            product: product(properties)?,
            price: amount(properties, "price")?.ok_or_else(|| missing("price"))?,
            currency: text(properties, &["currency"]).ok_or_else(|| missing("currency"))?,
            from: beginning(properties)?,
            until: end(event)?,
            name: text(properties, &["name", "title"]),
            url: text(properties, &["url"]),
            category: text(properties, &["category"]),
        }),
        Kind::Stock => Statement::Stock(StockChange {
            product: product(properties)?,
            store: text(properties, &["store_id"]),
            stock: stock(properties)?,
        }),
        Kind::Offer => Statement::Offer {
            id: offer(properties)?,
            terms: Terms {
                name: text(properties, &["name", "title"]),
                coupon: text(properties, &["coupon", "code"]),
                products: names(properties, "products")?,
                price: amount(properties, "price")?,
                currency: text(properties, &["currency"]),
                percent: amount(properties, "percent")?,
                segments: names(properties, "segments")?,
                channels: names(properties, "channels")?,
                store: text(properties, &["store_id"]),
                expires: end(event)?,
            },
        },
        Kind::OfferEnd => Statement::OfferEnd {
            id: offer(properties)?,
        },
        Kind::Agent => Statement::Agent,
        Kind::Employee => Statement::Employee {
            team: text(properties, &["team"]).ok_or_else(|| missing("team"))?,
            score: score(properties)?,
        },
    })
}

fn missing(member: &str) -> Fault {
    Fault::missing(&format!("properties.{member}"))
}

fn text(properties: &BTreeMap<String, Value>, members: &[&str]) -> Option<String> {
    let text = |member: &&str| properties.get(*member)?.text_or_number();
    let text = members.iter().find_map(text)?.trim().to_owned();
    (!text.is_empty()).then(|| shortened(text))
}

fn product(properties: &BTreeMap<String, Value>) -> Result<String, Fault> {
    text(properties, &["product_id", "sku"]).ok_or_else(|| missing("product_id"))
}

fn offer(properties: &BTreeMap<String, Value>) -> Result<String, Fault> {
    text(properties, &["offer_id", "promotion_id", "coupon_id"]).ok_or_else(|| missing("offer_id"))
}

/// An amount of nothing or more, as it is written.
fn amount(properties: &BTreeMap<String, Value>, member: &str) -> Result<Option<String>, Fault> {
    let Some(value) = properties.get(member).filter(|value| **value != Value::Null) else {
        return Ok(None);
    };
    let text = value.text_or_number().map(|text| text.trim().to_owned());
    let is_amount = |text: &String| Amount::from_decimal(text).is_ok_and(|amount| amount >= Amount::ZERO);
    match text.filter(is_amount) {
        Some(text) => Ok(Some(shortened(text))),
        None => Err(Fault::wrong_type(
            &format!("properties.{member}"),
            "a decimal number of 0 or more, such as 12.50",
        )),
    }
}

/// A whole number from 0 to 10.
fn score(properties: &BTreeMap<String, Value>) -> Result<u8, Fault> {
    const MOST: u8 = 10;
    let said = text(properties, &["score"]).ok_or_else(|| missing("score"))?;
    let score = said.parse::<u8>().ok().filter(|score| *score <= MOST);
    score.ok_or_else(|| Fault::wrong_type("properties.score", "a whole number from 0 to 10"))
}

fn beginning(properties: &BTreeMap<String, Value>) -> Result<Option<Timestamp>, Fault> {
    let stated = BEGINNINGS
        .iter()
        .find_map(|name| Some((*name, properties.get(*name)?)));
    let Some((name, value)) = stated.filter(|(_, value)| **value != Value::Null) else {
        return Ok(None);
    };
    time::read(value).map(Some).ok_or_else(|| bad_time(name))
}

/// Until when it holds: what every event says so by, or the words that are said of prices.
fn end(event: &Event) -> Result<Option<Timestamp>, Fault> {
    if event.expires.is_some() {
        return Ok(event.expires);
    }
    let stated = ENDS
        .iter()
        .find_map(|name| Some((*name, event.properties.get(*name)?)));
    let Some((name, value)) = stated.filter(|(_, value)| **value != Value::Null) else {
        return Ok(None);
    };
    time::read_end(value).map(Some).ok_or_else(|| bad_time(name))
}

fn bad_time(member: &str) -> Fault {
    Fault::wrong_type(
        &format!("properties.{member}"),
        "RFC 3339 with an offset, or milliseconds since the epoch",
    )
}

fn stock(properties: &BTreeMap<String, Value>) -> Result<Stock, Fault> {
    let quantity = amount(properties, "quantity")?;
    let said = match properties.get("available") {
        Some(Value::Bool(available)) => Some(*available),
        None | Some(Value::Null) => None,
        Some(_) => return Err(Fault::wrong_type("properties.available", "true or false")),
    };
    let counted = quantity
        .as_deref()
        .and_then(|text| Amount::from_decimal(text).ok());
    let available = said.or_else(|| counted.map(|amount| amount > Amount::ZERO));
    Ok(Stock {
        available: available.ok_or_else(|| missing("quantity"))?,
        quantity,
    })
}

/// The names in a list: texts, or what has one as its id.
fn names<C: FromIterator<String>>(properties: &BTreeMap<String, Value>, member: &str) -> Result<C, Fault> {
    let list = match properties.get(member) {
        None | Some(Value::Null) => &[],
        Some(Value::List(list)) if list.len() <= NAMES_MAX => list.as_slice(),
        Some(_) => {
            let expected = format!("a list of at most {NAMES_MAX} names");
            return Err(Fault::wrong_type(&format!("properties.{member}"), &expected));
        }
    };
    let name = |value: &Value| match value {
        Value::Map(members) => text(members, &["product_id", "sku", "id", "name"]),
        other => other
            .text_or_number()
            .map(|text| shortened(text.trim().to_owned())),
    };
    Ok(list
        .iter()
        .filter_map(name)
        .filter(|name| !name.is_empty())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{event::EventId, value::Number};

    fn event(properties: &[(&str, &str)]) -> Event {
        let id = EventId {
            source: "erp".to_owned(),
            id: "e".to_owned(),
        };
        let mut event = Event::plain(id, "Price Changed", Timestamp::from_micros(1));
        let value = |text: &str| match Number::from_text(text) {
            Some(number) => Value::Number(number),
            None if text == "true" => Value::Bool(true),
            None => Value::Text(text.to_owned()),
        };
        event.properties = properties
            .iter()
            .map(|(name, text)| ((*name).to_owned(), value(text)))
            .collect();
        event
    }

    #[test]
    fn what_says_nothing_is_refused_and_says_what_was_expected() {
        for (kind, properties, expected) in [
            (
                Kind::Price,
                &[("price", "3"), ("currency", "EUR")][..],
                "properties.product_id",
            ),
            (
                Kind::Price,
                &[("sku", "a"), ("currency", "EUR")],
                "properties.price",
            ),
            (
                Kind::Price,
                &[("sku", "a"), ("price", "3")],
                "properties.currency",
            ),
            (
                Kind::Price,
                &[("sku", "a"), ("price", "cheap"), ("currency", "EUR")],
                "properties.price",
            ),
            (
                Kind::Price,
                &[("sku", "a"), ("price", "-1"), ("currency", "EUR")],
                "properties.price",
            ),
            (
                Kind::Price,
                &[
                    ("sku", "a"),
                    ("price", "1"),
                    ("currency", "EUR"),
                    ("valid_from", "soon"),
                ],
                "properties.valid_from",
            ),
            (Kind::Stock, &[("quantity", "3")], "properties.product_id"),
            (Kind::Stock, &[("sku", "a")], "properties.quantity"),
            (
                Kind::Stock,
                &[("sku", "a"), ("available", "maybe")],
                "properties.available",
            ),
            (Kind::Offer, &[("name", "Spring")], "properties.offer_id"),
            (
                Kind::Offer,
                &[("offer_id", "o"), ("products", "a")],
                "properties.products",
            ),
            (Kind::OfferEnd, &[], "properties.offer_id"),
        ] {
            let fault = read(kind, &event(properties)).unwrap_err();
            assert!(fault.message.contains(expected), "{expected}: {}", fault.message);
            assert!(!fault.message.contains("cheap"));
        }
    }

    #[test]
    fn what_is_said_is_read() {
        let of = |kind, properties: &[(&str, &str)]| read(kind, &event(properties)).unwrap();
        let Statement::Price(change) = of(
            Kind::Price,
            &[
                ("sku", "7"),
                ("price", "12.50"),
                ("currency", "EUR"),
                ("until", "2026-11-30"),
            ],
        ) else {
            panic!("no price")
        };
        assert_eq!((change.product.as_str(), change.price.as_str()), ("7", "12.50"));
        assert_eq!(change.until, time::parse("2026-12-01T00:00:00Z"));
        for (properties, available) in [
            (&[("sku", "7"), ("quantity", "0")][..], false),
            (&[("sku", "7"), ("quantity", "2")], true),
            (&[("sku", "7"), ("available", "true")], true),
        ] {
            let Statement::Stock(change) = of(Kind::Stock, properties) else {
                panic!("no stock")
            };
            assert_eq!(change.stock.available, available);
        }
    }
}
