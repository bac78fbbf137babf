//! An event on its way: what it says, when it happened, and how late it arrives.

use serde_json::{Map, Value, json};

use crate::cli::generate::catalogue::{CURRENCY, Product};

/// Where an event comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) channel: &'static str,
    pub(crate) source: String,
}

impl Origin {
    pub(crate) fn new(channel: &'static str, source: impl Into<String>) -> Self {
        Self {
            channel,
            source: source.into(),
        }
    }
}

/// A native event without its id.
#[derive(Debug)]
pub(crate) struct Draft {
    /// Event time in microseconds since the epoch.
    pub(crate) at: i64,
    /// Seconds between event and arrival; 0 leaves it to the schedule.
    pub(crate) delay_s: u32,
    origin: Origin,
    name: &'static str,
    identifiers: Vec<Value>,
    traits: Map<String, Value>,
    properties: Map<String, Value>,
    context: Map<String, Value>,
    consent: Option<Value>,
}

impl Draft {
    pub(crate) fn new(origin: &Origin, name: &'static str, at: i64) -> Self {
        Self {
            at,
            delay_s: 0,
            origin: origin.clone(),
            name,
            identifiers: Vec::new(),
            traits: Map::new(),
            properties: Map::new(),
            context: Map::new(),
            consent: None,
        }
    }

    /// The same circumstances for another event.
    pub(crate) fn renamed(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// An identifier with its source's default trust.
    pub(crate) fn id(mut self, kind: &str, value: &str) -> Self {
        self.identifiers.push(json!({"kind": kind, "value": value}));
        self
    }

    /// An identifier with a trust of its own.
    pub(crate) fn trusted(mut self, kind: &str, value: &str, trust: &str) -> Self {
        self.identifiers
            .push(json!({"kind": kind, "value": value, "trust": trust}));
        self
    }

    pub(crate) fn property(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.properties.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn fact(mut self, name: &str, value: &str) -> Self {
        self.traits.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn context(mut self, name: &str, value: &str) -> Self {
        self.context.insert(name.to_owned(), value.into());
        self
    }

    /// What the customer decides about being contacted for marketing.
    pub(crate) fn consent(mut self, way: &str, decision: &str) -> Self {
        self.consent = Some(json!({way: {"marketing": decision}}));
        self
    }

    /// The product that it is about.
    pub(crate) fn about(mut self, product: Product) -> Self {
        if let Value::Object(members) = described(product, 1) {
            self.properties.extend(members);
        }
        self
    }

    /// The products that it is about, and what they come to.
    pub(crate) fn sums_up(self, products: &[Product]) -> Self {
        let total: u64 = products.iter().map(|product| u64::from(product.price)).sum();
        let lines: Vec<Value> = products.iter().map(|product| described(*product, 1)).collect();
        self.property("products", lines)
            .property("total", total)
            .property("currency", CURRENCY)
    }

    pub(crate) fn late(mut self, delay_s: u32) -> Self {
        self.delay_s = delay_s;
        self
    }

    /// The native event, empty members left out.
    pub(crate) fn finish(self, id: String) -> Value {
        let mut event = Map::new();
        event.insert("id".to_owned(), id.into());
        event.insert("channel".to_owned(), self.origin.channel.into());
        event.insert("type".to_owned(), self.name.into());
        event.insert("time".to_owned(), written(self.at).into());
        event.insert("source".to_owned(), self.origin.source.into());
        event.insert("identifiers".to_owned(), self.identifiers.into());
        let parts = [
            ("traits", self.traits),
            ("properties", self.properties),
            ("context", self.context),
        ];
        for (name, members) in parts {
            if !members.is_empty() {
                event.insert(name.to_owned(), members.into());
            }
        }
        if let Some(consent) = self.consent {
            event.insert("consent".to_owned(), consent);
        }
        Value::Object(event)
    }
}

/// A point in time, given in microseconds since the epoch, in RFC 3339 in UTC; what no calendar holds is the epoch.
pub(crate) fn written(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_string()
}

fn described(product: Product, quantity: u32) -> Value {
    json!({
        "product_id": product.id,
        "name": product.name,
        "category": product.category,
        "price": product.price,
        "currency": CURRENCY,
        "quantity": quantity,
    })
}

#[cfg(test)]
mod tests {
    use super::{Draft, Origin, written};
    use serde_json::json;

    #[test]
    fn an_event_has_the_native_shape_and_no_empty_members() {
        let draft = Draft::new(&Origin::new("web", "web/shop"), "Page Viewed", 5_000)
            .id("anonymous_id", "a1")
            .trusted("phone", "0912", "observed")
            .property("path", "/");
        let expected = json!({
            "id": "g1-1", "channel": "web", "type": "Page Viewed", "time": "1970-01-01T00:00:00.005Z",
            "source": "web/shop",
            "identifiers": [
                {"kind": "anonymous_id", "value": "a1"},
                {"kind": "phone", "value": "0912", "trust": "observed"},
            ],
            "properties": {"path": "/"},
        });
        assert_eq!(draft.finish("g1-1".to_owned()), expected);
    }

    #[test]
    fn times_are_written_in_utc() {
        assert_eq!(written(1_767_225_600_000_000), "2026-01-01T00:00:00Z");
        assert_eq!(written(i64::MAX), "1970-01-01T00:00:00Z");
    }
}
