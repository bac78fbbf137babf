//! One message that was read from the input stream: what it is known by again, and what it holds.

use std::sync::Arc;

use async_nats::{HeaderMap, jetstream};
use sha2::{Digest, Sha256};
use tokio_util::bytes::Bytes;
use uuid::Uuid;

use crate::{
    domain::{event::StreamPlace, time::Timestamp},
    engine::{api::Submission, writer::intake::submissions},
    wire::{DecodeRules, StreamMessage, decode_message},
};

/// Names the request whose sender waits for the commit, as a UUID.
pub const REQUEST_HEADER: &str = "Yekta-Request";
/// The place of the message among those of its request, from 0.
pub const INDEX_HEADER: &str = "Yekta-Index";

const NANOS_PER_MICRO: i128 = 1_000;

/// A message as it stands in the stream. `Debug` shows where it stands, and nothing that it holds.
#[derive(Clone)]
pub(crate) struct Read {
    pub(crate) sequence: u64,
    pub(crate) subject: String,
    /// Each with its value, in no order but that of the values of one name.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// When the stream took it in.
    pub(crate) stored: Timestamp,
    /// Messages behind it that the consumer will give.
    pub(crate) pending: Option<u64>,
    /// Its number among those that the consumer gave; 0 where none did.
    pub(crate) delivery: u64,
}

/// Who waits for a message, and which of the request's messages it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Awaited {
    pub(crate) request: Uuid,
    pub(crate) index: usize,
}

impl Read {
    /// What a consumer gave; `None` where that is no message of a stream.
    pub(crate) fn of(message: jetstream::Message) -> Option<Self> {
        let info = message.info().ok()?;
        let micros = info.published.unix_timestamp_nanos() / NANOS_PER_MICRO;
        let (sequence, pending, delivery) = (info.stream_sequence, info.pending, info.consumer_sequence);
        let message = message.message;
        Some(Self {
            sequence,
            headers: message.headers.as_ref().map(pairs).unwrap_or_default(),
            subject: message.subject.into_string(),
            body: message.payload,
            stored: Timestamp::from_micros(i64::try_from(micros).unwrap_or(i64::MAX)),
            pending: Some(pending),
            delivery,
        })
    }

    /// What the message is known by again: the first bytes of the SHA-256 over its subject, its headers sorted by name
    /// (values of one name in their order) and its body. Each of these, and the number of the headers before them, is
    /// behind its length in bytes as 64 bits, the highest first.
    pub(crate) fn digest(&self) -> [u8; 16] {
        let mut hash = Sha256::new();
        let mut add = |bytes: &[u8]| {
            hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(bytes);
        };
        add(self.subject.as_bytes());
        let mut headers: Vec<_> = self.headers.iter().collect();
        // Stable: values of one name keep their order.
        headers.sort_by(|(one, _), (other, _)| one.cmp(other));
        add(&u64::try_from(headers.len()).unwrap_or(u64::MAX).to_be_bytes());
        for (name, value) in headers {
            add(name.as_bytes());
            add(value.as_bytes());
        }
        add(&self.body);
        let whole = hash.finalize();
        let mut digest = [0; 16];
        digest.iter_mut().zip(whole).for_each(|(to, from)| *to = from);
        digest
    }

    /// What the writer is given of it.
    pub(crate) fn submissions(&self, stream: &str, rules: &DecodeRules) -> Vec<Submission> {
        let place = Arc::new(StreamPlace {
            stream: stream.to_owned(),
            sequence: self.sequence,
            subject: self.subject.clone(),
        });
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let message = StreamMessage {
            place: &place,
            headers: &headers,
            body: &self.body,
            received: self.stored,
        };
        let read = |item| match item {
            Submission::Event(event) => Submission::Read(event, Arc::clone(&place)),
            other => other,
        };
        let items = submissions(decode_message(&message, rules)).into_iter();
        items.map(read).collect()
    }

    /// Who waits for it, if anybody does.
    pub(crate) fn awaited(&self) -> Option<Awaited> {
        let header = |wanted: &str| {
            let named = self.headers.iter().find(|(name, _)| name == wanted);
            named.map(|(_, value)| value.as_str())
        };
        Some(Awaited {
            request: header(REQUEST_HEADER)?.parse().ok()?,
            index: header(INDEX_HEADER)?.parse().ok()?,
        })
    }
}

impl std::fmt::Debug for Read {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Read({}, {} bytes)", self.sequence, self.body.len())
    }
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let pair = |name: &str, value: &async_nats::HeaderValue| (name.to_owned(), value.as_str().to_owned());
    headers
        .iter()
        .flat_map(|(name, values)| values.iter().map(move |value| pair(name.as_ref(), value)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(subject: &str, headers: &[(&str, &str)], body: &str) -> Read {
        Read {
            sequence: 1,
            subject: subject.into(),
            headers: headers
                .iter()
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            stored: Timestamp::from_micros(0),
            pending: Some(0),
            delivery: 1,
        }
    }

    #[test]
    fn a_message_is_known_again_by_all_that_it_holds_and_in_any_order_of_headers() {
        let digest = |headers: &[(&str, &str)], body| read("s", headers, body).digest();
        let known = digest(&[("a", "1"), ("b", "2"), ("a", "3")], "x");
        assert_eq!(known, digest(&[("b", "2"), ("a", "1"), ("a", "3")], "x"));
        for other in [
            digest(&[("a", "3"), ("b", "2"), ("a", "1")], "x"),
            digest(&[("a", "1"), ("b", "2")], "x"),
            digest(&[("a", "1"), ("b", "2"), ("a", "3")], "y"),
            digest(&[("a", "1"), ("b", "2a3")], "x"),
            read("t", &[("a", "1"), ("b", "2"), ("a", "3")], "x").digest(),
        ] {
            assert_ne!(known, other);
        }
        // Stored in journals: it never changes.
        assert_eq!(
            data_encoding::HEXLOWER.encode(&read("yekta.v1.t.event.web.a", &[("N", "v")], "{}").digest()),
            "09919fd66d3fd9f0e19e159b495efb04"
        );
    }

    #[test]
    fn a_request_is_awaited_that_names_itself_and_an_index() {
        let id = "0199f3b2-0000-7000-8000-000000000001";
        let awaited = |headers: &[(&str, &str)]| read("s", headers, "").awaited();
        assert_eq!(
            awaited(&[(REQUEST_HEADER, id), (INDEX_HEADER, "3")]),
            Some(Awaited {
                request: id.parse().unwrap(),
                index: 3
            })
        );
        assert_eq!(awaited(&[(REQUEST_HEADER, id)]), None);
        assert_eq!(awaited(&[(REQUEST_HEADER, "x"), (INDEX_HEADER, "3")]), None);
        assert_eq!(awaited(&[(REQUEST_HEADER, id), (INDEX_HEADER, "-1")]), None);
    }

    #[test]
    fn debug_shows_no_content() {
        let shown = format!("{:?}", read("s", &[("secret", "secret")], "secret"));
        assert_eq!(shown, "Read(1, 6 bytes)");
    }
}
