//! A message to publish, and what a batch expects of the stream. Plain data.

use std::fmt;

use async_nats::{HeaderMap, header};
use tokio_util::bytes::Bytes;

/// Bytes of the headers that a batch adds to each message, at most, without the stream's name.
const BATCH_HEADERS: usize = 256;
/// Bytes of headers that a stream stores per message.
const HEADERS_MAX: usize = 65_535;

/// One message that is to be published.
#[derive(Clone)]
pub struct Outgoing {
    /// Where.
    pub subject: String,
    /// With which headers.
    pub headers: HeaderMap,
    /// What.
    pub body: Bytes,
}

impl Outgoing {
    /// Its size, headers included, in bytes.
    pub fn bytes(&self) -> usize {
        self.body.len().saturating_add(self.header_bytes())
    }

    /// Whether it can be published with `added` bytes of further headers beside those of every batch.
    pub(crate) fn fits(&self, added: usize, bytes_max: usize) -> bool {
        let headers = self
            .header_bytes()
            .saturating_add(BATCH_HEADERS)
            .saturating_add(added);
        headers <= HEADERS_MAX && headers.saturating_add(self.body.len()) <= bytes_max
    }

    /// As they are sent: a line for each value, the first line and the empty one.
    fn header_bytes(&self) -> usize {
        const FIRST_AND_LAST: usize = 14;
        const AROUND: usize = 4;
        let lines = self.headers.iter().flat_map(|(name, values)| {
            let name: &str = name.as_ref();
            values
                .iter()
                .map(move |value| name.len() + value.as_str().len() + AROUND)
        });
        lines.sum::<usize>() + FIRST_AND_LAST
    }
}

/// Shows sizes only, for bodies and headers hold personal data.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outgoing({} bytes)", self.bytes())
    }
}

/// What the stream has to be like for a batch to be stored; nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// The sequence of the stream's last message.
    pub last_sequence: Option<u64>,
    /// A subject, and the sequence of its last message.
    pub last_of_subject: Option<(String, u64)>,
}

impl Expected {
    pub(crate) fn add_to(&self, headers: &mut HeaderMap) {
        if let Some(sequence) = self.last_sequence {
            headers.insert(header::NATS_EXPECTED_LAST_SEQUENCE, sequence.to_string());
        }
        if let Some((subject, sequence)) = &self.last_of_subject {
            headers.insert(header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, sequence.to_string());
            headers.insert(EXPECTED_SUBJECT, subject.as_str());
        }
    }

    /// The most that it adds to headers.
    pub(crate) fn bytes(&self) -> usize {
        const NAMES_AND_NUMBERS: usize = 192;
        let subject = self.last_of_subject.as_ref();
        NAMES_AND_NUMBERS.saturating_add(subject.map_or(0, |(subject, _)| subject.len()))
    }
}

/// Which subject [`header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE`] is about, if not the message's own.
const EXPECTED_SUBJECT: &str = "Nats-Expected-Last-Subject-Sequence-Subject";
