//! Load: events in batches from several threads, until each was acknowledged or the service is gone.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::JoinHandle,
};

use serde_json::Value;

use crate::{api::Api, process::wait_for};

/// Events of one request.
pub const BATCH: usize = 100;
/// Senders.
const THREADS: usize = 4;

/// The bodies of the requests that send `events`.
pub fn bodies(events: &[Value]) -> Vec<String> {
    let batches = events.chunks(BATCH);
    batches
        .map(|batch| Value::from(batch.to_vec()).to_string())
        .collect()
}

/// How many events there are when each counts once.
pub fn distinct(events: &[Value]) -> usize {
    let ids: BTreeSet<_> = events
        .iter()
        .map(|event| (event["source"].as_str(), event["id"].as_str()))
        .collect();
    ids.len()
}

/// Senders at work.
pub struct Load {
    threads: Vec<JoinHandle<()>>,
    progress: Arc<Progress>,
}

/// What became of the requests.
#[derive(Default)]
struct Progress {
    next: AtomicUsize,
    acknowledged: Mutex<BTreeSet<usize>>,
    accepted: AtomicUsize,
}

impl Load {
    /// Begins to send those `bodies` whose numbers are not in `done`.
    pub fn begin(url: &str, bodies: &Arc<Vec<String>>, done: &BTreeSet<usize>) -> Self {
        let progress = Arc::new(Progress::default());
        progress.acknowledged.lock().unwrap().clone_from(done);
        let done = Arc::new(done.clone());
        let send = || {
            let (api, bodies) = (Api::of(url), Arc::clone(bodies));
            let (progress, done) = (Arc::clone(&progress), Arc::clone(&done));
            std::thread::spawn(move || progress.send(&api, &bodies, &done))
        };
        let threads = (0..THREADS).map(|_| send()).collect();
        Self { threads, progress }
    }

    /// Waits until so many requests were acknowledged, those done before among them.
    pub fn wait_until_acknowledged(&self, count: usize) {
        wait_for("acknowledgements", || {
            (self.progress.acknowledged.lock().unwrap().len() >= count).then_some(())
        });
    }

    /// Waits for the senders, who stop when everything is sent or the service is gone; gives which requests were
    /// acknowledged, and how many events the answers said were new.
    pub fn end(self) -> (BTreeSet<usize>, usize) {
        for thread in self.threads {
            thread.join().unwrap();
        }
        let acknowledged = self.progress.acknowledged.lock().unwrap().clone();
        (acknowledged, self.progress.accepted.load(Ordering::Relaxed))
    }
}

impl Progress {
    fn send(&self, api: &Api, bodies: &[String], done: &BTreeSet<usize>) {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(body) = bodies.get(number) else { return };
            if done.contains(&number) {
                continue;
            }
            let answer = wait_for("room for a request", || match api.try_post("/v1/events", body) {
                Ok((429 | 503, _)) => None,
                other => Some(other),
            });
            // No answer: the service is gone, and nothing is known about this request.
            let Ok((status, answer)) = answer else { return };
            assert_eq!(status, 200, "{answer}");
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!(answer["rejected"].as_array().map(Vec::len), Some(0), "{answer}");
            let accepted = usize::try_from(answer["accepted"].as_u64().unwrap()).unwrap();
            self.accepted.fetch_add(accepted, Ordering::Relaxed);
            self.acknowledged.lock().unwrap().insert(number);
        }
    }
}

/// Sends all `events` and waits until they are acknowledged; gives how many of them were new.
pub fn send_all(url: &str, events: &[Value]) -> usize {
    let bodies = Arc::new(bodies(events));
    let (acknowledged, accepted) = Load::begin(url, &bodies, &BTreeSet::new()).end();
    assert_eq!(acknowledged.len(), bodies.len(), "the service went away");
    accepted
}
