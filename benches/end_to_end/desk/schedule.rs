//! Questions at a steady rate, whatever becomes of the answers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// When what is asked is due.
pub struct Schedule {
    every: Duration,
    count: usize,
}

impl Schedule {
    /// So many `a_second`, for so long.
    pub fn new(a_second: u32, time: Duration) -> Self {
        let every = Duration::from_secs(1) / a_second;
        let count = usize::try_from(time.as_nanos() / every.as_nanos()).unwrap();
        Self { every, count }
    }

    /// How often something is asked in all.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Asks by so many `workers`; how long each answer took from when its question was due.
    pub fn run(&self, workers: usize, ask: impl Fn(usize) + Sync) -> Vec<Duration> {
        let (begun, next) = (Instant::now(), AtomicUsize::new(0));
        let worker = || {
            let mut taken = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= self.count {
                    break taken;
                }
                let due = begun + self.every * u32::try_from(number).unwrap();
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                ask(number);
                taken.push(due.elapsed());
            }
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..workers).map(|_| scope.spawn(worker)).collect();
            workers
                .into_iter()
                .flat_map(|worker| worker.join().unwrap())
                .collect()
        })
    }
}
