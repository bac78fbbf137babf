//! What is looked at before an item or a request is parsed: how deep it is nested, and names that the JSON reader keeps
//! to itself.
//!
//! Walks the text once and allocates only for the rare string that starts with a dollar sign.

use crate::wire::rejection::{Fault, Reason};

/// With exact numbers on, the reader takes an object whose member has such a name for a number or for JSON to parse
/// again, out of reach of the depth bound.
const RESERVED_PREFIX: &str = "$serde_json::private::";

/// Refuses a text nested deeper than `depth_max`, or with a string that the JSON reader would misread.
///
/// # Errors
/// [`Reason::TooDeep`] or [`Reason::BadName`]. A text that is no JSON may pass.
pub(crate) fn check(text: &str, depth_max: usize) -> Result<(), Fault> {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(at) = rest.find(['{', '[', '}', ']', '"']) {
        let Some((_, from)) = rest.split_at_checked(at) else {
            break;
        };
        let Some((mark, behind)) = from.split_at_checked(1) else {
            break;
        };
        rest = behind;
        match mark {
            "{" | "[" => depth += 1,
            "\"" => rest = behind_string(behind)?,
            _ => depth = depth.saturating_sub(1),
        }
        if depth > depth_max {
            let message =
                format!("read an event: expected at most {depth_max} objects and lists inside each other");
            return Err(Fault::new(Reason::TooDeep, message));
        }
    }
    Ok(())
}

/// What follows the closing quote of the string whose inside `text` starts with.
fn behind_string(text: &str) -> Result<&str, Fault> {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    // A string that never ends is the parser's to refuse.
    let Some((inside, rest)) = end.and_then(|end| text.split_at_checked(end)) else {
        return Ok("");
    };
    // Any letter may be written as an escape: the cheap look at the first one spares almost every string the reading.
    if inside.starts_with(['$', '\\']) {
        let string = serde_json::from_str::<String>(&format!("\"{inside}\"")).unwrap_or_default();
        if string.starts_with(RESERVED_PREFIX) {
            return Err(Fault::new(
                Reason::BadName,
                "read an event: expected no member or text with a reserved name",
            ));
        }
    }
    Ok(rest.strip_prefix('"').unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::{Reason, check};

    fn reason(text: &str) -> Option<Reason> {
        check(text, 3).err().map(|fault| fault.reason)
    }

    #[test]
    fn depth_counts_objects_and_lists_outside_of_strings() {
        assert_eq!(reason(r#"{"a":[{"b":1}],"c":[[1],{}]}"#), None);
        assert_eq!(reason(r#"{"a":[[[1]]]}"#), Some(Reason::TooDeep));
        assert_eq!(reason(r#"{"a":"[[[[{{{{ \" [[[["}"#), None);
        assert_eq!(reason(r#"{"a":"\\","b":[[[1]]]}"#), Some(Reason::TooDeep));
        assert_eq!(reason(r#"]]]]{"a":[[[1]]]}"#), Some(Reason::TooDeep));
    }

    #[test]
    fn names_that_the_reader_keeps_to_itself_are_refused_in_any_spelling() {
        for name in [
            "$serde_json::private::Number",
            r"\u0024serde_json::private::RawValue",
            r"$\u0073erde_json::private::RawValue",
        ] {
            assert_eq!(
                reason(&format!("{{\"a\":{{\"{name}\":\"1\"}}}}")),
                Some(Reason::BadName),
                "{name}"
            );
        }
        assert_eq!(reason(r#"{"$price":"\u0024 5","\n":"$"}"#), None);
    }

    #[test]
    fn broken_texts_are_left_to_the_parser() {
        for text in ["", "\"", "\"\\", "{\"a", "}}}}", "\"\\\"", "\u{FEFF}{"] {
            assert_eq!(reason(text), None, "{text}");
        }
    }
}
