//! Renewing a term: another record of the same owner at the end of the journal, so that all before it may be forgotten
//! without a rest. Must never write while a commit is under way.
//!
//! The journal keeps its owner's record whatever is forgotten, and the server keeps the bytes of what it purged in the
//! block that is partly kept. So the record is written again and again, with blanks behind it, until the last one is in
//! another block than all commits before. The term keeps its number: what fences is where the record is, the commits of
//! the term go on as they were, and who was the owner before is of an older term than this one all the same.

use std::time::Duration;

use crate::{
    journal::Error,
    nats::journal::{
        JetStreamJournal,
        epoch::EpochRecord,
        layout::{BLOCK_BYTES, EPOCH},
        open::{is_passing, put},
        stream::broker,
        unless_stopped,
        writer::Sender,
    },
};

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(100);
/// What is attempted.
const RENEW: &str = "renew the term in";

impl JetStreamJournal {
    /// Writes this owner's record anew behind all commits. Once a commit was written behind that and everything up to it
    /// is forgotten, no byte of what was written before is in the broker's files. Takes a little more than
    /// 8 MiB of the stream. Nothing may be under way. Blocks.
    ///
    /// # Errors
    /// [`Error::Broker`] where the server refuses it, as a stream that is full does: the journal is as it was.
    /// [`Error::Fenced`] and [`Error::Stream`] poison the journal.
    pub(crate) fn renew_term(&mut self) -> Result<(), Error> {
        if self.poisoned {
            return Err(Error::Poisoned);
        }
        if !self.under_way.is_empty() {
            return Err(broker(RENEW, "a commit is under way"));
        }
        let stop = self.sender.stop.clone();
        let renewing = renew(&mut self.sender, &mut self.end, self.layout.piece_bytes);
        let renewed = self.runtime.block_on(unless_stopped(&stop, RENEW, renewing));
        // Whoever stopped waiting does not know what became of the last record.
        let is_refusal = matches!(renewed, Err(Error::Broker { .. })) && !stop.is_cancelled();
        self.poisoned = renewed.is_err() && !is_refusal;
        renewed?;
        tracing::info!(
            journal.epoch = self.sender.epoch.epoch,
            journal.end = self.end,
            "wrote the owner's record of the journal anew"
        );
        Ok(())
    }
}

async fn renew(sender: &mut Sender, end: &mut u64, piece_bytes: usize) -> Result<(), Error> {
    let record = sender.epoch.to_bytes();
    let mut left = BLOCK_BYTES.saturating_add(piece_bytes);
    loop {
        let blanks = left.min(piece_bytes);
        let mut body = record.clone();
        body.resize(record.len().saturating_add(blanks), b' ');
        let stored = see_stored(sender, body, *end).await?;
        (*end, sender.epoch_sequence) = (stored, stored);
        // The last record has no blanks: it is read often.
        if blanks == 0 {
            return Ok(());
        }
        left = left.saturating_sub(blanks);
    }
}

/// Stores a record behind `end`, and answers where it is. Tries until it stands.
async fn see_stored(sender: &Sender, body: Vec<u8>, end: u64) -> Result<u64, Error> {
    let next = end.saturating_add(1);
    loop {
        match put(&sender.stream, body.clone(), end).await {
            Ok(sequence) if sequence == next => return Ok(next),
            Ok(sequence) => {
                let reason = "epoch record was stored elsewhere than expected";
                return Err(sender.stream.misfit(sequence, reason));
            }
            Err(error) if is_passing(&error) => tracing::debug!(%error, "renewing the term again"),
            Err(error) => return Err(broker(RENEW, error)),
        }
        // Nothing is sent again before it was looked at. One that comes late all the same expects the end it was sent for.
        loop {
            match is_stored(sender, next).await {
                Ok(true) => return Ok(next),
                Ok(false) => break,
                Err(error @ Error::Broker { .. }) => {
                    tracing::debug!(%error, "looking at the end of the journal again");
                    sender.wait(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
        sender.wait(PAUSE).await;
    }
}

/// Whether a record of this owner's is at `next`, behind which there may be nothing.
///
/// ORDER: the end is read first, so that a record that is stored meanwhile is seen by what is read behind it.
async fn is_stored(sender: &Sender, next: u64) -> Result<bool, Error> {
    let stream = &sender.stream;
    let ends = stream.ends().await?;
    let Some(found) = stream.last_of(EPOCH).await? else {
        return Err(stream.misfit(sender.epoch_sequence, "the epoch record is gone"));
    };
    let record = EpochRecord::parse(&found.body);
    if let Some(record) = &record
        && record.epoch > sender.epoch.epoch
    {
        return Err(Error::Fenced {
            epoch: record.epoch,
            own: sender.epoch.epoch,
        });
    }
    if record.as_ref() != Some(&sender.epoch) || ![sender.epoch_sequence, next].contains(&found.sequence) {
        return Err(stream.misfit(found.sequence, "epoch record is not in its order"));
    }
    let end = if found.sequence == next {
        next
    } else {
        next.saturating_sub(1)
    };
    if ends.last > end {
        return Err(stream.misfit(end.saturating_add(1), "message is part of no commit"));
    }
    Ok(found.sequence == next)
}
