//! A channel that publishes while processes are killed: in step with who consumes, so that no kill comes after the load.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
};

use serde_json::Value;

use crate::{broker::Broker, process::wait_for, server::NatsServer};

/// Events that are published at once.
const SLICE: usize = 250;
/// Events that may wait to be consumed while more are published.
const AHEAD: u64 = 1_500;

/// A sender at work.
pub struct Sender {
    thread: JoinHandle<()>,
    published: Arc<AtomicUsize>,
    /// Whether the last events wait for [`Sender::end`].
    is_held: Arc<AtomicBool>,
}

impl Sender {
    /// Begins to publish `events`, each until it is acknowledged.
    pub fn begin(server: &NatsServer, events: &Arc<Vec<Value>>) -> Self {
        Self::through(Broker::of(server), events)
    }

    /// The same through a connection.
    pub fn through(broker: Broker, events: &Arc<Vec<Value>>) -> Self {
        Self::at_work(broker, events, false)
    }

    /// The same, but for the last events, which are published when it is told to end.
    pub fn holding(broker: Broker, events: &Arc<Vec<Value>>) -> Self {
        Self::at_work(broker, events, true)
    }

    fn at_work(broker: Broker, events: &Arc<Vec<Value>>, is_held: bool) -> Self {
        let events = Arc::clone(events);
        let (published, is_held) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(is_held)));
        let (progress, held) = (Arc::clone(&published), Arc::clone(&is_held));
        let thread = std::thread::spawn(move || {
            let mut consumed = 0;
            for (number, some) in (1..).zip(events.chunks(SLICE)) {
                if number * SLICE >= events.len() {
                    wait_for("to be told to end", || {
                        (!held.load(Ordering::Relaxed)).then_some(())
                    });
                }
                let before = u64::try_from(progress.load(Ordering::Relaxed)).unwrap();
                wait_for("the events to be consumed", || {
                    if consumed + AHEAD < before {
                        consumed = broker.consumed().unwrap_or(consumed);
                    }
                    (consumed + AHEAD >= before).then_some(())
                });
                broker.deliver(some);
                progress.fetch_add(some.len(), Ordering::Relaxed);
            }
        });
        Self {
            thread,
            published,
            is_held,
        }
    }

    /// Waits until so many events are published and acknowledged.
    pub fn wait_until(&self, count: usize) {
        wait_for("events to be published", || {
            (self.published.load(Ordering::Relaxed) >= count).then_some(())
        });
    }

    /// Whether everything is published.
    pub fn is_done(&self) -> bool {
        self.thread.is_finished()
    }

    /// Waits until everything is published.
    pub fn end(self) {
        self.is_held.store(false, Ordering::Relaxed);
        self.thread.join().unwrap();
    }
}
