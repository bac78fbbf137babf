//! Whom a published message names: read back by who has to find what was published of somebody.

use std::fmt;

use serde::Deserialize;

use crate::domain::event::EventId;

/// Whom it names. `Debug` shows how many identifiers there are, and none.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// The event that it tells of.
    pub event: Option<EventId>,
    /// Kinds and values, of the event or of the profile's document.
    pub identifiers: Vec<(String, String)>,
    /// Where a refused item stands in the input stream.
    pub refused: Option<u64>,
}

impl fmt::Debug for Named {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Named({} identifiers)", self.identifiers.len())
    }
}

#[derive(Deserialize)]
struct Body {
    event: Option<Holder>,
    document: Option<Holder>,
    origin: Option<Origin>,
}

#[derive(Deserialize)]
struct Holder {
    id: Option<String>,
    source: Option<String>,
    #[serde(default)]
    identifiers: Vec<Identifier>,
}

#[derive(Deserialize)]
struct Identifier {
    kind: String,
    value: String,
}

#[derive(Deserialize)]
struct Origin {
    sequence: u64,
}

impl Named {
    /// Whom the body of a message names; nobody where it is none of ours.
    pub fn in_body(body: &[u8]) -> Self {
        let Ok(Body {
            event,
            document,
            origin,
        }) = serde_json::from_slice(body)
        else {
            return Self::default();
        };
        let identifiers = event
            .iter()
            .chain(&document)
            .flat_map(|holder| &holder.identifiers)
            .map(|one| (one.kind.clone(), one.value.clone()))
            .collect();
        let id = event.and_then(|event| event.id.zip(event.source));
        Self {
            event: id.map(|(id, source)| EventId { source, id }),
            identifiers,
            refused: origin.map(|origin| origin.sequence),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_each_kind_of_message_names_is_read() {
        let key = |kind: &str, value: &str| (kind.to_owned(), value.to_owned());
        for (body, expected) in [
            (
                r#"{"kind":"updated","document":{"id":"p","identifiers":[{"kind":"email","value":"a@b.example","trust":"staff"}]}}"#,
                Named {
                    identifiers: vec![key("email", "a@b.example")],
                    ..Named::default()
                },
            ),
            (
                r#"{"event":{"id":"1","source":"web","identifiers":[{"kind":"user_id","value":"u"}]},"context":{}}"#,
                Named {
                    event: Some(EventId {
                        source: "web".to_owned(),
                        id: "1".to_owned(),
                    }),
                    identifiers: vec![key("user_id", "u")],
                    refused: None,
                },
            ),
            (
                r#"{"kind":"refused","id":"9","origin":{"stream":"S","sequence":7,"subject":"a"},"body":""}"#,
                Named {
                    refused: Some(7),
                    ..Named::default()
                },
            ),
            ("no json", Named::default()),
        ] {
            assert_eq!(Named::in_body(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn debug_shows_no_value() {
        let named = Named::in_body(br#"{"event":{"identifiers":[{"kind":"email","value":"a@b.example"}]}}"#);
        assert_eq!(format!("{named:?}"), "Named(1 identifiers)");
    }
}
