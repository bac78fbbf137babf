//! Who waits for the commit of what was put into the input stream: owns [`Waiters`]. Bounded, and whoever goes away is
//! forgotten.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;
use uuid::Uuid;

use crate::engine::{
    Position,
    api::{Outcome, Receipt},
};

/// The requests whose senders wait. Clones share them.
#[derive(Clone, Debug)]
pub struct Waiters {
    requests: Arc<Mutex<HashMap<Uuid, Request>>>,
    requests_max: usize,
}

#[derive(Debug)]
struct Request {
    /// One per item, none while it is not committed.
    outcomes: Vec<Option<Outcome>>,
    missing: usize,
    position: Position,
    reply: oneshot::Sender<Receipt>,
}

/// A place among those that wait. Dropped, it is free again.
#[derive(Debug)]
pub struct Wait {
    id: Uuid,
    waiters: Waiters,
    receipt: oneshot::Receiver<Receipt>,
}

impl Waiters {
    /// Room for `requests_max` requests.
    pub fn new(requests_max: usize) -> Self {
        Self {
            requests: Arc::default(),
            requests_max,
        }
    }

    /// Waits for `items` items from now on; `None` where too many wait already, or there is nothing to wait for.
    pub fn register(&self, items: usize) -> Option<Wait> {
        let id = Uuid::now_v7();
        let (reply, receipt) = oneshot::channel();
        let mut requests = self.requests();
        if items == 0 || requests.len() >= self.requests_max {
            return None;
        }
        let request = Request {
            outcomes: vec![None; items],
            missing: items,
            position: Position::START,
            reply,
        };
        requests.insert(id, request);
        Some(Wait {
            id,
            waiters: self.clone(),
            receipt,
        })
    }

    /// Tells that the item `index` of `request` is committed, and answers when it was the last. Nobody may wait for it:
    /// another process may have sent it, or its sender has gone away.
    pub fn committed(&self, request: Uuid, index: usize, outcome: Outcome, position: Position) {
        let mut requests = self.requests();
        let Some(waiting) = requests.get_mut(&request) else {
            return;
        };
        let Some(told @ None) = waiting.outcomes.get_mut(index) else {
            return;
        };
        *told = Some(outcome);
        waiting.position = waiting.position.max(position);
        waiting.missing = waiting.missing.saturating_sub(1);
        if waiting.missing == 0
            && let Some(done) = requests.remove(&request)
        {
            let receipt = Receipt {
                position: done.position,
                outcomes: done.outcomes.into_iter().flatten().collect(),
            };
            done.reply.send(receipt).ok();
        }
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.requests().len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    // A panic while it was held left no entry in between: each is changed by one call.
    fn requests(&self) -> MutexGuard<'_, HashMap<Uuid, Request>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wait {
    /// What the request is known by.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// Waits until all items are committed: what became of them, in order, and the position of the last commit. `None`
    /// where nobody will tell any more.
    pub async fn receipt(&mut self) -> Option<Receipt> {
        (&mut self.receipt).await.ok()
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.waiters.requests().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::engine::api::Resolution;

    const NEW: Outcome = Outcome::Accepted(Resolution::Created);

    #[tokio::test]
    async fn the_last_item_brings_the_answer_in_the_order_that_was_sent() {
        let waiters = Waiters::new(4);
        let mut wait = waiters.register(3).unwrap();
        waiters.committed(wait.id(), 2, Outcome::Duplicate, Position(9));
        waiters.committed(wait.id(), 0, NEW, Position(5));
        // Told again, or about an item that was not sent: counts nothing.
        waiters.committed(wait.id(), 0, Outcome::Refused, Position(99));
        waiters.committed(wait.id(), 3, NEW, Position(99));
        waiters.committed(Uuid::now_v7(), 1, NEW, Position(99));
        assert!(wait.receipt().now_or_never().is_none());
        waiters.committed(wait.id(), 1, Outcome::Refused, Position(7));
        let receipt = wait.receipt().await.unwrap();
        assert_eq!(receipt.position, Position(9));
        assert_eq!(receipt.outcomes, [NEW, Outcome::Refused, Outcome::Duplicate]);
    }

    #[test]
    fn room_is_bounded_and_whoever_goes_away_makes_room() {
        let waiters = Waiters::new(2);
        let (one, two) = (waiters.register(1).unwrap(), waiters.register(1).unwrap());
        assert!(waiters.register(1).is_none() && waiters.register(0).is_none());
        drop(one);
        let three = waiters.register(1).unwrap();
        waiters.committed(three.id(), 0, NEW, Position(1));
        assert_eq!(waiters.len(), 1);
        drop((two, three));
        assert!(waiters.is_empty());
    }
}
