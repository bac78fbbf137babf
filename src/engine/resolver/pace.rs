//! Pace: wakes a resolver's writer while customers are to go to other partitions. It waits for what comes; where nothing does,
//! nobody would go.

use std::sync::mpsc::{Receiver, RecvTimeoutError};

use crate::engine::{
    queries::answer::Query,
    resolver::SPREAD_PAUSE,
    writer::handle::{Job, Nudge},
};

/// Runs until nobody is to go any more, or it is told to stop.
pub(crate) fn pace(query: &Query, writer: &Nudge, stop: &Receiver<()>) {
    loop {
        // What cannot be read now is met by the writer as well.
        if query.is_spread().unwrap_or_default() {
            return;
        }
        writer.tell(Job::Wake);
        if stop.recv_timeout(SPREAD_PAUSE) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}
