//! One visit of somebody around the story: a call, a chat, a delivery, a walk through the store, a failed checkout; and at
//! times what they said of it.

use serde_json::{Value, json};

use crate::cli::{
    generate::dice::Dice,
    story::{around::SECOND, scribe::written},
};

const CAUSES: [&str; 4] = ["late_delivery", "invoice", "return", "order_status"];
/// From so many seconds in a queue on people are annoyed.
const PATIENCE_S: u32 = 120;

/// A visit that is played.
#[derive(Debug)]
pub(super) struct Visit<'a> {
    pub(super) user: String,
    /// What makes the ids of its events its own.
    pub(super) number: String,
    /// Microseconds since the epoch.
    pub(super) now: i64,
    pub(super) dice: &'a mut Dice,
    /// When, and what.
    pub(super) told: Vec<(i64, Value)>,
}

impl Visit<'_> {
    pub(super) fn play(mut self) -> Vec<(i64, Value)> {
        match self.dice.below(100) {
            0..=29 => self.call(),
            30..=44 => self.chat(),
            45..=74 => self.delivery(),
            75..=86 => self.store(),
            _ => self.checkout(),
        }
        self.told
    }

    fn call(&mut self) {
        let (queue, gave_up) = self.queue();
        let team = self.dice.pick(&["care", "care", "sales"]);
        let call_id = format!("around-call-{}", self.number);
        let mut served = self.served(team, queue, gave_up);
        put(&mut served, "call_id", Value::from(call_id.as_str()));
        let started = json!({"call_id": call_id});
        self.add("callcenter", "Call Started", started);
        self.pass(120, 900);
        self.add("callcenter", "Call Ended", served);
        if !gave_up {
            let content = self.is_content(queue > PATIENCE_S);
            self.answer("callcenter", ("ces", "hotline", team), content);
        }
    }

    fn chat(&mut self) {
        let (queue, gave_up) = self.queue();
        self.add("web", "Live Chat Conversation Started", json!({}));
        self.pass(60, 600);
        let served = self.served("chat", queue, gave_up);
        self.add("web", "Live Chat Conversation Ended", served);
        if !gave_up {
            let content = self.is_content(queue > PATIENCE_S);
            self.answer("web", ("csat", "chat", "chat"), content);
        }
    }

    /// A parcel of an order of the same day.
    fn delivery(&mut self) {
        let order_id = format!("around-order-{}", self.number);
        let total = self.dice.within(30, 300).saturating_mul(100_000);
        let order = json!({"order_id": order_id, "total": total, "currency": "IRR"});
        let channel = self.dice.pick(&["web", "mobile"]);
        self.add(channel, "Order Completed", order);
        self.pass(600, 3_000);
        let late = self.dice.per_mille(220);
        let delivered = json!({"order_id": order_id, "late": late, "team": "carrier"});
        self.add("web", "Order Delivered", delivered);
        let content = self.is_content(late);
        self.answer(channel, ("nps", "delivery", "carrier"), content);
    }

    fn store(&mut self) {
        let store = self.dice.pick(&["tehran-12", "shiraz-2"]);
        self.add("store", "Store Visit Started", json!({"store_id": store}));
        self.pass(600, 2_400);
        let content = self.is_content(false);
        self.answer("store", ("csat", "store_visit", store), content);
    }

    fn checkout(&mut self) {
        self.add("mobile", "Checkout Started", json!({}));
        self.pass(20, 200);
        let fails = self.dice.per_mille(500);
        if fails {
            let failed = self
                .dice
                .pick(&["Payment Failed", "Error Shown", "Checkout Failed"]);
            self.add("mobile", failed, json!({}));
        }
        let content = self.is_content(fails);
        self.answer("mobile", ("ces", "checkout", "shop"), content);
    }

    /// Seconds in a queue, and whether they gave up.
    fn queue(&mut self) -> (u32, bool) {
        match self.dice.per_mille(250) {
            true => (self.dice.within(130, 420), self.dice.per_mille(250)),
            false => (self.dice.within(5, 100), false),
        }
    }

    fn served(&mut self, team: &str, queue: u32, gave_up: bool) -> Value {
        let cause = self.dice.pick(&CAUSES);
        if gave_up {
            return json!({"team": team, "cause": cause, "queue_s": queue, "abandoned": true});
        }
        json!({
            "team": team, "cause": cause, "queue_s": queue, "handling_s": self.dice.within(120, 900),
            "resolved": self.dice.per_mille(850),
            "sentiment": self.dice.pick(&["happy", "neutral", "neutral", "angry"]),
        })
    }

    fn is_content(&mut self, was_annoyed: bool) -> bool {
        self.dice.per_mille(if was_annoyed { 300 } else { 850 })
    }

    /// Some time later, of three in four: what they say to a survey of this style, at this touchpoint, about this team.
    fn answer(&mut self, channel: &str, (style, touchpoint, team): (&str, &str, &str), content: bool) {
        if !self.dice.per_mille(750) {
            return;
        }
        self.pass(120, 1_200);
        let (low, high) = match (style, content) {
            ("nps", true) => (8, 10),
            ("nps", false) => (1, 7),
            ("csat", true) => (4, 5),
            ("csat", false) => (1, 3),
            (_, true) => (5, 7),
            (_, false) => (1, 4),
        };
        let score = self.dice.within(low, high);
        let answer = json!({"survey": style, "score": score, "touchpoint": touchpoint, "team": team});
        self.add(channel, "Survey Answered", answer);
    }

    fn pass(&mut self, low_s: u32, high_s: u32) {
        let seconds = i64::from(self.dice.within(low_s, high_s));
        self.now = self.now.saturating_add(seconds.saturating_mul(SECOND));
    }

    fn add(&mut self, channel: &str, name: &str, properties: Value) {
        let event = json!({
            "id": format!("around-{}-{}", self.number, self.told.len()),
            "channel": channel,
            "source": format!("around/{channel}"),
            "type": name,
            "time": written(self.now),
            "identifiers": [{"kind": "user_id", "value": self.user}],
            "properties": properties,
        });
        self.told.push((self.now, event));
    }
}

/// Somebody of a team says how content they are.
pub(super) fn employee(id: &str, at: i64, team: &str, score: u32) -> Value {
    json!({
        "id": id,
        "channel": "store",
        "source": "around/staff",
        "type": "Employee Feedback Given",
        "time": written(at),
        "identifiers": [],
        "properties": {"team": team, "score": score},
    })
}

fn put(members: &mut Value, name: &str, value: Value) {
    if let Some(members) = members.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
}
