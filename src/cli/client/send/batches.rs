//! Packs events into request bodies: owns [`Batches`] and the bounds of one.

use std::io::BufRead;

use crate::cli::client::{error::ClientError, send::items::Items};

/// Events in one request; the service takes more, but answers a smaller one sooner.
pub(crate) const EVENTS_MAX: u64 = 500;
/// Bytes of one request's body, below the 512 KiB that the service takes.
pub(crate) const BYTES_MAX: usize = 400 * 1000;

/// The body of one request: a list of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    /// The number of its first event among all, from 0.
    pub(crate) first: u64,
    /// How many events it has, at least 1.
    pub(crate) count: u64,
    /// A JSON list.
    pub(crate) body: Vec<u8>,
}

/// The batches of a text.
#[derive(Debug)]
pub(crate) struct Batches<R> {
    items: Items<R>,
    /// Read, but too long for the batch before.
    waiting: Option<Vec<u8>>,
    /// Met behind events that are to be sent first.
    failed: Option<ClientError>,
    next: u64,
}

impl<R: BufRead> Batches<R> {
    /// The batches of `items`.
    pub(crate) const fn new(items: Items<R>) -> Self {
        Self {
            items,
            waiting: None,
            failed: None,
            next: 0,
        }
    }

    /// The next batch; `None` at the end. Events before one that cannot be read come before its error.
    ///
    /// # Errors
    /// As [`Items::next_item`].
    pub(crate) fn next_batch(&mut self) -> Result<Option<Batch>, ClientError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        let (mut body, mut count) = (vec![b'['], 0_u64);
        while count < EVENTS_MAX {
            let item = match self.waiting.take() {
                Some(item) => item,
                None => match self.items.next_item() {
                    Ok(Some(item)) => item,
                    Ok(None) => break,
                    Err(error) if count == 0 => return Err(error),
                    Err(error) => {
                        self.failed = Some(error);
                        break;
                    }
                },
            };
            // With the comma before it and the bracket behind.
            if count > 0 && body.len().saturating_add(item.len()).saturating_add(2) > BYTES_MAX {
                self.waiting = Some(item);
                break;
            }
            if count > 0 {
                body.push(b',');
            }
            body.extend(item);
            count = count.saturating_add(1);
        }
        if count == 0 {
            return Ok(None);
        }
        body.push(b']');
        let first = self.next;
        self.next = first.saturating_add(count);
        Ok(Some(Batch { first, count, body }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::client::send::items::ITEM_BYTES_MAX;

    const _: () = assert!(ITEM_BYTES_MAX + 2 <= BYTES_MAX, "each event fits in a batch");

    fn batched(text: &str) -> Batches<&[u8]> {
        Batches::new(Items::new(text.as_bytes(), "text"))
    }

    fn all(text: &str) -> Vec<Batch> {
        let mut batches = batched(text);
        std::iter::from_fn(|| batches.next_batch().unwrap()).collect()
    }

    #[test]
    fn a_batch_has_at_most_500_events() {
        let batches = all(&"{}\n".repeat(1_001));
        let shapes: Vec<_> = batches.iter().map(|one| (one.first, one.count)).collect();
        assert_eq!(shapes, [(0, 500), (500, 500), (1_000, 1)]);
        assert_eq!(all("{}\n{\"a\":1}")[0].body, b"[{},{\"a\":1}]");
        assert_eq!(all(" \n"), []);
    }

    #[test]
    fn a_batch_has_at_most_400_kb() {
        // Four of them with commas and brackets are 400,000 bytes to the byte; one byte more is too much.
        let item = |bytes: usize| format!("{{\"a\":\"{}\"}}\n", "x".repeat(bytes - 8));
        let full = item(99_999) + &item(99_999) + &item(99_999) + &item(99_998);
        let batches = all(&full);
        assert_eq!((batches.len(), batches[0].body.len()), (1, BYTES_MAX));
        let batches = all(&(item(99_999).repeat(4) + &item(20)));
        let counts: Vec<u64> = batches.iter().map(|one| one.count).collect();
        assert_eq!(counts, [3, 2]);
    }

    #[test]
    fn events_before_an_error_are_sent() {
        let mut batches = batched("{}\n{}\nx");
        assert_eq!(batches.next_batch().unwrap().map(|one| one.count), Some(2));
        assert!(matches!(
            batches.next_batch(),
            Err(ClientError::Events { line: 3, .. })
        ));
    }
}
