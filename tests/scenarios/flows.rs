//! A town that goes by rules of its own, and what flows do there: over time that goes by in leaps, each a start of the service
//! at a later time, so that nothing of what waits is in memory alone.

use serde_json::{Value, json};
use yekta::engine::Position;

use crate::{
    said::{event, user},
    steward::undo,
    town::Town,
};

/// Whoever sends something is held back by nothing but what the customer agreed to.
pub const FREE: &str = "[contact]\nquiet_from = \"00:00\"\nquiet_until = \"00:00\"\n[contact.caps.day]\nmost = 0\n\
                        [contact.caps.week]\nmost = 0\nreserved = 0\n";

/// Whatever is put into the cart, the customer is reminded of an hour later: once of each.
pub const REMIND: &str = r#"
[flows.remind]
on = "Product Added"
matter = 'event.properties.product_id'
steps = [{ wait = "1h" }, { ask = { channel = "web", name = "remind" } }]
"#;

/// A town that goes by `rules`, with a configuration file that goes on with `more`.
pub fn going_by(rules: &str, more: &str) -> Town {
    let dir = crate::scratch::folder();
    std::fs::write(dir.path().join("rules.toml"), rules).unwrap();
    let folder = dir.path().to_str().unwrap();
    let town = Town::with(&format!("[decide]\nrules = {folder:?}\n{more}"));
    rest(&town);
    town
}

/// Waits until nothing is left to be done by the time that it is.
pub fn rest(town: &Town) {
    // There is nothing to take back; but who answers that is at work from then on until all is done.
    let answer = undo(town, json!({"word": "none"}));
    assert_eq!(answer, Err("nothing_to_undo".to_owned()));
    let mut working = town.engine().handle.working();
    town.wait(async {
        working.wait_for(|is_working| !is_working).await.unwrap();
    });
}

/// Something that happened to a customer.
pub fn did(who: &str, id: &str, name: &str, time: &str, properties: Value) -> Value {
    let more = json!({"properties": properties});
    event(id, ["web", name], time, json!([user(who)]), more)
}

/// A customer puts something into the cart.
pub fn added(who: &str, time: &str, product: &str) -> Value {
    let id = format!("added-{who}-{time}-{product}");
    did(who, &id, "Product Added", time, json!({"product_id": product}))
}

/// What was published under subjects with this in them, in its order.
pub fn published(town: &Town, part: &str) -> Vec<Value> {
    let told = town.query().updates_after(Position(0), usize::MAX).unwrap();
    let told = told.iter().filter(|update| update.subject.contains(part));
    told.map(|update| serde_json::from_slice(&update.body).unwrap())
        .collect()
}

/// The actions in their order: what each is about, and for whom it is.
pub fn actions(town: &Town) -> Vec<[String; 2]> {
    let actions = published(town, ".action.");
    let text = |action: &Value, name: &str| action[name].as_str().unwrap().to_owned();
    let told = actions.iter();
    told.map(|action| ["matter", "profile"].map(|name| text(action, name)))
        .collect()
}

/// The same as they are expected: of customers who are there.
pub fn expected<const N: usize>(town: &Town, actions: [(&str, &str); N]) -> Vec<[String; 2]> {
    let expected = actions.map(|(matter, who)| [matter.to_owned(), id(town, who)]);
    expected.to_vec()
}

/// The profile of a customer.
pub fn id(town: &Town, who: &str) -> String {
    town.person("user_id", who).id.to_string()
}

/// How much waits for its time.
pub fn waiting(town: &Town) -> u64 {
    town.get("/v1/rules")["timers"]["waiting"].as_u64().unwrap()
}

/// When what waits is due next.
pub fn next_due(town: &Town) -> Value {
    town.get("/v1/rules")["timers"]["next"].clone()
}

/// What a customer's timeline holds of a type of events, the latest first.
pub fn timeline(town: &Town, who: &str, name: &str) -> Vec<Value> {
    let told = town.get(&format!("/v1/profiles/user_id:{who}/timeline?limit=100"));
    let events = told["events"].as_array().unwrap().iter();
    events.filter(|one| one["type"] == name).cloned().collect()
}
