//! What the writer of a journal tells its readers: how far it is, and its latest commits, so that those who follow
//! closely do not ask the broker. Bounded in bytes.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::journal::{Commit, Position};

/// What writer and readers share.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    bytes_max: usize,
}

#[derive(Debug)]
struct State {
    first: Position,
    last: Position,
    /// The latest commits without a gap, oldest first.
    latest: VecDeque<Latest>,
    bytes: usize,
}

#[derive(Debug)]
struct Latest {
    /// The commit before it.
    after: Position,
    position: Position,
    commit: Arc<Commit>,
    bytes: usize,
}

impl Shared {
    /// Begins where everything up to `last` is durable; keeps up to `bytes_max` bytes of what follows.
    pub(crate) fn new(first: Position, last: Position, bytes_max: usize) -> Self {
        let state = State {
            first,
            last,
            latest: VecDeque::new(),
            bytes: 0,
        };
        Self {
            state: Mutex::new(state),
            bytes_max,
        }
    }

    /// A commit is durable.
    pub(crate) fn publish(&self, position: Position, commit: Arc<Commit>, bytes: usize) {
        let mut state = self.state();
        let after = std::mem::replace(&mut state.last, position);
        state.latest.push_back(Latest {
            after,
            position,
            commit,
            bytes,
        });
        state.bytes = state.bytes.saturating_add(bytes);
        while state.bytes > self.bytes_max {
            let Some(oldest) = state.latest.pop_front() else {
                break;
            };
            state.bytes = state.bytes.saturating_sub(oldest.bytes);
        }
    }

    /// Commits are durable, up to the one at `last`, that another process wrote: they are asked for at the broker.
    pub(crate) fn advance(&self, last: Position) {
        let mut state = self.state();
        if last > state.last {
            state.last = last;
            state.latest.clear();
            state.bytes = 0;
        }
    }

    /// The position of the last durable commit.
    pub(crate) fn last(&self) -> Position {
        self.state().last
    }

    /// The first position that was kept when the broker was last asked.
    pub(crate) fn first(&self) -> Position {
        self.state().first
    }

    pub(crate) fn set_first(&self, first: Position) {
        self.state().first = first;
    }

    /// Commits behind `after` up to about `bytes_max` bytes, if the next one is among the latest.
    pub(crate) fn latest(&self, after: Position, bytes_max: usize) -> Option<Vec<(Position, Arc<Commit>)>> {
        let state = self.state();
        let begin = state.latest.partition_point(|one| one.position <= after);
        if state.latest.get(begin)?.after > after {
            return None;
        }
        let (mut found, mut bytes) = (Vec::new(), 0_usize);
        for one in state.latest.range(begin..) {
            bytes = bytes.saturating_add(one.bytes);
            if bytes > bytes_max && !found.is_empty() {
                break;
            }
            found.push((one.position, Arc::clone(&one.commit)));
        }
        Some(found)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::samples::commit;

    #[test]
    fn the_latest_are_given_without_a_gap_and_within_the_bound() {
        let shared = Shared::new(Position(1), Position(10), 300);
        for (batch, position) in [(1, 12), (2, 15), (3, 17), (4, 18)] {
            shared.publish(Position(position), Arc::new(commit(batch, &[])), 100);
        }
        let positions = |after, bytes_max| {
            let found = shared.latest(Position(after), bytes_max)?;
            Some(
                found
                    .into_iter()
                    .map(|(position, _)| position.0)
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(positions(10, 1_000), None, "the first was let go of");
        assert_eq!(
            positions(11, 1_000),
            None,
            "it begins in the midst of what was let go of"
        );
        assert_eq!(positions(12, 1_000), Some(vec![15, 17, 18]));
        assert_eq!(positions(13, 200), Some(vec![15, 17]));
        assert_eq!(positions(15, 0), Some(vec![17]));
        assert_eq!(positions(18, 1_000), None);
        assert_eq!((shared.first(), shared.last()), (Position(1), Position(18)));
    }

    #[test]
    fn what_another_process_wrote_leaves_no_hole_among_the_latest() {
        let shared = Shared::new(Position(1), Position(10), 300);
        let publish = |batch, position| {
            shared.publish(Position(position), Arc::new(commit(batch, &[])), 10);
        };
        publish(1, 12);
        shared.advance(Position(20));
        shared.advance(Position(19));
        assert_eq!(shared.last(), Position(20));
        assert!(shared.latest(Position(10), 300).is_none() && shared.latest(Position(12), 300).is_none());
        publish(9, 22);
        let latest = shared.latest(Position(20), 300).unwrap();
        assert_eq!((latest.len(), latest[0].0), (1, Position(22)));
        assert!(
            shared.latest(Position(12), 300).is_none(),
            "13 to 20 are the broker's"
        );
    }
}
