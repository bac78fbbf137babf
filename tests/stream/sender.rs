//! A channel that publishes while processes are killed: in step with who consumes, so that no kill comes after the load.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
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
}

impl Sender {
    /// Begins to publish `events`, each until it is acknowledged.
    pub fn begin(server: &NatsServer, events: &Arc<Vec<Value>>) -> Self {
        Self::through(Broker::of(server), events)
    }

    /// The same through a connection.
    pub fn through(broker: Broker, events: &Arc<Vec<Value>>) -> Self {
        let events = Arc::clone(events);
        let published = Arc::new(AtomicUsize::new(0));
        let progress = Arc::clone(&published);
        let thread = std::thread::spawn(move || {
            let mut consumed = 0;
            for some in events.chunks(SLICE) {
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
        Self { thread, published }
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
        self.thread.join().unwrap();
    }
}
