//! The end of the writer's queue: whoever handed something over that is not taken any more has to hear of it.

use std::{
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::mpsc;

use crate::engine::writer::handle::Job;

/// How long a sender may take to put in what it was about to.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two looks at them.
const LOOK: Duration = Duration::from_millis(1);

/// Takes nothing more, and lets go of what waits, so that whoever waits for an answer is told that there is none.
///
/// A queue that is only dropped keeps what a sender puts into it at that moment, for as long as there are senders: it
/// would wait for ever. So those that were about to are waited for; only where one is never run again that is given up.
pub(crate) fn refuse_the_rest(jobs: &mut mpsc::Receiver<Job>) {
    jobs.close();
    let begun = Instant::now();
    let mut context = Context::from_waker(Waker::noop());
    loop {
        match jobs.poll_recv(&mut context) {
            Poll::Ready(Some(job)) => drop(job),
            Poll::Pending if begun.elapsed() < PATIENCE => thread::sleep(LOOK),
            Poll::Ready(None) | Poll::Pending => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[test]
    fn who_was_about_to_hand_something_over_hears_that_it_is_not_taken() {
        let (jobs, mut waiting) = mpsc::channel(1);
        let room = jobs.try_reserve().unwrap();
        let (reply, mut answer) = oneshot::channel();
        thread::scope(|threads| {
            threads.spawn(move || {
                refuse_the_rest(&mut waiting);
            });
            while !jobs.is_closed() {
                thread::yield_now();
            }
            room.send(Job::Submit {
                items: Vec::new(),
                position: None,
                reply,
            });
        });
        assert_eq!(
            answer.try_recv().unwrap_err(),
            oneshot::error::TryRecvError::Closed
        );
    }
}
