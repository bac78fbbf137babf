//! Which shape a body has that says so by nothing but its content, as a message of a stream may.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::domain::value::Value;
use crate::wire::{members::Members, segment::call_of};

/// Members that a native event or a `CloudEvent` has, and no message of Segment's.
const OTHERS_MEMBERS: [&str; 6] = ["specversion", "identifiers", "consent", "id", "source", "time"];
/// Members that a message of Segment's has, one of them at least, and no native event.
const SEGMENT_MEMBERS: [&str; 3] = ["messageId", "userId", "anonymousId"];

/// Whether `whole` is the envelope of messages of Segment's: an object with a list called `batch`, and nothing in it
/// that makes it an event.
pub(crate) fn is_segment_batch(whole: &RawValue) -> bool {
    let text = whole.get();
    // The look spares almost every event the reading.
    if !text.starts_with('{') || !text.contains("\"batch\"") {
        return false;
    }
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap_or_default();
    let has_batch = members
        .get("batch")
        .is_some_and(|batch| batch.get().starts_with('['));
    has_batch
        && !members.contains_key("type")
        && !OTHERS_MEMBERS.iter().any(|name| members.contains_key(*name))
}

/// Whether these are the members of a message of Segment's: one of its types, one of its ids, and nothing that only
/// another shape has.
pub(crate) fn is_segment_message(members: &Members) -> bool {
    let has = |name: &&str| members.0.contains_key(*name);
    let typed = members.0.get("type").and_then(Value::as_text);
    typed.is_some_and(|kind| call_of(Some(kind.trim())).is_ok())
        && SEGMENT_MEMBERS.iter().any(has)
        && !OTHERS_MEMBERS.iter().any(has)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_segments_is_known_by_its_type_and_ids() {
        for (text, expected) in [
            (r#"{"type":"track","messageId":"m","event":"E"}"#, true),
            (
                r#"{"type":" Identify ","userId":7,"traits":{},"context":{}}"#,
                true,
            ),
            (r#"{"type":"page","anonymousId":"a","properties":{}}"#, true),
            (r#"{"type":"track","event":"E"}"#, false),
            (r#"{"type":"Order Completed","userId":"u"}"#, false),
            (r#"{"type":"track","userId":"u","identifiers":[]}"#, false),
            (r#"{"type":"track","userId":"u","specversion":"1.0"}"#, false),
            (r#"{"type":"track","userId":"u","id":"e"}"#, false),
            (r#"{"userId":"u"}"#, false),
        ] {
            assert_eq!(
                is_segment_message(&Members::parse(text).unwrap()),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn an_envelope_of_segments_has_a_batch_and_is_no_event() {
        for (text, expected) in [
            (r#"{"batch":[]}"#, true),
            (
                r#"{"sentAt":"now","batch":[1],"writeKey":"k","context":{}}"#,
                true,
            ),
            (r#"{"batch":{}}"#, false),
            (r#"{"batch":[],"type":"A"}"#, false),
            (r#"{"batch":[],"identifiers":[]}"#, false),
            (r#"{"batch":[],"specversion":"1.0"}"#, false),
            (r#"{"properties":{"batch":[]}}"#, false),
            (r#"["batch"]"#, false),
        ] {
            let whole: &RawValue = serde_json::from_str(text).unwrap();
            assert_eq!(is_segment_batch(whole), expected, "{text}");
        }
    }
}
