//! What a pixel's address says, as one of Segment's messages.
//!
//! Each part of the query is a member of the message; a name with dots is one inside of another
//! (`properties.product_id`), as `RudderStack`'s gateway reads it.

use serde_json::{Map, Value};

use crate::{domain::time::Timestamp, wire::time};

/// A name of more parts than these is no way through objects inside each other, but a name as it stands.
const DEPTH_MAX: usize = 8;
/// Says whose the message is, and is no part of it.
const WRITE_KEY: &str = "writeKey";

/// The message as JSON. It was made at `now`, and is called `id` where it does not say so itself; the later of two parts
/// that say the same member holds.
pub fn message(said: Vec<(String, String)>, id: &str, now: Timestamp) -> Vec<u8> {
    let defaults = [
        ("messageId", id.to_owned()),
        ("originalTimestamp", time::format(now)),
    ];
    let mut message: Map<String, Value> = defaults
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.into()))
        .collect();
    for (name, text) in said {
        if name != WRITE_KEY && !text.is_empty() {
            put(&mut message, &name, text);
        }
    }
    Value::Object(message).to_string().into_bytes()
}

fn put(message: &mut Map<String, Value>, name: &str, text: String) {
    let mut parts: Vec<&str> = name.split('.').collect();
    if parts.len() > DEPTH_MAX {
        parts = vec![name];
    }
    let Some((last, outer)) = parts.split_last() else {
        return;
    };
    let mut inside = message;
    for part in outer {
        let member = inside.entry(*part).or_insert(Value::Null);
        if !member.is_object() {
            *member = Value::Object(Map::new());
        }
        let Value::Object(members) = member else { return };
        inside = members;
    }
    inside.insert((*last).to_owned(), text.into());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn made_of(said: &[(&str, &str)]) -> Value {
        let said = said
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        let now = Timestamp::from_micros(1_767_225_600_000_000);
        serde_json::from_slice(&message(said.collect(), "m-1", now)).unwrap()
    }

    #[test]
    fn an_address_makes_a_message() {
        let made = made_of(&[
            ("writeKey", "k"),
            ("anonymousId", "a-1"),
            ("event", "Email Opened"),
            ("properties.campaign.id", "7"),
            ("properties.campaign.name", "Nowruz"),
            ("userId", ""),
        ]);
        let expected = json!({
            "messageId": "m-1", "originalTimestamp": "2026-01-01T00:00:00Z",
            "anonymousId": "a-1", "event": "Email Opened",
            "properties": {"campaign": {"id": "7", "name": "Nowruz"}},
        });
        assert_eq!(made, expected);
    }

    #[test]
    fn it_may_name_itself_and_contradict_itself_and_is_never_deep() {
        let deep = ["a"; 5000].join(".");
        let made = made_of(&[
            ("messageId", "own"),
            ("a", "1"),
            ("a.b", "2"),
            (".", "3"),
            (&deep, "4"),
        ]);
        assert_eq!(
            (&made["messageId"], &made["a"]),
            (&json!("own"), &json!({"b": "2"}))
        );
        assert_eq!((&made[""], &made[&deep]), (&json!({"": "3"}), &json!("4")));
    }
}
