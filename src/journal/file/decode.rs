//! Reads a commit back from the layout that `encode` describes. Hostile bytes give a reason, never a panic, and never
//! an allocation larger than the bytes that are really there. Called by `frame` alone.

use crate::journal::{Change, Commit, InputPosition, Marker, Message};

/// Why bytes are not a commit.
pub(crate) type Reason = &'static str;

/// Three empty strings and the byte of no trace: what the smallest message takes.
const MESSAGE_BYTES_MIN: usize = 13;
/// An empty key and the byte of a deletion: what the smallest change takes.
const CHANGE_BYTES_MIN: usize = 5;

/// The commit with number `batch` and `messages` messages whose body is `body`, to the last byte.
pub(crate) fn decode(body: &[u8], batch: u64, messages: u32) -> Result<Commit, Reason> {
    let mut decoder = Decoder { rest: body };
    let fingerprint = decoder.array()?;
    let time_us = i64::from_le_bytes(decoder.array()?);
    let epoch = u64::from_le_bytes(decoder.array()?);
    let input = if decoder.some()? {
        Some(InputPosition {
            stream: decoder.text()?,
            created_ns: i64::from_le_bytes(decoder.array()?),
            sequence: u64::from_le_bytes(decoder.array()?),
            digest: decoder.array()?,
        })
    } else {
        None
    };
    let messages = decoder.many(messages, MESSAGE_BYTES_MIN, Decoder::message)?;
    let changes = u32::from_le_bytes(decoder.array()?);
    let changes = decoder.many(changes, CHANGE_BYTES_MIN, Decoder::change)?;
    if !decoder.rest.is_empty() {
        return Err("commit has bytes behind its end");
    }
    Ok(Commit {
        messages,
        changes,
        marker: Marker {
            batch,
            fingerprint,
            time_us,
            input,
            epoch,
        },
    })
}

/// The bytes that are still to be read.
struct Decoder<'a> {
    rest: &'a [u8],
}

impl<'a> Decoder<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Reason> {
        let (head, rest) = self.rest.split_at_checked(count).ok_or("commit ends too early")?;
        self.rest = rest;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        let (head, rest) = self.rest.split_first_chunk().ok_or("commit ends too early")?;
        self.rest = rest;
        Ok(*head)
    }

    fn some(&mut self) -> Result<bool, Reason> {
        match self.array()? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err("option is neither 0 nor 1"),
        }
    }

    fn string(&mut self) -> Result<Vec<u8>, Reason> {
        let length = u32::from_le_bytes(self.array()?);
        let length = usize::try_from(length).map_err(|_| "string is too long")?;
        self.take(length).map(<[u8]>::to_vec)
    }

    fn text(&mut self) -> Result<String, Reason> {
        String::from_utf8(self.string()?).map_err(|_| "text is not UTF-8")
    }

    fn message(&mut self) -> Result<Message, Reason> {
        Ok(Message {
            subject: self.text()?,
            key: self.text()?,
            body: self.string()?,
            trace: if self.some()? { Some(self.text()?) } else { None },
        })
    }

    fn change(&mut self) -> Result<Change, Reason> {
        let key = self.string()?;
        let value = if self.some()? { Some(self.string()?) } else { None };
        Ok(Change { key, value })
    }

    /// Reads `count` items of at least `bytes_min` bytes each; room is made for what the rest can hold at most.
    fn many<T>(
        &mut self,
        count: u32,
        bytes_min: usize,
        item: impl Fn(&mut Self) -> Result<T, Reason>,
    ) -> Result<Vec<T>, Reason> {
        let count = usize::try_from(count).map_err(|_| "count is too large")?;
        if count > self.rest.len() / bytes_min {
            return Err("count is larger than the bytes behind it");
        }
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::file::encode::encode;
    use crate::journal::file::samples::commits;
    use proptest::prelude::*;

    /// The smallest body: no input, no message, no change.
    fn smallest() -> Vec<u8> {
        vec![0; 32 + 8 + 8 + 1 + 4]
    }

    #[test]
    fn the_smallest_body_is_an_empty_commit() {
        let commit = decode(&smallest(), 7, 0).unwrap();
        assert_eq!(
            (commit.marker.batch, commit.messages.len(), commit.changes.len()),
            (7, 0, 0)
        );
    }

    #[test]
    fn counts_beyond_the_bytes_are_refused_before_room_is_made() {
        let larger = Err("count is larger than the bytes behind it");
        assert_eq!(decode(&smallest(), 1, u32::MAX), larger);
        let mut changes = smallest();
        changes[49..].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(decode(&changes, 1, 0), larger);
        assert_eq!(decode(&[0xff; 25], 1, u32::MAX), Err("commit ends too early"));
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded(commit in commits()) {
            let body = encode(&commit, usize::MAX).unwrap();
            let messages = u32::try_from(commit.messages.len()).unwrap();
            prop_assert_eq!(decode(&body, commit.marker.batch, messages), Ok(commit));
        }

        #[test]
        fn a_body_cut_short_is_refused(commit in commits(), cut in any::<prop::sample::Index>()) {
            let body = encode(&commit, usize::MAX).unwrap();
            let messages = u32::try_from(commit.messages.len()).unwrap();
            prop_assert!(decode(&body[..cut.index(body.len())], 1, messages).is_err());
        }

        #[test]
        fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), messages: u32) {
            if let Ok(commit) = decode(&bytes, 1, messages % 4) {
                prop_assert_eq!(encode(&commit, usize::MAX).unwrap(), bytes);
            }
        }
    }
}
