//! One who posts all the while, event after event, and is to notice nothing of what befalls others.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::json;

use crate::{
    process::wait_for,
    tenants::brands::{got, sent},
};

/// Between two events.
const PAUSE: Duration = Duration::from_millis(10);
/// Who does what is posted.
const WHO: &str = "poster";

/// Somebody at work.
pub struct Posting {
    tenant: &'static str,
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    thread: JoinHandle<Vec<String>>,
}

impl Posting {
    /// Begins to post to a tenant.
    pub fn begin(url: &str, tenant: &'static str) -> Self {
        let (stop, answered) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let (url, stopped, count) = (url.to_owned(), Arc::clone(&stop), Arc::clone(&answered));
        let thread = thread::spawn(move || {
            let mut failures = Vec::new();
            for number in 0.. {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let event = json!({"id": format!("post-{number}"), "source": "web/pages", "channel": "web",
                    "type": "Page Viewed", "identifiers": [{"kind": "user_id", "value": WHO, "trust": "verified"}]});
                let reply = sent(&url, tenant, &event);
                if reply.status != 200 || reply.json()["accepted"] != 1 {
                    failures.push(format!("{number}: {reply:?}"));
                }
                count.fetch_add(1, Ordering::Relaxed);
                thread::sleep(PAUSE);
            }
            failures
        });
        let posting = Self {
            tenant,
            stop,
            answered,
            thread,
        };
        posting.goes_on();
        posting
    }

    /// Waits until something more was answered.
    pub fn goes_on(&self) {
        let before = self.answered.load(Ordering::Relaxed);
        wait_for("answers to who posts", || {
            (self.answered.load(Ordering::Relaxed) > before + 2).then_some(())
        });
    }

    /// Ends it; fails unless each event was answered 200, taken and counted.
    pub fn end(self, url: &str) {
        self.stop.store(true, Ordering::Relaxed);
        let failures = self.thread.join().unwrap();
        assert!(failures.is_empty(), "{failures:?}");
        let count = self.answered.load(Ordering::Relaxed);
        let profile = got(url, self.tenant, &format!("/v1/profiles/user_id:{WHO}")).fine();
        assert_eq!(profile["counters"]["events"], count);
    }
}
