//! Nobody's answer is held back by others: a commit under way is seen through although there is always more to do.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, mpsc},
};

use tokio::runtime::Runtime;
use yekta::{
    domain::{identity::IdentityRules, profile::FoldLimits},
    engine::{EngineConfig, Folder, HandleLimits, Opened, WorkerConfig},
    journal::{Begun, Commit, Error, Journal, Position},
    telemetry::Registry,
};

use crate::{
    outcome::{config, started_with, submissions},
    traffic,
};

/// How often the event is sent again while its commit is under way.
const AGAIN: usize = 30;

/// A journal that takes its first commit once it is told to, and notes how many jobs the writer had taken whenever it
/// waits for one.
#[derive(Debug)]
struct Gated {
    journal: Box<dyn Journal>,
    under_way: VecDeque<Arc<Commit>>,
    go: mpsc::Receiver<()>,
    registry: Arc<Registry>,
    taken: Arc<Mutex<Vec<usize>>>,
}

impl Journal for Gated {
    fn begin(&mut self, commit: Arc<Commit>) -> Result<Begun, Error> {
        if commit.marker.batch == 1 {
            self.go.recv().unwrap();
        }
        self.under_way.push_back(commit);
        Ok(Begun::UnderWay)
    }

    fn finish(&mut self) -> Result<Position, Error> {
        self.taken
            .lock()
            .unwrap()
            .push(counter(&self.registry, "yekta_engine_queue_popped_total"));
        let commit = self.under_way.pop_front().ok_or(Error::Idle)?;
        self.journal.append(&commit)
    }

    passes_on!(journal);
}

fn counter(registry: &Registry, name: &str) -> usize {
    let text = registry.render().unwrap();
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(name));
    lines.find_map(|rest| rest.trim().parse().ok()).unwrap()
}

/// Takes each job by itself.
fn one_by_one(config: EngineConfig) -> EngineConfig {
    EngineConfig {
        queue_jobs_max: 2 * AGAIN,
        handle: HandleLimits {
            batch_events_max: 1,
            ..config.handle
        },
        worker: WorkerConfig {
            batch_events_max: 1,
            ..config.worker
        },
        ..config
    }
}

#[test]
fn what_changes_nothing_does_not_keep_others_waiting() {
    let dir = crate::scratch::folder();
    let config = one_by_one(config(dir.path()));
    let folder = Folder::hold(dir.path(), None).unwrap();
    let registry = Arc::new(Registry::new("test").unwrap());
    let (release, go) = mpsc::channel();
    let taken = Arc::new(Mutex::new(Vec::new()));
    let journal = Box::new(Gated {
        journal: Box::new(folder.journal(config.journal.clone()).unwrap()),
        under_way: VecDeque::new(),
        go,
        registry: Arc::clone(&registry),
        taken: Arc::clone(&taken),
    });
    let opened = Opened::over(folder, &config, journal).unwrap();
    let rules = (&IdentityRules::standard(), FoldLimits::STANDARD);
    let engine = started_with(opened, &config, rules, &registry);
    let runtime = Runtime::new().unwrap();
    let event = traffic(1);
    let sent: Vec<_> = (0..=AGAIN)
        .map(|_| {
            let (handle, items) = (engine.handle.clone(), submissions(event.clone()));
            runtime.spawn(async move { handle.submit(items).await.unwrap() })
        })
        .collect();
    while counter(&registry, "yekta_engine_queue_pushed_total") <= AGAIN {
        std::thread::yield_now();
    }
    release.send(()).unwrap();
    for one in sent {
        runtime.block_on(one).unwrap();
    }
    engine.stop().unwrap();
    // The commit, and the first that changed nothing.
    assert_eq!(*taken.lock().unwrap(), [2]);
}
