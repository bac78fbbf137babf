//! Reads the parts of a commit back. Hostile bytes give a reason, never a panic, and never an allocation larger than the
//! bytes that are really there.

use crate::journal::{Change, InputPosition, Marker, Message};

/// Why bytes are not what they should be.
pub(crate) type Reason = &'static str;

/// Three empty strings and the byte of no trace: what the smallest message takes.
const MESSAGE_BYTES_MIN: usize = 13;
/// An empty key and the byte of a deletion: what the smallest change takes.
const CHANGE_BYTES_MIN: usize = 5;

/// The bytes that are still to be read.
pub(crate) struct Decoder<'a> {
    rest: &'a [u8],
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The marker of the commit with number `batch`.
    pub(crate) fn marker(&mut self, batch: u64) -> Result<Marker, Reason> {
        let fingerprint = self.array()?;
        let time_us = i64::from_le_bytes(self.array()?);
        let epoch = u64::from_le_bytes(self.array()?);
        let input = if self.some()? {
            Some(InputPosition {
                stream: self.text()?,
                created_ns: i64::from_le_bytes(self.array()?),
                sequence: u64::from_le_bytes(self.array()?),
                digest: self.array()?,
            })
        } else {
            None
        };
        Ok(Marker {
            batch,
            fingerprint,
            time_us,
            input,
            epoch,
        })
    }

    pub(crate) fn messages(&mut self, count: u32) -> Result<Vec<Message>, Reason> {
        self.many(count, MESSAGE_BYTES_MIN, Self::message)
    }

    pub(crate) fn changes(&mut self) -> Result<Vec<Change>, Reason> {
        let count = u32::from_le_bytes(self.array()?);
        self.many(count, CHANGE_BYTES_MIN, Self::change)
    }

    /// That nothing is left.
    pub(crate) fn end(&self) -> Result<(), Reason> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err("commit has bytes behind its end")
        }
    }
    fn take(&mut self, count: usize) -> Result<&'a [u8], Reason> {
        let (head, rest) = self.rest.split_at_checked(count).ok_or("commit ends too early")?;
        self.rest = rest;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        let (head, rest) = self.rest.split_first_chunk().ok_or("commit ends too early")?;
        self.rest = rest;
        Ok(*head)
    }

    pub(crate) fn some(&mut self) -> Result<bool, Reason> {
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

    pub(crate) fn text(&mut self) -> Result<String, Reason> {
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
