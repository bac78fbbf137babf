//! Which profiles are no more after a commit, so that the view of profiles lets go of them.
//!
//! The one place in the journal that looks into published bodies: the view is the server's own work, and only a message
//! of the journal can delete a key of it. Pure; called by `layout`.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::journal::Message;

/// What a notice says of ids.
#[derive(Debug, Deserialize)]
struct Notice {
    #[serde(default)]
    from: Vec<String>,
    #[serde(default)]
    into: Vec<String>,
}

/// The ids that notices among `messages` retire, where `prefix` is the tenant's. Only what can be a key counts.
pub(crate) fn retired(messages: &[Message], prefix: &str) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for message in messages {
        let Some(rest) = message.subject.strip_prefix(prefix) else {
            continue;
        };
        match rest
            .strip_prefix(".profile.")
            .and_then(|rest| rest.split_once('.'))
        {
            Some(("merged" | "split", _)) => {
                let notice: Option<Notice> = serde_json::from_slice(&message.body).ok();
                let Some(Notice { from, into }) = notice else {
                    continue;
                };
                ids.extend(from.into_iter().filter(|id| !into.contains(id)));
            }
            Some(("erased" | "departed", id)) => {
                ids.insert(id.to_owned());
            }
            _ => {}
        }
    }
    ids.retain(|id| is_key(id));
    ids
}

/// Whether an id can be one token of a subject.
pub(crate) fn is_key(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !id.is_empty() && id.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_that_are_no_more_are_retired() {
        let message = |subject: &str, body: &str| Message {
            subject: subject.into(),
            key: String::new(),
            body: body.into(),
            trace: None,
        };
        let messages = [
            message(
                "y.profile.merged.a",
                r#"{"from":["a","b","c"],"into":["a"],"more":1}"#,
            ),
            message("y.profile.split.d", r#"{"from":["d"],"into":["e","f"]}"#),
            message("y.profile.erased.g", "{}"),
            message("y.profile.departed.l", "{}"),
            message("y.profile.updated.h", r#"{"from":["h"],"into":[]}"#),
            message("y.profile.merged.i", "no JSON"),
            message("z.profile.merged.j", r#"{"from":["j"],"into":[]}"#),
            message("y.profile.merged.k", r#"{"from":["k.*",""],"into":[]}"#),
        ];
        let found = retired(&messages, "y");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["b", "c", "d", "g", "l"]);
    }
}
