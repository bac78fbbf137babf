//! A town whose tenant has rules: two segments, three flows, and what customers do about them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use yekta::{
    decide::rule::{Act, Condition, Flow, Rulebook, Segment, Signal, Step},
    engine::Position,
};

use crate::{
    asked::HOUR,
    said::{event, user},
    schema::Descriptions,
    town::Town,
};

pub const EXPORT: &str = "/v1/profiles/user_id:sara/export";

pub fn condition(text: &str) -> Condition {
    Condition::parse(text).unwrap()
}

pub fn segment(name: &str, when: &str) -> Segment {
    Segment {
        silent: false,
        name: name.to_owned(),
        when: condition(when),
    }
}

pub fn flow(name: &str, on: &[&str], matter: Option<&str>, steps: Vec<Step>) -> Flow {
    Flow {
        name: name.to_owned(),
        on: on.iter().map(|on| (*on).to_owned()).collect(),
        when: None,
        matter: matter.map(condition),
        holdout: 0,
        again_us: None,
        restarts: false,
        unless: Vec::new(),
        steps,
    }
}

pub fn ask(name: &str) -> Step {
    Step::Act(Act::Ask {
        channel: "web".to_owned(),
        name: name.to_owned(),
        with: BTreeMap::new(),
    })
}

pub fn send(template: &str) -> Step {
    Step::Act(Act::Send {
        channel: "sms".to_owned(),
        purpose: "service".to_owned(),
        template: template.to_owned(),
        team: None,
        priority: 5,
        with: BTreeMap::new(),
    })
}

/// Two segments, one of which time alone ends; a reminder unless it is bought, a greeting by hand, a message at once.
pub fn rules() -> Rulebook {
    let segments = vec![
        segment("buyers", r#"happened("Order Completed", "30d")"#),
        segment("lookers", r#"counters.events > 0"#),
    ];
    let bought = Signal {
        on: "order_completed".to_owned(),
        when: None,
    };
    let unless_bought = Step::For {
        signals: vec![bought],
        within_us: 24 * HOUR,
        unless: true,
    };
    let flows = vec![
        flow(
            "remind",
            &["product_added"],
            Some("event.properties.product_id"),
            vec![unless_bought, ask("remind")],
        ),
        flow("greet", &[], None, vec![ask("greet")]),
        flow("ready", &["order_ready"], None, vec![send("order_ready")]),
    ];
    Rulebook::new(segments, flows).unwrap()
}

pub fn ruled() -> Town {
    settled(Town::keyed(7).ruled(rules()))
}

/// Once all profiles were looked at.
pub fn settled(town: Town) -> Town {
    until(&town, |town| town.get("/v1/rules")["sweeping"] == false);
    town
}

/// Fails unless an answer is as `openapi.json` says of what is called `name`.
pub fn described(town: &Town, name: &str, answer: &Value) {
    let described = Descriptions::of(town, Value::Null);
    let schema = described.at(&format!("./openapi.json#/components/schemas/{name}"));
    let misfits = described.misfits(schema.unwrap(), answer, name);
    assert_eq!(misfits, Vec::<String>::new());
}

/// Waits until it holds.
pub fn until(town: &Town, holds: impl Fn(&Town) -> bool) {
    let mut changes = town.engine().handle.changes();
    while !holds(town) {
        town.wait(changes.changed()).unwrap();
    }
}

pub fn bought(who: &str) -> Value {
    let more = json!({"properties": {"order_id": who, "total": 5, "currency": "IRR"}});
    event(
        &format!("b-{who}"),
        ["store", "Order Completed"],
        "22T11:00",
        json!([user(who)]),
        more,
    )
}

pub fn added(who: &str, product: &str) -> Value {
    let more = json!({"properties": {"product_id": product, "price": 5, "currency": "IRR"}});
    event(
        &format!("a-{who}-{product}"),
        ["web", "Product Added"],
        "22T11:30",
        json!([user(who)]),
        more,
    )
}

pub fn looked(who: &str) -> Value {
    event(
        &format!("l-{who}"),
        ["web", "Product Viewed"],
        "22T11:40",
        json!([user(who)]),
        json!({}),
    )
}

/// The actions that were published, as `channel.name` and for whom.
pub fn actions(town: &Town) -> Vec<(String, String)> {
    let told = town.query().updates_after(Position(0), usize::MAX).unwrap();
    let actions = told.iter().filter(|update| update.subject.contains(".action."));
    let actions = actions.map(|update| {
        let body: Value = serde_json::from_slice(&update.body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap().to_owned();
        (format!("{}.{}", text("channel"), text("name")), text("profile"))
    });
    actions.collect()
}

pub fn start(town: &Town, flow: &str, body: &Value) -> (u16, Value) {
    let path = format!("/v1/flows/{flow}/start");
    let reply = town.call("POST", &path, &[], body.to_string().into_bytes());
    (reply.status, reply.body)
}

/// The ids of all who are in a segment, and how many pages they stand on.
pub fn members(town: &Town, segment: &str, limit: usize) -> (BTreeSet<String>, usize) {
    let (mut members, mut pages, mut cursor) = (BTreeSet::new(), 0, String::new());
    loop {
        let page = town.get(&format!("/v1/segments/{segment}/members?limit={limit}{cursor}"));
        let profiles = page["profiles"].as_array().unwrap();
        assert!(profiles.len() <= limit);
        for id in profiles {
            assert!(members.insert(id.as_str().unwrap().to_owned()), "once");
        }
        pages += 1;
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (members, pages),
        }
    }
}
