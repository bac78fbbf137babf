//! Whom the recipes ask about, and a service that knows them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    api::Api,
    process::{Service, serve},
};

/// The service's read key: every recipe has to show it.
pub const READ_KEY: &str = "key-of-the-recipes";
/// Mina's number, hers alone.
pub const KNOWN: &str = "+989123456789";
/// How a telephone system passes a hidden number on.
pub const HIDDEN: &str = "anonymous";
/// A number of two customers.
pub const SHARED: &str = "+989121112233";
/// What Mina's ticket is about: all that a platform may trip over.
pub const SUBJECT: &str = "The lid, \"cracked\" \\ درِ چای‌ساز: 50% & ${CALLERID}";

/// Texts that a flat answer has, by name.
pub type Told = [(&'static str, &'static str)];

pub const OF_KNOWN: &Told = &[
    ("match", "one"),
    ("why", ""),
    ("first_name", "Mina"),
    ("order_id", "o-77"),
    ("order_state", "shipped"),
    ("ticket_subject", SUBJECT),
    ("next_step", "follow_up_ticket"),
    ("candidates_count", "0"),
];
pub const OF_HIDDEN: &Told = &[
    ("match", "none"),
    ("why", "withheld"),
    ("first_name", ""),
    ("order_state", ""),
    ("candidates_count", "0"),
];
pub const OF_SHARED: &Told = &[
    ("match", "many"),
    ("why", "shared"),
    ("first_name", ""),
    ("order_state", ""),
    ("candidates_count", "2"),
];

/// Every caller that a recipe is tried with, and what is told of them.
pub const CALLERS: [(&str, &Told); 3] = [(KNOWN, OF_KNOWN), (HIDDEN, OF_HIDDEN), (SHARED, OF_SHARED)];

/// A service that knows the customers and asks for the read key.
pub struct House {
    pub service: Service,
    _folder: TempDir,
}

impl House {
    pub fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = serve(&folder.path().join("data"));
        command.env("YEKTA_HTTP__READ_KEY", READ_KEY);
        let service = Service::of(command);
        let told = Api::of(&service.url).post("/v1/events?wait=commit", &events());
        assert_eq!(told["rejected"], json!([]), "{told}");
        Self {
            service,
            _folder: folder,
        }
    }

    /// Where the service is.
    pub fn url(&self) -> &str {
        &self.service.url
    }

    /// Ends the service, which has to end well.
    pub fn close(self) {
        self.service.stop();
    }
}

fn events() -> Value {
    let mina = identifier("user_id", "mina", "verified");
    let product = json!({"product_id": "p-7", "name": "چای‌ساز", "quantity": 1, "price": 1_250_000});
    json!([
        event(
            "1",
            ["web", "Signed In"],
            600,
            json!({"identifiers": [mina, identifier("phone", KNOWN, "verified")],
                "traits": {"first_name": "Mina", "last_name": "Karimi", "language": "fa"}}),
        ),
        event(
            "2",
            ["web", "Order Completed"],
            590,
            json!({"identifiers": [mina], "properties":
                {"order_id": "o-77", "total": 1_250_000, "currency": "IRR", "products": [product]}}),
        ),
        event(
            "3",
            ["web", "Order Shipped"],
            300,
            json!({"identifiers": [mina], "properties": {"order_id": "o-77"}}),
        ),
        event(
            "4",
            ["callcenter", "Ticket Opened"],
            200,
            json!({"identifiers": [mina], "properties": {"ticket_id": "t-9", "subject": SUBJECT}}),
        ),
        met_in_the_shop("5", "ann", "Ann"),
        met_in_the_shop("6", "bob", "Bob"),
    ])
}

/// A customer who left the number of two.
fn met_in_the_shop(id: &str, who: &str, name: &str) -> Value {
    let identifiers = [
        identifier("user_id", who, "verified"),
        identifier("phone", SHARED, "staff"),
    ];
    let more = json!({"identifiers": identifiers, "traits": {"first_name": name}});
    event(id, ["store", "Profile Updated"], 100, more)
}

fn identifier(kind: &str, value: &str, trust: &str) -> Value {
    json!({"kind": kind, "value": value, "trust": trust})
}

/// A native event so many minutes ago, with the members of `more`.
fn event(id: &str, [channel, name]: [&str; 2], minutes_ago: i64, more: Value) -> Value {
    let time = Timestamp::now() - SignedDuration::from_mins(minutes_ago);
    let mut event = json!({"id": id, "source": "test", "channel": channel, "type": name,
        "time": time.to_string()});
    let Value::Object(more) = more else {
        panic!("expected members")
    };
    event.as_object_mut().unwrap().extend(more);
    event
}
