//! Writes the parts of a commit as bytes; must never write more than its limit.

use crate::journal::{Change, Commit, Error, Marker, Message};

/// How long the parts of `commit` are as bytes, its marker, messages and changes one after the other.
pub(crate) fn length(commit: &Commit) -> usize {
    const COUNT: usize = 4;
    const FLAG: usize = 1;
    let option = |bytes: Option<usize>| FLAG + bytes.map_or(0, |bytes| COUNT + bytes);
    let Marker {
        fingerprint, input, ..
    } = &commit.marker;
    let input = input
        .as_ref()
        .map_or(0, |input| COUNT + input.stream.len() + 8 + 8 + input.digest.len());
    let marker = fingerprint.len() + 8 + 8 + FLAG + input;
    let messages = commit.messages.iter().map(|one| {
        let texts = one.subject.len() + one.key.len() + one.body.len();
        3 * COUNT + texts + option(one.trace.as_ref().map(String::len))
    });
    let changes = commit
        .changes
        .iter()
        .map(|one| COUNT + one.key.len() + option(one.value.as_ref().map(Vec::len)));
    marker + messages.sum::<usize>() + COUNT + changes.sum::<usize>()
}

/// Bytes so far, and how many there may be.
pub(crate) struct Encoder {
    out: Vec<u8>,
    bytes_max: usize,
}

impl Encoder {
    /// Begins with room for `length` bytes, and takes `bytes_max` at most.
    pub(crate) fn new(length: usize, bytes_max: usize) -> Self {
        Self::reusing(Vec::with_capacity(length.min(bytes_max)), bytes_max)
    }

    /// Begins with the room that `out` has, and takes `bytes_max` at most.
    pub(crate) fn reusing(mut out: Vec<u8>, bytes_max: usize) -> Self {
        out.clear();
        Self { out, bytes_max }
    }

    /// What was written.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// All of a marker but its batch number.
    pub(crate) fn marker(&mut self, marker: &Marker) -> Result<(), Error> {
        self.raw(&marker.fingerprint)?;
        self.raw(&marker.time_us.to_le_bytes())?;
        self.raw(&marker.epoch.to_le_bytes())?;
        self.raw(&[u8::from(marker.input.is_some())])?;
        if let Some(input) = &marker.input {
            self.string(input.stream.as_bytes())?;
            self.raw(&input.created_ns.to_le_bytes())?;
            self.raw(&input.sequence.to_le_bytes())?;
            self.raw(&input.digest)?;
        }
        Ok(())
    }

    pub(crate) fn message(&mut self, message: &Message) -> Result<(), Error> {
        self.string(message.subject.as_bytes())?;
        self.string(message.key.as_bytes())?;
        self.string(&message.body)?;
        self.option(message.trace.as_ref().map(String::as_bytes))
    }

    pub(crate) fn changes(&mut self, changes: &[Change]) -> Result<(), Error> {
        self.count(changes.len())?;
        for change in changes {
            self.string(&change.key)?;
            self.option(change.value.as_deref())?;
        }
        Ok(())
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if bytes.len() > self.bytes_max.saturating_sub(self.out.len()) {
            return Err(Error::TooLarge {
                bytes_max: self.bytes_max,
            });
        }
        self.out.extend_from_slice(bytes);
        Ok(())
    }

    pub(crate) fn count(&mut self, count: usize) -> Result<(), Error> {
        let count = u32::try_from(count).map_err(|_| Error::TooLarge {
            bytes_max: self.bytes_max,
        })?;
        self.raw(&count.to_le_bytes())
    }

    pub(crate) fn string(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.count(bytes.len())?;
        self.raw(bytes)
    }

    fn option(&mut self, bytes: Option<&[u8]>) -> Result<(), Error> {
        self.raw(&[u8::from(bytes.is_some())])?;
        bytes.map_or(Ok(()), |bytes| self.string(bytes))
    }
}
