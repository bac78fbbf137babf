//! Moving on while the tenant is quiet and others write into the same stream: a position that stood still would one day
//! be older than all that the stream keeps, and nobody could tell then whether something of the tenant's went unread.
//!
//! So now and then an empty commit says how far the stream has come. Its position is a message like any other, known
//! again by its digest, but another tenant's.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::nats::ingest::{
    error::{FollowError, Interruption},
    follower::Follower,
    identity::StreamState,
    settle::Fed,
};

impl Follower {
    /// Commits that all of the tenant's up to the stream's end is read, where that end has moved since, and not too
    /// often. `state` is of before the consumer was found to have nothing more.
    pub(super) async fn move_on(
        &mut self,
        state: &StreamState,
        fed: &mpsc::Sender<Fed>,
    ) -> Result<(), Interruption> {
        let read = self.read.as_ref().map_or(0, |read| read.sequence);
        if state.last <= read || !is_due(self.moved, self.settings.move_every, Instant::now()) {
            return Ok(());
        }
        // ORDER: the end is known before the stream is asked for what the tenant has behind what was read. It is its
        // leader that is asked: the consumer may be another server's, which lags.
        let next = self.input.message_from(read.saturating_add(1)).await?;
        if next.is_some_and(|next| next.sequence <= state.last) {
            return Ok(());
        }
        // Gone already: the next look finds another end.
        let Some(end) = self.input.message(state.last).await? else {
            return Ok(());
        };
        let position = self.position(&end);
        tracing::debug!(
            input.sequence = end.sequence,
            "nothing came, moving on with the stream"
        );
        let receipt = self.hand_over(Vec::new(), position).await?;
        let fed_now = Fed {
            receipt,
            messages: 0,
            awaited: Vec::new(),
        };
        let settling = fed.send(fed_now).await;
        settling.map_err(|_| FollowError::WriterStopped.into())
    }
}

/// Whether it is time to move on again, once per process at once.
fn is_due(moved: Option<Instant>, every: Duration, now: Instant) -> bool {
    moved.is_none_or(|moved| now.saturating_duration_since(moved) >= every)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moving_on_is_due_at_once_and_then_now_and_then() {
        let (begun, every) = (Instant::now(), Duration::from_secs(60));
        for (moved, now, expected) in [
            (None, 0, true),
            (Some(0), 0, false),
            (Some(0), 59, false),
            (Some(0), 60, true),
            (Some(30), 60, false),
        ] {
            let at = |second: u64| begun + Duration::from_secs(second);
            assert_eq!(is_due(moved.map(at), every, at(now)), expected, "{moved:?} {now}");
        }
    }
}
