//! Whether the service is ready, as far as its input stream and its journal go.

use std::time::{Duration, Instant};

use crate::engine::Position;

/// How following the input stream fares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Following {
    /// There is no stream to follow: what is posted is taken in directly.
    #[default]
    Nothing,
    /// Its broker cannot be reached.
    Disconnected,
    /// Work waits, and nothing was committed for a while: the journal takes nothing, or the writer is stuck.
    Stalled,
    /// What came while the service was away is being read.
    CatchingUp,
    /// What comes is read as it comes.
    Live,
}

/// What is seen of the way from the input stream to the journal at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Whether the broker is connected.
    pub connected: bool,
    /// Messages that are not committed, once that is known.
    pub lag: Option<u64>,
    /// Whether the writer has something to do.
    pub working: bool,
    /// The position of the last commit.
    pub committed: Position,
}

impl Following {
    /// Messages that may wait behind the last one read of a service that is called live: a busy stream is never empty.
    const BEHIND_MAX: u64 = 256;

    /// How it fares; `before` is how it was: who is live stays so while messages are read.
    fn next(before: Self, seen: &Seen, stalled: bool) -> Self {
        match (seen.connected, seen.lag) {
            (false, _) => Self::Disconnected,
            (true, _) if stalled => Self::Stalled,
            (true, Some(_)) if before == Self::Live => Self::Live,
            (true, Some(lag)) if lag <= Self::BEHIND_MAX => Self::Live,
            (true, _) => Self::CatchingUp,
        }
    }
}

/// Tells how following fares from what is seen, one moment after the other.
#[derive(Debug)]
pub struct Watch {
    state: Following,
    /// How long work may wait while nothing is committed.
    patience: Duration,
    /// Since when work waits and nothing was committed.
    since: Option<Instant>,
    committed: Position,
}

impl Watch {
    /// Begins with a service that has everything to catch up with.
    pub fn new(patience: Duration) -> Self {
        Self {
            state: Following::CatchingUp,
            patience,
            since: None,
            committed: Position::START,
        }
    }

    /// How it fares at the moment `now`.
    pub fn look(&mut self, seen: &Seen, now: Instant) -> Following {
        let waits = seen.working || seen.lag.is_some_and(|lag| lag > 0);
        let committed = std::mem::replace(&mut self.committed, seen.committed) != seen.committed;
        if !seen.connected || !waits {
            self.since = None;
        } else if committed || self.since.is_none() {
            self.since = Some(now);
        }
        let stalled = self.stalls_at().is_some_and(|at| at <= now);
        self.state = Following::next(self.state, seen, stalled);
        self.state
    }

    /// When it will be called stalled if nothing is seen until then.
    pub fn stalls_at(&self) -> Option<Instant> {
        self.since?.checked_add(self.patience)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(connected: bool, lag: Option<u64>) -> Seen {
        Seen {
            connected,
            lag,
            working: false,
            committed: Position(7),
        }
    }

    #[test]
    fn a_service_is_live_once_it_has_caught_up_and_until_it_loses_the_stream() {
        let steps = [
            (true, None, Following::CatchingUp),
            (true, Some(10_000), Following::CatchingUp),
            (true, Some(3), Following::Live),
            (true, Some(5_000), Following::Live),
            (false, Some(5_000), Following::Disconnected),
            (true, Some(5_000), Following::CatchingUp),
            (true, Some(0), Following::Live),
            (true, None, Following::CatchingUp),
        ];
        let (mut watch, now) = (Watch::new(Duration::from_secs(15)), Instant::now());
        for (connected, lag, expected) in steps {
            let state = watch.look(&seen(connected, lag), now);
            assert_eq!(state, expected, "{connected} {lag:?}");
        }
    }

    #[test]
    fn work_that_waits_while_nothing_is_committed_stalls_it_until_something_is() {
        let (mut watch, begun) = (Watch::new(Duration::from_secs(15)), Instant::now());
        let quiet = seen(true, Some(0));
        let behind = |committed| Seen {
            lag: Some(3),
            committed: Position(committed),
            ..quiet
        };
        let command = Seen {
            working: true,
            ..quiet
        };
        let away = Seen {
            connected: false,
            ..behind(9)
        };
        let steps = [
            // Nothing to do is no reason, however long.
            (0, quiet, Following::Live),
            (60, quiet, Following::Live),
            (61, behind(7), Following::Live),
            (75, behind(7), Following::Live),
            (76, behind(7), Following::Stalled),
            (90, behind(8), Following::Live),
            (100, behind(8), Following::Live),
            (104, behind(9), Following::Live),
            (118, behind(9), Following::Live),
            (119, behind(9), Following::Stalled),
            // A broker that was away is given its time.
            (120, away, Following::Disconnected),
            (150, behind(9), Following::Live),
            (165, behind(9), Following::Stalled),
            (166, quiet, Following::Live),
            // A command waits for its commit, too.
            (170, command, Following::Live),
            (185, command, Following::Stalled),
        ];
        for (second, seen, expected) in steps {
            let state = watch.look(&seen, begun + Duration::from_secs(second));
            assert_eq!(state, expected, "{second} s");
        }
    }
}
