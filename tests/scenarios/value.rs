//! What customers are worth among all: who stands where, and what becomes of it when they merge, part and are erased.

use serde_json::{Value, json};
use yekta::{domain::time::Timestamp, engine::Position};

use crate::{
    asked::HOUR,
    erased::erase,
    said::{event, user},
    steward::{merge, undo},
    town::{NOW, Town},
};

fn next_day() -> Timestamp {
    NOW.saturating_add(25 * HOUR)
}

fn next_year() -> Timestamp {
    NOW.saturating_add(400 * 24 * HOUR)
}

/// An order of somebody on a day of November.
pub fn order(who: &str, number: u32, day: u32, total: u32) -> Value {
    said_of_order("Order Completed", who, number, day, total)
}

fn said_of_order(name: &str, who: &str, number: u32, day: u32, total: u32) -> Value {
    event(
        &format!("{name}-{who}-{number}"),
        ["store", name],
        &format!("{day:02}T10:00"),
        json!([user(who)]),
        json!({"properties": {"order_id": format!("{who}-{number}"), "total": total, "currency": "IRR"}}),
    )
}

/// Twenty customers: the higher the number, the later they came, the more often, and for the more money.
fn twenty() -> Vec<Value> {
    let orders = (0..20).flat_map(|customer| {
        let who = format!("c{customer:02}");
        (0..=customer).map(move |number| order(&who, number, customer + 1, 100))
    });
    orders.collect()
}

/// Ten of whom the last two are the same.
fn ten() -> Vec<Value> {
    let others = (0..8).map(|customer| (format!("c{customer:02}"), customer + 1, 100 + customer));
    let same = ["ann", "bob"].map(|who| (who.to_owned(), 20, 500));
    let orders = others
        .chain(same)
        .flat_map(|(who, day, total)| [1, 2].map(|number| order(&who, number, day, total)));
    orders.collect()
}

/// Has customers ranked, and waits until they are.
pub fn rank(town: &Town) -> u64 {
    let asked = town.post("/v1/values/rank", &json!({}));
    assert_eq!(asked["status"], "committed");
    ranked(town);
    asked["position"].as_u64().unwrap()
}

fn ranked(town: &Town) {
    let mut changes = town.engine().handle.changes();
    town.wait(async {
        while town
            .query()
            .ranking()
            .unwrap()
            .is_none_or(|ranking| ranking.is_pending)
        {
            changes.changed().await.unwrap();
        }
    });
}

pub fn value(town: &Town, who: &str) -> Value {
    town.get(&format!("/v1/profiles/user_id:{who}"))["value"].clone()
}

fn fifths(value: &Value) -> [u64; 3] {
    ["recency", "frequency", "monetary"].map(|name| value[name].as_u64().unwrap())
}

fn standings(town: &Town) -> usize {
    town.query().standings().unwrap()
}

#[test]
fn who_bought_latest_oftenest_and_dearest_stands_first() {
    let town = Town::new();
    town.tell(&twenty());
    let viewed = event(
        "v",
        ["web", "Product Viewed"],
        "20T10:00",
        json!([user("eve")]),
        json!({}),
    );
    town.tell(&[viewed]);
    assert_eq!(value(&town, "c19"), Value::Null);
    rank(&town);
    let names = [
        "lost",
        "about_to_sleep",
        "needs_attention",
        "champions",
        "champions",
    ];
    for customer in 0..20 {
        let stands = value(&town, &format!("c{customer:02}"));
        let fifth = customer / 4;
        assert_eq!(fifths(&stands), [fifth + 1; 3], "{customer}: {stands}");
        assert_eq!(
            stands["name"],
            names[usize::try_from(fifth).unwrap()],
            "{customer}"
        );
        let tier = match customer {
            19 => "top",
            16.. => "high",
            10.. => "middle",
            _ => "low",
        };
        assert_eq!(stands["tier"], tier, "{customer}");
        assert_eq!(stands["at"], "2026-11-22T12:00:00Z");
    }
    // Who only looks has not bought.
    assert_eq!(value(&town, "eve"), Value::Null);
    let ranking = town.query().ranking().unwrap().unwrap();
    assert_eq!((ranking.customers, ranking.at), (20, Some(NOW)));
    assert_eq!(ranking.currency.as_deref(), Some("IRR"));
    let export = town.get("/v1/profiles/user_id:c19/export");
    assert_eq!(export["profile"]["value"]["name"], "champions");
}

#[test]
fn it_depends_on_who_bought_what_alone() {
    let stand = |key, events: &[Value]| {
        let town = Town::keyed(key);
        events.chunks(7).for_each(|some| town.tell(some));
        rank(&town);
        ["ann", "bob", "c00", "c03", "c07"].map(|who| value(&town, who))
    };
    let mut events = ten();
    let first = stand(1, &events);
    events.reverse();
    assert_eq!(first, stand(2, &events));
    assert_eq!(first[0], first[1]);
}

#[test]
fn a_second_ranking_at_the_same_time_changes_nothing() {
    let town = Town::new();
    town.tell(&ten());
    rank(&town);
    let before = ["ann", "bob", "c03"].map(|who| value(&town, who));
    let position = rank(&town);
    // That it was asked for is one commit, that it is done another, and there is none besides.
    assert_eq!(town.engine().handle.applied(), Position(position + 1));
    assert_eq!(["ann", "bob", "c03"].map(|who| value(&town, who)), before);
    // A repeat asks for nothing.
    let asked = json!({"request_id": "r"});
    town.post("/v1/values/rank", &asked);
    ranked(&town);
    let applied = town.engine().handle.applied();
    town.post("/v1/values/rank", &asked);
    assert_eq!(town.engine().handle.applied(), applied);
    assert!(!town.query().ranking().unwrap().unwrap().is_pending);
}

#[test]
fn what_is_paid_back_counts_no_longer_from_the_next_ranking_on() {
    let town = Town::new();
    town.tell(&ten());
    rank(&town);
    let first = value(&town, "ann");
    assert_eq!(first, value(&town, "bob"));
    assert_eq!(fifths(&first), [5; 3]);
    town.tell(&[said_of_order("Order Refunded", "ann", 2, 21, 500)]);
    assert_eq!(value(&town, "ann"), first);
    rank(&town);
    let second = value(&town, "ann");
    assert_eq!(fifths(&second), [5, 1, 5], "{second}");
    assert_eq!(fifths(&value(&town, "bob")), [5; 3]);
    // What is published next tells it.
    town.tell(&[order("ann", 3, 22, 1)]);
    let updates = town.query().updates_after(Position(0), usize::MAX).unwrap();
    let mut bodies = updates
        .iter()
        .map(|update| serde_json::from_slice::<Value>(&update.body).unwrap());
    let last = bodies.rfind(|body| body["kind"] == "updated").unwrap();
    assert_eq!(last["document"]["value"], second);
}

#[test]
fn who_is_erased_stands_nowhere_at_once() {
    let mut town = Town::new();
    town.tell(&ten());
    rank(&town);
    assert_eq!(standings(&town), 10);
    erase(&town, "user_id:ann");
    assert_eq!(standings(&town), 9);
    town.reopen();
    assert_eq!(standings(&town), 9);
    rank(&town);
    assert_eq!(standings(&town), 9);
    assert_eq!(fifths(&value(&town, "bob")), [5; 3]);
}

#[test]
fn a_merge_takes_effect_with_the_next_ranking_and_so_does_taking_it_back() {
    let town = Town::new();
    town.tell(&ten());
    rank(&town);
    let apart = ["ann", "c00"].map(|who| value(&town, who));
    assert_ne!(apart[0], apart[1]);
    let word = merge(&town, "user_id:ann", "user_id:c00")["word"].clone();
    // Whoever absorbs the other keeps what was theirs.
    let both = value(&town, "ann");
    assert_eq!(both, value(&town, "c00"));
    assert!(apart.contains(&both), "{both}");
    undo(&town, json!({"word": word})).unwrap();
    assert_eq!(["ann", "c00"].map(|who| value(&town, who)), apart);
    let word = merge(&town, "user_id:ann", "user_id:c00")["word"].clone();
    rank(&town);
    assert_eq!(standings(&town), 9);
    assert_eq!(fifths(&value(&town, "c00")), [5; 3]);
    undo(&town, json!({"word": word})).unwrap();
    rank(&town);
    assert_eq!(standings(&town), 10);
    assert_eq!(
        ["ann", "c00"].map(|who| fifths(&value(&town, who))),
        apart.each_ref().map(fifths)
    );
}

#[test]
fn it_ranks_by_itself_a_day_later_and_forgets_what_was_bought_a_year_ago() {
    let mut town = Town::new();
    town.tell(&ten());
    rank(&town);
    town.reopen_at(next_day);
    let mut changes = town.engine().handle.changes();
    town.wait(async {
        while town.query().ranking().unwrap().unwrap().at != Some(next_day()) {
            changes.changed().await.unwrap();
        }
    });
    assert_eq!(value(&town, "ann")["at"], "2026-11-22T12:00:00Z");
    town.reopen_at(next_year);
    let mut changes = town.engine().handle.changes();
    town.wait(async {
        while town.query().ranking().unwrap().unwrap().at != Some(next_year()) {
            changes.changed().await.unwrap();
        }
    });
    assert_eq!(standings(&town), 0);
    assert_eq!(value(&town, "ann"), Value::Null);
}
