//! Whether what comes goes on from what was read. Owns when the stream is asked; what its answers mean is `identity`'s.

use crate::nats::ingest::{
    error::Interruption,
    follower::Follower,
    identity::{First, check_first, check_kept, first_jump, reused},
    read::Read,
};

impl Follower {
    /// The first message, if it is a new one and not the one that was read last.
    pub(super) async fn unless_read(&self, first: Read) -> Result<Option<Read>, Interruption> {
        let Some(read) = &self.read else {
            return Ok(Some(first));
        };
        match check_first(read, first.sequence, first.digest())? {
            First::Read => {
                self.lag.unread(first.pending);
                Ok(None)
            }
            First::Later => {
                self.check_gone().await?;
                Ok(Some(first))
            }
        }
    }

    /// The message up to which was read is none that the consumer gives: it may be gone or another tenant's, but no
    /// other may stand there.
    pub(super) async fn check_gone(&self) -> Result<(), Interruption> {
        let Some(read) = &self.read else { return Ok(()) };
        match self.input.message(read.sequence).await? {
            Some(found) if found.digest() != read.digest => Err(reused(read).into()),
            _ => Ok(()),
        }
    }

    /// Numbers that were left out are those of other tenants, or of messages that somebody deleted; or the stream let go
    /// of them before they were read.
    pub(super) async fn check_jumps(&self, batch: &[Read]) -> Result<(), Interruption> {
        let numbers = batch.iter().map(|read| read.sequence);
        let read = self.read.as_ref().map(|read| read.sequence);
        match first_jump(read, numbers) {
            None => Ok(()),
            Some(before) => Ok(check_kept(before, &self.input.state(None).await?)?),
        }
    }
}
