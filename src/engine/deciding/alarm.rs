//! The alarm: wakes the writer when something is due. The writer waits for what comes; time alone would not wake it.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::Duration,
};

use crate::{
    domain::time::Timestamp,
    engine::writer::handle::{Job, Nudge},
};

/// How long it sleeps at most: a clock that is set while it does is seen within that.
const SLEEP_MAX: Duration = Duration::from_secs(60);

/// After how many microseconds it wakes the writer once more that has not said what is due next.
const AGAIN_US: u64 = 60 * 1_000_000;

/// Wakes the writer.
#[derive(Debug)]
pub(crate) struct Alarm {
    /// When something is due next, as it changes; closed when the writer ends.
    pub(crate) due: Receiver<Option<Timestamp>>,
    pub(crate) writer: Nudge,
    pub(crate) clock: fn() -> Timestamp,
}

impl Alarm {
    /// Runs until nobody sets it any more.
    pub(crate) fn run(self) {
        let mut due: Option<Timestamp> = None;
        loop {
            let left = due.map(|due| due.micros_since((self.clock)()).max(0).unsigned_abs());
            let sleep = left.map_or(SLEEP_MAX, |left| SLEEP_MAX.min(Duration::from_micros(left)));
            match self.due.recv_timeout(sleep) {
                Ok(set) => due = set,
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    let now = (self.clock)();
                    if due.is_some_and(|due| due <= now) {
                        // The writer says when the next is once it has seen to this one; where a clock was set back in between it
                        // has not.
                        due = Some(now.saturating_add(AGAIN_US));
                        self.writer.tell(Job::Wake);
                    }
                }
            }
        }
    }
}
