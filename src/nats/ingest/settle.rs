//! Sees what was fed through to its commit, in order, and tells those who wait.

use tokio::sync::{mpsc, oneshot};

use crate::{
    engine::api::Receipt,
    nats::ingest::{lag::Lag, read::Awaited, waiters::Waiters},
};

/// What was handed to the writer and is not known to be committed.
#[derive(Debug)]
pub(crate) struct Fed {
    /// What the writer will say.
    pub(crate) receipt: oneshot::Receiver<Receipt>,
    /// How many messages it holds.
    pub(crate) messages: usize,
    /// Which items somebody waits for.
    pub(crate) awaited: Vec<(usize, Awaited)>,
}

/// Waits for the commits of what is fed until no more comes; whether all of them came.
pub(crate) async fn settle(mut feeds: mpsc::Receiver<Fed>, waiters: Waiters, lag: Lag) -> bool {
    while let Some(fed) = feeds.recv().await {
        let Ok(receipt) = fed.receipt.await else {
            return false;
        };
        lag.settled(fed.messages);
        for (item, awaited) in fed.awaited {
            if let Some(outcome) = receipt.outcomes.get(item) {
                waiters.committed(awaited.request, awaited.index, *outcome, receipt.position);
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{
        Position,
        api::{Outcome, Resolution},
    };
    use crate::telemetry::{NatsMetrics, Registry};

    fn lag() -> Lag {
        Lag::new(NatsMetrics::register(&Registry::new("1").unwrap()).unwrap())
    }

    #[tokio::test]
    async fn who_waits_for_an_item_is_told_what_became_of_it() {
        let waiters = Waiters::new(1);
        let mut wait = waiters.register(2).unwrap();
        let (sender, feeds) = mpsc::channel(4);
        let settling = tokio::spawn(settle(feeds, waiters, lag()));
        let outcomes = [Outcome::Duplicate, Outcome::Accepted(Resolution::Matched)];
        for (position, index, outcome) in [(4, 1, outcomes[1]), (8, 0, outcomes[0])] {
            let (reply, receipt) = oneshot::channel();
            let awaited = Awaited {
                request: wait.id(),
                index,
            };
            sender
                .send(Fed {
                    receipt,
                    messages: 1,
                    awaited: vec![(1, awaited)],
                })
                .await
                .unwrap();
            let outcomes = vec![Outcome::Refused, outcome];
            reply
                .send(Receipt {
                    position: Position(position),
                    outcomes,
                })
                .unwrap();
        }
        drop(sender);
        assert!(settling.await.unwrap());
        let receipt = wait.receipt().await.unwrap();
        assert_eq!(
            (receipt.position, &receipt.outcomes[..]),
            (Position(8), &outcomes[..])
        );
    }

    #[tokio::test]
    async fn a_writer_that_stops_leaves_something_unsettled() {
        let (sender, feeds) = mpsc::channel(4);
        let (reply, receipt) = oneshot::channel();
        sender
            .send(Fed {
                receipt,
                messages: 1,
                awaited: Vec::new(),
            })
            .await
            .unwrap();
        drop((reply, sender));
        assert!(!settle(feeds, Waiters::new(1), lag()).await);
    }
}
