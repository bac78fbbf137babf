//! Moving on while the tenant is quiet and others write into the same stream: a position that stood still would one day
//! be older than all that the stream keeps, and nobody could tell then whether something of the tenant's went unread.
//!
//! So now and then an empty commit says how far the stream has come. Its position is a message like any other, known
//! again by its digest, but another tenant's.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::nats::ingest::{
    error::{FollowError, Interruption},
    follower::{Follower, Round},
    identity::StreamState,
    input::Reader,
    settle::Fed,
};

impl Follower {
    /// Looks at the stream and the consumer while nothing comes.
    pub(super) async fn look_while_quiet(
        &mut self,
        reader: &mut Reader,
        round: &mut Round,
        fed: &mpsc::Sender<Fed>,
    ) -> Result<(), Interruption> {
        let state = self.look().await?;
        let waiting = reader.waiting().await?;
        if !round.known && waiting == 0 {
            // The message that was read last was deleted after the consumer had counted it.
            self.check_gone().await?;
            round.known = true;
        }
        if !round.known {
            return Ok(());
        }
        if waiting > 0 {
            self.lag.unread(Some(waiting));
            return Ok(());
        }
        if self.is_all_given(&state).await? {
            round.lags = false;
            self.lag.unread(Some(0));
            return self.move_on(&state, fed).await;
        }
        self.lag.unread(None);
        if round.lags {
            return Err(Interruption::Lags);
        }
        round.lags = true;
        Ok(())
    }

    /// Whether a consumer that has nothing more gave all that the stream has of the tenant up to its end. It reads the copy
    /// of one server, which may lag, and for as long as that has no room takes nothing more.
    async fn is_all_given(&self, state: &StreamState) -> Result<bool, Interruption> {
        let read = self.read.as_ref().map_or(0, |read| read.sequence);
        if state.last <= read {
            return Ok(true);
        }
        // ORDER: the end was known before the stream's leader is asked for what the tenant has behind what was read.
        let next = self.input.message_from(read.saturating_add(1)).await?;
        Ok(next.is_none_or(|next| next.sequence > state.last))
    }

    /// Commits that all of the tenant's up to the stream's end is read, where that end has moved since, and not too
    /// often. All of the tenant's up to the end of `state` was given.
    async fn move_on(&mut self, state: &StreamState, fed: &mpsc::Sender<Fed>) -> Result<(), Interruption> {
        let read = self.read.as_ref().map_or(0, |read| read.sequence);
        if state.last <= read || !is_due(self.moved, self.settings.move_every, Instant::now()) {
            return Ok(());
        }
        // Gone already: the next look finds another end.
        let Some(end) = self.input.message(state.last).await? else {
            return Ok(());
        };
        let position = self.position(end.sequence, end.digest());
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
