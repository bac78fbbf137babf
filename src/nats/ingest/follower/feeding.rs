//! Handing what was read to the writer: items together, and whoever joins or leaves a partition alone.

use std::time::Instant;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    engine::{
        api::{Receipt, Submission},
        parting::{MoveId, Moved},
    },
    journal::InputPosition,
    nats::ingest::{
        error::{FollowError, Interruption},
        follower::Follower,
        read::Read,
        settle::Fed,
        source::{Load, Portion},
    },
};

impl Follower {
    /// Reads what messages are and hands it over, which waits for room. `stop` ends the waiting for what another partition has:
    /// what is behind it is read again.
    pub(super) async fn feed(
        &mut self,
        batch: Vec<Read>,
        stop: &CancellationToken,
        fed: &mpsc::Sender<Fed>,
    ) -> Result<(), Interruption> {
        for portion in self.portions(batch).await? {
            let (messages, pending) = (portion.messages, portion.pending);
            let position = self.position(portion.sequence, portion.digest);
            let (receipt, awaited) = match portion.load {
                Load::Items(items, awaited) => (self.hand_over(items, position).await?, awaited),
                Load::Depart(id, departure) => {
                    let moved = Moved::Depart(id, departure);
                    (self.carry(moved, position).await?, Vec::new())
                }
                Load::Ahead(id, number, departure) => {
                    let moved = Moved::Ahead(id, number, departure);
                    (self.carry(moved, position).await?, Vec::new())
                }
                Load::Put(parcel) => {
                    let moved = Moved::Arrive(parcel);
                    (self.carry(moved, position).await?, Vec::new())
                }
                Load::Arrive(id, from) => {
                    let Some(moved) = stop.run_until_cancelled(self.arriving(id, from)).await else {
                        return Ok(());
                    };
                    (self.carry(moved?, position).await?, Vec::new())
                }
            };
            self.metrics.messages_read(messages);
            self.lag.fed(messages, pending);
            let fed_now = Fed {
                receipt,
                messages,
                awaited,
            };
            let settling = fed.send(fed_now).await;
            settling.map_err(|_| FollowError::WriterStopped)?;
        }
        Ok(())
    }

    /// How far the stream is read once a message of this number and digest is.
    pub(super) fn position(&self, sequence: u64, digest: [u8; 16]) -> InputPosition {
        InputPosition {
            stream: self.settings.stream.clone(),
            created_ns: self.created_ns,
            sequence,
            digest,
        }
    }

    pub(super) async fn hand_over(
        &mut self,
        items: Vec<Submission>,
        position: InputPosition,
    ) -> Result<oneshot::Receiver<Receipt>, Interruption> {
        let receipt = self.handle.feed(items, position.clone()).await;
        let receipt = receipt.map_err(|_| FollowError::WriterStopped)?;
        self.moved_to(position);
        Ok(receipt)
    }

    async fn carry(
        &mut self,
        moved: Moved,
        position: InputPosition,
    ) -> Result<oneshot::Receiver<Receipt>, Interruption> {
        let receipt = self.handle.carry(moved, position.clone()).await;
        let receipt = receipt.map_err(|_| FollowError::WriterStopped)?;
        self.moved_to(position);
        Ok(receipt)
    }

    fn moved_to(&mut self, position: InputPosition) {
        self.read = Some(position);
        self.moved = Some(Instant::now());
    }

    /// Waits for what whoever comes from the partition `from` had there.
    async fn arriving(&self, id: MoveId, from: u32) -> Result<Moved, Interruption> {
        match self.source.parcels() {
            Some(parcels) => Ok(Moved::Arrive(parcels.fetch(id, from).await?)),
            // No other source has anybody arrive.
            None => Err(Interruption::Gap),
        }
    }

    /// Off the threads that serve: a batch takes milliseconds.
    async fn portions(&self, batch: Vec<Read>) -> Result<Vec<Portion>, Interruption> {
        let (source, stream) = (self.source.clone(), self.settings.stream.clone());
        let is_awaited = !self.waiters.is_empty();
        let reading = move || source.portions(&batch, &stream, is_awaited);
        let portions = tokio::task::spawn_blocking(reading).await;
        let portions = portions.map_err(|error| Interruption::passing("decode messages", error))?;
        Ok(portions?)
    }
}
