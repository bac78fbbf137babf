//! What many customers show: told once when it begins and once when it is over, whatever happens in between.

use serde_json::{Value, json};

use crate::{
    flows::{did, going_by, published, rest},
    rulebook::until,
    town::Town,
};

/// A touchpoint that everybody meets.
pub const RULES: &str = r#"
    [journeys.purchase]
    stages = [
      { name = "decide", touchpoints = [{ name = "cart", on = ["Product Added"] }] },
      { name = "buy", touchpoints = [{ name = "till", on = ["Order Completed"] }] },
    ]
"#;

/// A customer puts something into the cart.
pub fn added(number: usize) -> Value {
    let (who, id) = (format!("c-{number}"), format!("cart-{number}"));
    let product = json!({"product_id": "p-1"});
    did(&who, &id, "Product Added", "22T10:00", product)
}

/// It is looked every second.
fn town() -> Town {
    going_by(RULES, "insight_every_s = 1\n")
}

/// So many customers put something into the cart.
fn fill(town: &Town, people: std::ops::Range<usize>) {
    let events: Vec<Value> = people.map(added).collect();
    town.tell(&events);
    rest(town);
}

/// Waits until so much was told of what is not measured.
fn told(town: &Town, count: usize) -> Vec<Value> {
    until(town, |town| published(town, ".insight.unmeasured").len() >= count);
    published(town, ".insight.unmeasured")
}

fn lasting(town: &Town) -> Vec<Value> {
    town.get("/v1/insights")["insights"].as_array().unwrap().clone()
}

#[test]
fn what_nobody_measures_is_told_of_once_and_is_over_when_somebody_is_asked() {
    let mut town = town();
    fill(&town, 0..99);
    assert_eq!(lasting(&town), Vec::<Value>::new(), "ninety-nine are too few");
    fill(&town, 99..120);
    let begun = told(&town, 1);
    let about = json!({"kind": "unmeasured", "about": "purchase/cart", "state": "begun",
        "at": "2026-11-22T12:00:00Z", "since": "2026-11-22T12:00:00Z", "evidence": begun[0]["evidence"],
        "insight": begun[0]["insight"]});
    assert_eq!(begun[0], about);
    let touches = begun[0]["evidence"]["touches"].as_u64().unwrap();
    assert!((100..=120).contains(&touches), "{touches}");
    assert_eq!(lasting(&town), begun);

    // It is known after a restart, and more of the same is nothing new.
    town.reopen();
    fill(&town, 120..140);
    assert_eq!(lasting(&town), begun);

    let answer = json!({"csat": 4, "touchpoint": "cart"});
    town.tell(&[did("c-7", "answer", "Survey Answered", "22T11:00", answer)]);
    let all = told(&town, 2);
    assert_eq!(all.len(), 2);
    assert_eq!(
        (&all[1]["state"], &all[1]["insight"]),
        (&json!("over"), &begun[0]["insight"])
    );
    assert_eq!(lasting(&town), Vec::<Value>::new());
    assert_eq!(town.query().insights().unwrap(), []);
}
