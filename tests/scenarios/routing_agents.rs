//! Who serves customers, as events tell: it needs the edge to take in events of the tenant and `Batch::note_tenant` to hand
//! them to `Batch::note_agent`. Not in `main.rs` before both are there.

use serde_json::{Value, json};

use crate::{
    said::{event, user},
    town::Town,
};

const OPEN: &str = "[routing]\nopen_days = [\"sun\", \"mon\"]\nagent_silent_minutes = 60\n\
    [routing.agents.anna]\nskills = [\"orders\"]\n";

fn town() -> Town {
    let town = Town::with(OPEN);
    let seen = event(
        "s",
        ["web", "Signed In"],
        "20T10:00",
        json!([user("mina")]),
        json!({}),
    );
    town.tell(&[seen]);
    town
}

/// An agent is in another state, at a time of this day.
fn state(town: &Town, id: &str, agent: &str, time: &str, more: Value) {
    let mut properties = json!({"agent_id": agent});
    properties
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().cloned().unwrap());
    let more = json!({"properties": properties});
    let changed = event(id, ["callcenter", "Agent State Changed"], time, json!([]), more);
    town.tell(&[changed]);
}

fn reason(town: &Town, matter: &str) -> String {
    let asked = json!({"who": "user_id:mina", "channel": "chat", "matter": matter});
    let answer = town.post("/v1/routing/decide", &asked);
    answer["reason"].as_str().unwrap().to_owned()
}

#[test]
fn an_agent_serves_while_events_say_so() {
    let mut town = town();
    assert_eq!(reason(&town, "order_question"), "agent_free");
    state(&town, "1", "anna", "22T11:50", json!({"state": "busy"}));
    assert_eq!(reason(&town, "order_question"), "agent_busy");
    // What comes late changes nothing.
    state(&town, "2", "anna", "22T11:40", json!({"state": "ready"}));
    assert_eq!(reason(&town, "order_question"), "agent_busy");
    town.reopen();
    assert_eq!(reason(&town, "order_question"), "agent_busy");
    state(
        &town,
        "3",
        "anna",
        "22T11:55",
        json!({"state": "ready", "skills": ["orders", "sales"]}),
    );
    assert_eq!(
        [reason(&town, "order_question"), reason(&town, "purchase")],
        ["agent_free", "agent_free"]
    );
}

#[test]
fn who_is_silent_is_away_and_who_is_told_of_alone_serves_too() {
    let town = town();
    state(&town, "1", "anna", "22T10:30", json!({"state": "ready"}));
    assert_eq!(reason(&town, "order_question"), "agent_busy");
    state(
        &town,
        "2",
        "ben",
        "22T11:30",
        json!({"state": "ready", "skills": ["orders"]}),
    );
    assert_eq!(reason(&town, "order_question"), "agent_free");
    state(&town, "3", "ben", "22T11:45", json!({"calls_max": 0}));
    assert_eq!(reason(&town, "order_question"), "agent_busy");
}
