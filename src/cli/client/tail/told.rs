//! A published message as one readable line.

use serde_json::Value;

use crate::cli::{client::tail::sse::Message, output::plain};

/// Position, what happened, to which profile and why.
pub(crate) fn told(message: &Message) -> String {
    let data: Value = serde_json::from_str(&message.data).unwrap_or_default();
    let what = match (message.event.as_str(), text(&data, "/kind").as_str()) {
        ("reset", _) => {
            "reset  what was missed is kept no longer: ask again for the profiles you keep".to_owned()
        }
        ("context", _) => format!(
            "context  {}  {}  {}",
            whose(&data),
            text(&data, "/event/channel"),
            text(&data, "/event/type")
        ),
        (_, kind @ ("merged" | "split" | "moved" | "erased" | "departed")) => {
            format!(
                "{kind}  {}  {} -> {}",
                whose(&data),
                ids(&data, "/from"),
                ids(&data, "/into")
            )
        }
        (_, "updated") => format!(
            "updated  {}  {} events, {}",
            whose(&data),
            data.pointer("/cause/count")
                .and_then(Value::as_u64)
                .unwrap_or_default(),
            text(&data, "/cause/resolution")
        ),
        (stream, _) => format!("{}  {}", plain(stream), plain(&message.data)),
    };
    format!("{}  {what}", plain(&message.id))
}

fn whose(data: &Value) -> String {
    let version = data.pointer("/version").and_then(Value::as_u64);
    format!("{} v{}", text(data, "/profile"), version.unwrap_or_default())
}

fn text(data: &Value, pointer: &str) -> String {
    plain(data.pointer(pointer).and_then(Value::as_str).unwrap_or_default())
}

fn ids(data: &Value, pointer: &str) -> String {
    let ids = data.pointer(pointer).and_then(Value::as_array);
    let ids = ids.into_iter().flatten().filter_map(Value::as_str);
    ids.map(plain).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(event: &str, data: &str, expected: &str) {
        let message = Message {
            id: "41".to_owned(),
            event: event.to_owned(),
            data: data.to_owned(),
        };
        assert_eq!(told(&message), expected);
    }

    #[test]
    fn each_message_is_one_line() {
        check(
            "updates",
            r#"{"kind":"updated","profile":"p","version":7,"cause":{"events":[],"count":2,"resolution":"matched"}}"#,
            "41  updated  p v7  2 events, matched",
        );
        check(
            "updates",
            r#"{"kind":"merged","profile":"a","version":3,"from":["a","b"],"into":["a"]}"#,
            "41  merged  a v3  a, b -> a",
        );
        check(
            "context",
            r#"{"event":{"channel":"web","type":"Page\nViewed"},"profile":"p","version":7}"#,
            "41  context  p v7  web  Page\u{fffd}Viewed",
        );
        check(
            "insight",
            "{\"kind\":\n\"low\"}",
            "41  insight  {\"kind\":\u{fffd}\"low\"}",
        );
        check(
            "reset",
            "{}",
            "41  reset  what was missed is kept no longer: ask again for the profiles you keep",
        );
    }
}
