//! What channels say, in short; and answers with names in place of what differs from folder to folder.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A native event called `name` at `time` (`21T10:00` of November 2026), with the members of `more`.
pub fn event(id: &str, [channel, name]: [&str; 2], time: &str, identifiers: Value, more: Value) -> Value {
    let mut event = json!({"id": id, "source": "test", "channel": channel, "type": name,
        "time": format!("2026-11-{time}:00Z"), "identifiers": identifiers});
    let Value::Object(more) = more else {
        panic!("expected members")
    };
    event.as_object_mut().unwrap().extend(more);
    event
}

pub fn identifier(kind: &str, value: &str, trust: &str) -> Value {
    json!({"kind": kind, "value": value, "trust": trust})
}

pub fn cookie(value: &str) -> Value {
    identifier("anonymous_id", value, "observed")
}

pub fn user(value: &str) -> Value {
    identifier("user_id", value, "verified")
}

/// A log-in of `who` on `device`.
pub fn signed_in(id: &str, time: &str, device: &Value, who: &str) -> Value {
    event(
        id,
        ["web", "Signed In"],
        time,
        json!([device, user(who)]),
        json!({}),
    )
}

pub fn signed_out(id: &str, time: &str, device: &Value, who: &str) -> Value {
    event(
        id,
        ["web", "Signed Out"],
        time,
        json!([device, user(who)]),
        json!({}),
    )
}

/// A product looked at on `device`.
pub fn viewed(id: &str, time: &str, device: &Value) -> Value {
    event(id, ["web", "Product Viewed"], time, json!([device]), json!({}))
}

/// Names for what is made from a folder's own keys or at random: ids, fingerprints, tokens and their pictures.
#[derive(Default)]
pub struct Names(BTreeMap<String, String>);

impl Names {
    /// `answer` as text for a snapshot.
    pub fn show(&mut self, answer: &Value) -> String {
        let mut answer = answer.clone();
        self.rename(None, &mut answer);
        serde_json::to_string_pretty(&answer).unwrap()
    }

    fn rename(&mut self, member: Option<&str>, value: &mut Value) {
        match (member, &mut *value) {
            (Some(name @ ("token" | "url" | "svg" | "position")), Value::String(_) | Value::Number(_)) => {
                *value = Value::from(format!("<{name}>"));
            }
            (_, Value::String(text)) => self.rename_text(text),
            (_, Value::Array(items)) => items.iter_mut().for_each(|item| self.rename(None, item)),
            (_, Value::Object(members)) => {
                members
                    .iter_mut()
                    .for_each(|(name, value)| self.rename(Some(name), value));
            }
            _ => {}
        }
    }

    fn rename_text(&mut self, text: &mut String) {
        let hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match text.len() {
            32 if hexadecimal => {
                let next = format!("<profile {}>", self.0.len() + 1);
                *text = self.0.entry(text.clone()).or_insert(next).clone();
            }
            40 if hexadecimal => *text = "<event>".to_owned(),
            64 if hexadecimal => *text = "<fingerprint>".to_owned(),
            _ => {}
        }
    }
}
