//! Channels at work: events are published and posted all the time while servers and members come and go, until they are
//! told to end. What is posted goes to whichever member takes it, again and again until one says that it did.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::{Value, json};
use yekta::cli::generate::{Generator, GeneratorConfig};

use crate::{
    answers::post_soon,
    broker::Broker,
    process::wait_for,
    town::{Addresses, Town, connected},
};

/// Events that are published at once, and as many that are posted.
const SLICE: usize = 10;
/// Between two of these: what comes stays far below what two busy processors take.
const PAUSE: Duration = Duration::from_millis(50);
const PEOPLE: u32 = 100;
/// 1 January 2026 in UTC, in microseconds.
const START: i64 = 1_767_225_600_000_000;

/// Somebody's visit, at a time of its own: whoever takes it, and whenever, it says the same.
pub fn visit(id: &str, user: &str) -> Value {
    json!({"id": id, "source": "web/shop", "channel": "web", "type": "Page Viewed",
        "time": "2025-12-31T10:00:00Z", "identifiers": [{"kind": "user_id", "value": user}]})
}

/// Channels that run until [`Channels::close`].
pub struct Channels {
    thread: JoinHandle<Vec<Value>>,
    is_closing: Arc<AtomicBool>,
    taken: Arc<AtomicUsize>,
}

/// Whoever posts.
struct Poster {
    addresses: Addresses,
    /// The member that took something last.
    member: String,
}

impl Poster {
    /// Posts until a member takes it.
    fn post(&mut self, events: &[Value]) {
        let body = Value::from(events.to_vec());
        wait_for("a member to take what is posted", || {
            let addresses: BTreeMap<String, String> = self.addresses.lock().unwrap().clone();
            // With whom it was, if it still is there; else with the next.
            let at = addresses.get_key_value(&self.member);
            let (name, url) = at.or_else(|| addresses.first_key_value())?;
            let answer = post_soon(&format!("{url}/v1/events"), &body);
            if let Some(answer) = answer.filter(|answer| ![429, 503].contains(&answer.status)) {
                assert_eq!(answer.status, 200, "{answer:?}");
                assert_eq!(answer.body["status"], "queued", "{answer:?}");
                assert_eq!(answer.body["rejected"], Value::Array(Vec::new()), "{answer:?}");
                name.clone_into(&mut self.member);
                return Some(());
            }
            let next = addresses.keys().find(|other| *other > name);
            next.or(addresses.keys().next())?.clone_into(&mut self.member);
            None
        });
    }
}

impl<S> Town<S> {
    /// Opens channels, whose events are drawn by a seed.
    pub fn open(&self, seed: u64) -> Channels {
        let (broker, addresses) = (connected(&self.place.urls), Arc::clone(&self.addresses));
        let (is_closing, taken) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (closing, progress) = (Arc::clone(&is_closing), Arc::clone(&taken));
        let thread = thread::spawn(move || run(&broker, addresses, seed, (&closing, &progress)));
        Channels {
            thread,
            is_closing,
            taken,
        }
    }
}

fn run(
    broker: &Broker,
    addresses: Addresses,
    seed: u64,
    (closing, progress): (&AtomicBool, &AtomicUsize),
) -> Vec<Value> {
    let mut events = Generator::new(GeneratorConfig {
        seed,
        people: PEOPLE,
        start: START,
    });
    let mut poster = Poster {
        addresses,
        member: String::new(),
    };
    let mut taken = Vec::new();
    while !closing.load(Ordering::Relaxed) {
        let some: Vec<Value> = events.by_ref().take(2 * SLICE).collect();
        let (published, posted) = some.split_at(SLICE);
        broker.deliver(published);
        poster.post(posted);
        taken.extend(some);
        progress.store(taken.len(), Ordering::Relaxed);
        thread::sleep(PAUSE);
    }
    taken
}

impl Channels {
    /// Waits until so many more events were taken, by the stream and by members.
    pub fn wait_for_more(&self, count: usize) {
        let before = self.taken.load(Ordering::Relaxed);
        wait_for("more events to be taken", || {
            assert!(!self.thread.is_finished(), "the channels gave up");
            (self.taken.load(Ordering::Relaxed) >= before + count).then_some(())
        });
    }

    /// Ends them; gives all events that they had.
    pub fn close(self) -> Vec<Value> {
        self.is_closing.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}
