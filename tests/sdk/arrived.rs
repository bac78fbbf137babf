//! What arrived of a story, without what differs from run to run and from machine to machine.

use serde_json::{Map, Value, json};

use crate::{api::Api, process::wait_for};

/// The events of a customer once there are `count` of them, by type; the times of senders may be the same.
pub fn events(api: &Api, user: &str, count: usize) -> Vec<Value> {
    let path = format!("/v1/profiles/user_id:{user}/timeline");
    let mut events = wait_for("the events to arrive", || {
        let (status, timeline) = api.try_get(&path);
        let timeline: Value = serde_json::from_str(&timeline).unwrap();
        let events = timeline["events"].as_array().filter(|_| status == 200)?;
        (events.len() >= count).then(|| events.clone())
    });
    events.sort_by_key(|event| event["type"].to_string());
    events
}

/// The types of events.
pub fn types(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect()
}

/// The same with what was said alone: of the context, which is the machine's, the names and what the story put there.
pub fn told(mut events: Vec<Value>) -> Value {
    for event in &mut events {
        let members = event.as_object_mut().unwrap();
        for varying in ["id", "time", "stated_time", "received"] {
            members.remove(varying);
        }
        for address in ["url", "tab_url"] {
            if let Some(address) = members.get_mut("properties").and_then(|all| all.get_mut(address)) {
                *address = json!("http://127.0.0.1:[port]/");
            }
        }
        if let Some(context) = members.get_mut("context").and_then(Value::as_object_mut) {
            *context = shown(context);
        }
    }
    Value::Array(events)
}

fn shown(context: &Map<String, Value>) -> Map<String, Value> {
    let shown = context.iter().map(|(name, value)| {
        let value = match name.as_str() {
            "library" | "traits" => value.clone(),
            _ => json!("[…]"),
        };
        (name.clone(), value)
    });
    shown.collect()
}
