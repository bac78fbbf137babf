//! A move as a partition carries it out, and how it is handed over to the writer.

use tokio::sync::oneshot;

use crate::{
    engine::{
        api::{Receipt, SubmitError},
        parting::{MoveId, Parcel},
        writer::handle::{Handle, Health, Job},
    },
    journal::InputPosition,
    store::DepartureRecord,
};

/// What a partition does of a move: who gives takes them out, who gets puts them in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// These leave, and what they had is published as a parcel.
    Depart(MoveId, DepartureRecord),
    /// These come, with what is in the parcel.
    Arrive(Parcel),
    /// These leave as well, with a move that is still to come: which of its messages this is, from 0.
    Ahead(MoveId, u32, DepartureRecord),
}

impl Moved {
    /// Which move it is of.
    pub const fn id(&self) -> MoveId {
        match self {
            Self::Depart(id, _) | Self::Arrive(Parcel { id, .. }) | Self::Ahead(id, ..) => *id,
        }
    }
}

impl Handle {
    /// Hands over a move, which stands in the input stream at `position`, and waits only for room, as [`Handle::feed`] does. It
    /// is a commit of its own; its receipt is of no item.
    ///
    /// # Errors
    /// [`SubmitError::Stopped`] when the writer has stopped.
    pub async fn carry(
        &self,
        moved: Moved,
        position: InputPosition,
    ) -> Result<oneshot::Receiver<Receipt>, SubmitError> {
        if self.health() != Health::Ready {
            return Err(SubmitError::Stopped);
        }
        let (reply, receipt) = oneshot::channel();
        let job = Job::Carry {
            moved: Box::new(moved),
            position,
            reply,
        };
        self.jobs.send(job).await.map_err(|_| SubmitError::Stopped)?;
        self.metrics.queue_pushed();
        Ok(receipt)
    }
}
