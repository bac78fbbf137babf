//! The bucket of profiles: documents that newer ones took the place of, and those of who is no more.
//!
//! The server forgets at once where they are, so they cannot be erased by their numbers, and keeps their bytes in their
//! block until less than half of a full block lives. So every live document is written once more behind blanks that fill a
//! block ([`JetStreamJournal`](crate::nats::journal::JetStreamJournal)), and here all before the last of these goes, which
//! are whole blocks then. That one stays: nothing else is in its block but blanks and what was written behind them.

use crate::nats::{
    assets::Names,
    expunge::{Expunge, error::ExpungeError},
};

/// Bytes that the journal needs beside the documents: blanks here and, where its term is renewed, there; and what is
/// committed meanwhile.
const BESIDE_BYTES: u64 = 32 << 20;

impl Expunge {
    /// Fails where the journal has no room for every document of the bucket once more: it takes no commit where it is full.
    ///
    /// # Errors
    /// [`ExpungeError`].
    pub async fn has_room(&self) -> Result<(), ExpungeError> {
        let stream = self.names.journal();
        let journal = self.info(&stream).await?;
        let bytes_max = u64::try_from(journal.config.max_bytes).unwrap_or(0);
        let documents = self.info(&self.names.profiles()).await?.state.bytes;
        let needed = documents.saturating_add(BESIDE_BYTES);
        match lacking(journal.state.bytes, needed, bytes_max) {
            0 => Ok(()),
            bytes => Err(ExpungeError::Full { stream, bytes }),
        }
    }

    /// Lets go of all that was in the bucket before its documents were written anew; how many messages there were. The
    /// bucket has to hold all of these.
    ///
    /// # Errors
    /// [`ExpungeError`].
    pub async fn profiles(&self) -> Result<u64, ExpungeError> {
        let eraser = self.eraser(self.names.profiles());
        match eraser.last(&self.names.in_bucket(Names::BLANK)).await? {
            Some(first) => eraser.purge_before(first).await,
            None => Ok(0),
        }
    }
}

/// How many bytes are lacking in a stream for what it needs; 0 stands for no bound.
fn lacking(held: u64, needed: u64, bytes_max: u64) -> u64 {
    match bytes_max {
        0 => 0,
        _ => held.saturating_add(needed).saturating_sub(bytes_max),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_without_a_bound_lacks_nothing() {
        assert_eq!(lacking(10, 5, 0), 0);
        assert_eq!(lacking(10, 5, 15), 0);
        assert_eq!(lacking(10, 5, 12), 3);
        assert_eq!(lacking(20, 5, 12), 13);
    }
}
