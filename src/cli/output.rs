//! How commands print: owns [`Format`], and the turning of JSON into lines that a person reads.
//!
//! Writes to the given `Write` alone, in no colour, and lets no control character of what a server sent reach the
//! terminal. The commands of [`crate::cli::client`] call it.

use std::io::{self, Write};

use serde_json::{Map, Value};

/// Whether a command prints for people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
pub struct Format {
    /// Print JSON, one document per line
    #[arg(long, global = true)]
    json: bool,
}

impl Format {
    /// Short readable lines.
    pub const LINES: Self = Self { json: false };
    /// One JSON document per line.
    pub const JSON: Self = Self { json: true };

    /// Whether JSON is wanted.
    pub const fn is_json(self) -> bool {
        self.json
    }
}

/// Writes a JSON text as it is, on one line.
///
/// # Errors
/// When `out` takes no more.
pub fn json_line(out: &mut impl Write, json: &str) -> io::Result<()> {
    // In JSON a line break can only be white space.
    writeln!(out, "{}", json.trim().replace(['\n', '\r'], " "))
}

/// The text without what would steer a terminal.
pub fn plain(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                '\u{fffd}'
            } else {
                character
            }
        })
        .collect()
}

/// Writes a document with one line per member, those named in `lead` first; what is empty is left out.
///
/// # Errors
/// When `out` takes no more.
pub fn outline(out: &mut impl Write, document: &Value, lead: &[&str]) -> io::Result<()> {
    match document {
        Value::Object(members) => outline_members(out, members, lead, 0),
        other => writeln!(out, "{}", inline(other)),
    }
}

fn outline_members(
    out: &mut impl Write,
    members: &Map<String, Value>,
    lead: &[&str],
    depth: usize,
) -> io::Result<()> {
    let first = lead.iter().filter_map(|name| members.get_key_value(*name));
    let rest = members.iter().filter(|(name, _)| !lead.contains(&name.as_str()));
    let indent = "  ".repeat(depth);
    for (name, value) in first.chain(rest).filter(|(_, value)| !is_empty(value)) {
        let name = if name.is_empty() {
            "others".to_owned()
        } else {
            plain(name)
        };
        match value {
            Value::Object(inner) => {
                writeln!(out, "{indent}{name}:")?;
                outline_members(out, inner, lead, depth.saturating_add(1))?;
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                writeln!(out, "{indent}{name}:")?;
                for item in items {
                    writeln!(out, "{indent}  - {}", inline(item))?;
                }
            }
            other => writeln!(out, "{indent}{name}: {}", inline(other))?,
        }
    }
    Ok(())
}

/// A value on one line; an inner member is named by its path.
fn inline(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => plain(text),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(items) => items.iter().map(inline).collect::<Vec<_>>().join(", "),
        Value::Object(members) => {
            let mut parts = Vec::new();
            collect_parts("", members, &mut parts);
            parts.join(", ")
        }
    }
}

fn collect_parts(path: &str, members: &Map<String, Value>, parts: &mut Vec<String>) {
    for (name, value) in members.iter().filter(|(_, value)| !is_empty(value)) {
        let name = format!("{path}{}", plain(name));
        match value {
            Value::Object(inner) => collect_parts(&format!("{name}."), inner, parts),
            other => parts.push(format!("{name} {}", inline(other))),
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outlined(json: &str) -> String {
        let mut out = Vec::new();
        outline(&mut out, &serde_json::from_str(json).unwrap(), &["id", "version"]).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_document_is_one_line_per_member_without_what_is_empty() {
        let json = r#"{"cart":[{"sku":"s-1","price":{"amount":12.50}}],"none":null,"open":{"calls":[],"x":{}},
            "traits":{"first_name":"Sara"},"by_channel":{"":3},"absorbed":["a","b"],"version":7,"id":"p"}"#;
        insta::assert_snapshot!(outlined(json), @r"
        id: p
        version: 7
        absorbed: a, b
        by_channel:
          others: 3
        cart:
          - price.amount 12.50, sku s-1
        traits:
          first_name: Sara
        ");
    }

    #[test]
    fn nothing_that_is_sent_steers_the_terminal() {
        let json = "{\"a\\u001b[2J\":\"x\\r\\ny\\u0007\",\"list\":[{\"k\\u001b\":\"\\u009b\"}]}";
        let text = outlined(json);
        assert!(
            text.chars().all(|one| one == '\n' || !one.is_control()),
            "{text:?}"
        );
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn json_is_one_line_as_it_was_sent() {
        let mut out = Vec::new();
        json_line(&mut out, "{\"b\":1.0,\r\n \"a\":2}\n").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "{\"b\":1.0,   \"a\":2}\n");
    }
}
