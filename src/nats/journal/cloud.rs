//! A published message as a CloudEvent in binary mode, there and back. Pure; called by `layout` and `assemble`.
//!
//! What a commit's message holds beside its body is in headers: the ids it concerns in `Yekta-Key`, its trace in
//! `traceparent`. Values are percent-encoded as CloudEvents has it, so that any text comes back as it was.

use async_nats::{HeaderMap, header};

use crate::{journal::Message, wire::percent};

/// The ids that a message concerns, separated by commas.
pub(crate) const KEY: &str = "Yekta-Key";
/// The W3C trace context.
const TRACE: &str = "traceparent";

/// What all messages of a commit have in common.
#[derive(Clone, Debug)]
pub(crate) struct Envelope<'a> {
    pub(crate) tenant: &'a str,
    pub(crate) batch: u64,
    /// When the commit was made, in RFC 3339.
    pub(crate) time: &'a str,
}

/// The headers of the message at `index` of a commit, whose subject is `rest` behind the tenant's prefix.
pub(crate) fn headers(envelope: &Envelope<'_>, index: usize, rest: &str, message: &Message) -> HeaderMap {
    let Envelope { tenant, batch, time } = envelope;
    let mut headers = HeaderMap::new();
    headers.insert("ce-specversion", "1.0");
    headers.insert("ce-id", format!("{tenant}/{batch}/{index}"));
    headers.insert("ce-source", format!("/yekta/{tenant}"));
    headers.insert("ce-type", kind(rest));
    headers.insert("ce-time", *time);
    headers.insert("Content-Type", "application/json");
    if !message.key.is_empty() {
        headers.insert(KEY, percent::for_header(&message.key));
    }
    if let Some(trace) = &message.trace {
        headers.insert(TRACE, percent::for_header(trace));
    }
    headers
}

/// The type of an event: the first tokens of its subject, without ids and names that channels choose.
fn kind(rest: &str) -> String {
    let mut tokens = rest.split('.');
    let first = tokens.next().unwrap_or_default();
    match (first, tokens.next()) {
        ("profile", Some(what)) => format!("yekta.profile.{}.v1", percent::for_header(what)),
        _ => format!("yekta.{}.v1", percent::for_header(first)),
    }
}

/// The key and the trace that headers hold.
pub(crate) fn key_and_trace(headers: &HeaderMap) -> Option<(String, Option<String>)> {
    let text = |name: &str| headers.get(name).map(|value| percent::decoded(value.as_str()));
    let key = text(KEY).unwrap_or(Some(String::new()))?;
    let trace = match text(TRACE) {
        Some(trace) => Some(trace?),
        None => None,
    };
    Some((key, trace))
}

/// Whether a header marks the end of a key in a KV bucket.
pub(crate) fn deletion(headers: &mut HeaderMap) {
    headers.insert(header::HeaderName::from_static("KV-Operation"), "DEL");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_key_and_trace_come_back(key: String, trace: Option<String>) {
            let message = Message { subject: String::new(), key, body: Vec::new(), trace };
            let envelope = Envelope { tenant: "t", batch: 7, time: "2026-11-22T00:00:00Z" };
            let headers = headers(&envelope, 3, "profile.updated.p", &message);
            prop_assert_eq!(key_and_trace(&headers), Some((message.key, message.trace)));
        }
    }

    #[test]
    fn a_message_is_a_cloud_event() {
        let message = Message {
            subject: String::new(),
            key: "p1,p2".into(),
            body: Vec::new(),
            trace: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
        };
        let envelope = Envelope {
            tenant: "t",
            batch: 7,
            time: "2026-11-22T00:00:00Z",
        };
        let headers = headers(&envelope, 3, "profile.merged.p1", &message);
        for (name, value) in [
            ("ce-specversion", "1.0"),
            ("ce-id", "t/7/3"),
            ("ce-source", "/yekta/t"),
            ("ce-type", "yekta.profile.merged.v1"),
            ("ce-time", "2026-11-22T00:00:00Z"),
            ("Content-Type", "application/json"),
            ("Yekta-Key", "p1,p2"),
            (
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            ),
        ] {
            assert_eq!(
                headers.get(name).map(|value| value.as_str()),
                Some(value),
                "{name}"
            );
        }
        assert_eq!(kind("context.store.order_completed.p1"), "yekta.context.v1");
        assert_eq!(kind("dlq.too_late"), "yekta.dlq.v1");
    }
}
