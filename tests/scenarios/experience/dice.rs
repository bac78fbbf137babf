//! What small histories are drawn from: times, events, and what is said with them.

use serde_json::{Value, json};

/// Numbers that look like chance and are the same each time.
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next one, less than `faces`.
    pub fn roll(&mut self, faces: u64) -> u64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % faces
    }

    pub fn one_of<T: Clone>(&mut self, of: &[T]) -> T {
        let faces = u64::try_from(of.len()).unwrap();
        of[usize::try_from(self.roll(faces)).unwrap()].clone()
    }
}

/// Between the 13th and noon of the 22nd, at a few hours, so that some happens at once.
pub fn time(dice: &mut Dice) -> String {
    let (day, hour) = (13 + dice.roll(10), 9 + dice.roll(3));
    format!("{day}T{hour:02}:{:02}", 10 * dice.roll(6))
}

/// What may happen, and on which channel.
pub const WHAT: [(&str, &str); 16] = [
    ("web", "Product Viewed"),
    ("mobile", "Product Viewed"),
    ("store", "QR Scanned"),
    ("web", "Product Added to Wishlist"),
    ("web", "Product Added"),
    ("web", "Order Completed"),
    ("mobile", "Order Delivered"),
    ("callcenter", "Call Ended"),
    ("callcenter", "Call Ended"),
    ("callcenter", "Callback Completed"),
    ("web", "Live Chat Conversation Ended"),
    ("web", "Survey Answered"),
    ("store", "Survey Answered"),
    ("mobile", "Product Shared"),
    ("web", "Payment Failed"),
    ("callcenter", "Ticket Closed"),
];

/// What may be said with anything: each member with some of what it may be.
pub fn about(dice: &mut Dice, number: u64) -> Value {
    let mut about = json!({
        "order_id": format!("o-{number}"), "product_id": format!("p-{}", dice.roll(3)),
        "ticket_id": format!("t-{}", dice.roll(3)), "team": dice.one_of(&["care", "desk", "shop"]),
    });
    let may_be = [
        ("nps", dice.roll(13)),
        ("csat", dice.roll(7)),
        ("ces", dice.roll(9)),
        ("queue_s", 60 * dice.roll(5)),
        ("handling_s", 50 * dice.roll(9)),
    ];
    for (member, value) in may_be {
        if dice.roll(3) == 0 {
            about[member] = json!(value);
        }
    }
    let words = [
        ("mood", json!(dice.one_of(&["angry", "neutral", "positive"]))),
        ("touchpoint", json!(dice.one_of(&["checkout", "help", "word"]))),
        ("cause", json!(dice.one_of(&["invoice", "size"]))),
        ("late", json!(true)),
        ("abandoned", json!(true)),
        ("resolved", json!(dice.roll(2) == 0)),
    ];
    for (member, value) in words {
        if dice.roll(3) == 0 {
            about[member] = value;
        }
    }
    about
}
