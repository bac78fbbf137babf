//! The last message of a commit: its marker, and what the messages before it have to be. Owns its bytes. Pure.
//!
//! The bytes are: format (u8), checksum (u32, of all that follows and of the messages), batch (u64), the marker, the
//! numbers of pieces, of retired ids and of messages (u32 each), whether the changes are compressed (u8), their length
//! before that (u32). All little-endian.

use crate::journal::{
    Error, Marker,
    codec::{Decoder, Encoder, Reason},
};

/// The only format there is.
const FORMAT: u8 = 1;
/// Far more than a marker takes.
const BYTES_MAX: usize = 64 << 10;

/// How many messages a commit takes, by what they hold, in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Pieces of the changes.
    pub(crate) pieces: u32,
    /// Ids that are no longer in the view of profiles.
    pub(crate) retired: u32,
    /// Published messages, which are directly before the marker.
    pub(crate) messages: u32,
}

impl Counts {
    /// All messages before the marker.
    pub(crate) fn total(self) -> u64 {
        u64::from(self.pieces) + u64::from(self.retired) + u64::from(self.messages)
    }
}

/// The last message of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) marker: Marker,
    pub(crate) counts: Counts,
    pub(crate) is_packed: bool,
    /// Bytes of the changes before compression.
    pub(crate) length: u32,
}

impl Record {
    /// The bytes of this record behind messages whose sum is `sum`.
    pub(crate) fn seal(&self, sum: crc32fast::Hasher) -> Result<Vec<u8>, Error> {
        let mut encoder = Encoder::new(256, BYTES_MAX);
        encoder.raw(&self.marker.batch.to_le_bytes())?;
        encoder.marker(&self.marker)?;
        for count in [self.counts.pieces, self.counts.retired, self.counts.messages] {
            encoder.raw(&count.to_le_bytes())?;
        }
        encoder.raw(&[u8::from(self.is_packed)])?;
        encoder.raw(&self.length.to_le_bytes())?;
        let body = encoder.into_bytes();
        let mut bytes = vec![FORMAT];
        bytes.extend_from_slice(&finished(sum, &body).to_le_bytes());
        bytes.extend_from_slice(&body);
        Ok(bytes)
    }

    /// The record in `bytes`, whose checksum is not verified yet.
    pub(crate) fn open(bytes: &[u8]) -> Result<Record, Reason> {
        let (_, body) = head(bytes)?;
        let mut decoder = Decoder::new(body);
        let batch = u64::from_le_bytes(decoder.array()?);
        let marker = decoder.marker(batch)?;
        let mut count = || decoder.array().map(u32::from_le_bytes);
        let counts = Counts {
            pieces: count()?,
            retired: count()?,
            messages: count()?,
        };
        let is_packed = decoder.some()?;
        let length = u32::from_le_bytes(decoder.array()?);
        decoder.end()?;
        Ok(Record {
            marker,
            counts,
            is_packed,
            length,
        })
    }

    /// Whether `bytes` were sealed behind messages whose sum is `sum`.
    pub(crate) fn fits(bytes: &[u8], sum: crc32fast::Hasher) -> bool {
        head(bytes).is_ok_and(|(expected, body)| finished(sum, body) == expected)
    }
}

fn head(bytes: &[u8]) -> Result<(u32, &[u8]), Reason> {
    let (format, rest) = bytes.split_first().ok_or("marker is empty")?;
    if *format != FORMAT {
        return Err("marker is in a format of another version of this program");
    }
    let (sum, body) = rest.split_first_chunk().ok_or("marker ends too early")?;
    Ok((u32::from_le_bytes(*sum), body))
}

fn finished(mut sum: crc32fast::Hasher, body: &[u8]) -> u32 {
    sum.update(body);
    sum.finalize()
}

/// Adds a message to a sum: where it is, and what it holds.
pub(crate) fn add_to(
    sum: &mut crc32fast::Hasher,
    subject: &str,
    key: &str,
    trace: Option<&str>,
    body: &[u8],
) {
    let parts = [
        subject.as_bytes(),
        key.as_bytes(),
        trace.unwrap_or_default().as_bytes(),
        body,
    ];
    for part in parts {
        // The lengths keep two messages from having the sum of two others.
        sum.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        sum.update(part);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::journal::samples::commits;

    proptest! {
        #[test]
        fn what_was_sealed_is_opened_and_every_flipped_bit_is_noticed(commit in commits(), bit: prop::sample::Index) {
            let record = Record {
                marker: commit.marker,
                counts: Counts { pieces: 1, retired: 2, messages: 3 },
                is_packed: true,
                length: 4,
            };
            let sum = || {
                let mut sum = crc32fast::Hasher::new();
                add_to(&mut sum, "s", "k", None, b"body");
                sum
            };
            let mut bytes = record.seal(sum()).unwrap();
            prop_assert_eq!(Record::open(&bytes), Ok(record));
            prop_assert!(Record::fits(&bytes, sum()));
            prop_assert!(!Record::fits(&bytes, crc32fast::Hasher::new()));
            let bit = bit.index(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!Record::fits(&bytes, sum()));
        }

        #[test]
        fn hostile_bytes_never_panic(bytes: Vec<u8>) {
            prop_assert!(Record::open(&bytes).is_err() || !Record::fits(&bytes, crc32fast::Hasher::new()));
        }
    }
}
