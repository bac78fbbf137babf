//! Writes a commit as bytes. Owns, with `decode`, the layout of a frame's body; must never write more than its limit.
//! Called by `frame` alone.
//!
//! Integers are little-endian; a *string* is a u32 length and that many bytes; an *option* is a byte 0 or 1 and, if 1,
//! the value. The body is: fingerprint (32 bytes), time (i64), epoch (u64), option of input (stream string,
//! created i64, sequence u64, digest 16 bytes), each message (subject, key and body strings, option of trace string), the number of changes (u32), each change (key string, option of
//! value string). The batch number and the number of messages are in the head of the frame, and only there.

use crate::journal::{Commit, Error};

/// The body of `commit`'s frame.
pub(crate) fn encode(commit: &Commit, bytes_max: usize) -> Result<Vec<u8>, Error> {
    let mut encoder = Encoder {
        out: Vec::with_capacity(about(commit).min(bytes_max)),
        bytes_max,
    };
    let marker = &commit.marker;
    encoder.raw(&marker.fingerprint)?;
    encoder.raw(&marker.time_us.to_le_bytes())?;
    encoder.raw(&marker.epoch.to_le_bytes())?;
    encoder.raw(&[u8::from(marker.input.is_some())])?;
    if let Some(input) = &marker.input {
        encoder.string(input.stream.as_bytes())?;
        encoder.raw(&input.created_ns.to_le_bytes())?;
        encoder.raw(&input.sequence.to_le_bytes())?;
        encoder.raw(&input.digest)?;
    }
    for message in &commit.messages {
        encoder.string(message.subject.as_bytes())?;
        encoder.string(message.key.as_bytes())?;
        encoder.string(&message.body)?;
        encoder.option(message.trace.as_ref().map(String::as_bytes))?;
    }
    encoder.count(commit.changes.len())?;
    for change in &commit.changes {
        encoder.string(&change.key)?;
        encoder.option(change.value.as_deref())?;
    }
    Ok(encoder.out)
}

/// The length of the body, within the head and a few bytes per message and change: so it is written without being moved.
fn about(commit: &Commit) -> usize {
    const HEAD: usize = 128;
    const LENGTHS: usize = 12;
    let messages = commit
        .messages
        .iter()
        .map(|one| LENGTHS + one.subject.len() + one.key.len() + one.body.len());
    let changes = commit
        .changes
        .iter()
        .map(|one| LENGTHS + one.key.len() + one.value.as_ref().map_or(0, Vec::len));
    HEAD + messages.sum::<usize>() + changes.sum::<usize>()
}

/// Bytes so far, and how many there may be.
struct Encoder {
    out: Vec<u8>,
    bytes_max: usize,
}

impl Encoder {
    fn raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.len() > self.bytes_max.saturating_sub(self.out.len()) {
            return Err(Error::TooLarge {
                bytes_max: self.bytes_max,
            });
        }
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    fn count(&mut self, count: usize) -> Result<(), Error> {
        let count = u32::try_from(count).map_err(|_| Error::TooLarge {
            bytes_max: self.bytes_max,
        })?;
        self.raw(&count.to_le_bytes())
    }

    fn string(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.count(bytes.len())?;
        self.raw(bytes)
    }

    fn option(&mut self, bytes: Option<&[u8]>) -> Result<(), Error> {
        self.raw(&[u8::from(bytes.is_some())])?;
        bytes.map_or(Ok(()), |bytes| self.string(bytes))
    }
}
