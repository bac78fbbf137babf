//! What the writer counts. The doc comment of a field is its help text's longer form.

use std::time::Duration;

use prometheus::{Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, Opts, Registry};

/// From half a millisecond to ten seconds.
const SECONDS: &[f64] =
    &[0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
/// Events of a commit.
const EVENTS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// The writer's metrics.
#[derive(Clone, Debug)]
pub struct EngineMetrics {
    /// Events by what became of them.
    events: IntCounterVec,
    /// Accepted events by what they did to identity.
    resolutions: IntCounterVec,
    /// Refused items by reason.
    rejections: IntCounterVec,
    /// Commits.
    commits: IntCounter,
    /// Items of a commit.
    commit_events: Histogram,
    /// From taking a batch to its being visible.
    commit_seconds: Histogram,
    /// From an event's acceptance at the edge to its being visible.
    freshness_seconds: Histogram,
    /// Jobs that wait for the writer.
    queue_jobs: IntGauge,
}

impl EngineMetrics {
    /// Registers the metrics.
    ///
    /// # Errors
    /// When one of the names is taken.
    pub fn register(registry: &Registry) -> prometheus::Result<Self> {
        let counters = |name: &str, help: &str, label: &str| -> prometheus::Result<IntCounterVec> {
            let counter = IntCounterVec::new(Opts::new(name, help), &[label])?;
            registry.register(Box::new(counter.clone()))?;
            Ok(counter)
        };
        let histogram = |name: &str, help: &str, buckets: &[f64]| -> prometheus::Result<Histogram> {
            let histogram = Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.to_vec()))?;
            registry.register(Box::new(histogram.clone()))?;
            Ok(histogram)
        };
        let commits = IntCounter::new("yekta_engine_commits_total", "commits")?;
        registry.register(Box::new(commits.clone()))?;
        let queue_jobs = IntGauge::new("yekta_engine_queue_jobs", "jobs that wait for the writer")?;
        registry.register(Box::new(queue_jobs.clone()))?;
        Ok(Self {
            events: counters("yekta_engine_events_total", "events by what became of them", "outcome")?,
            resolutions: counters(
                "yekta_engine_resolutions_total",
                "accepted events by what they did to identity",
                "resolution",
            )?,
            rejections: counters("yekta_engine_rejections_total", "refused items by reason", "code")?,
            commits,
            commit_events: histogram("yekta_engine_commit_events", "items of a commit", EVENTS)?,
            commit_seconds: histogram("yekta_engine_commit_seconds", "from a batch to its being visible", SECONDS)?,
            freshness_seconds: histogram(
                "yekta_engine_freshness_seconds",
                "from an event's acceptance to its being visible",
                SECONDS,
            )?,
            queue_jobs,
        })
    }

    pub(crate) fn accepted(&self, resolution: &'static str, freshness_micros: i64) {
        self.events.with_label_values(&["accepted"]).inc();
        self.resolutions.with_label_values(&[resolution]).inc();
        let freshness = Duration::from_micros(u64::try_from(freshness_micros).unwrap_or_default());
        self.freshness_seconds.observe(freshness.as_secs_f64());
    }

    pub(crate) fn queue(&self, jobs: usize) {
        self.queue_jobs.set(i64::try_from(jobs).unwrap_or(i64::MAX));
    }

    pub(crate) fn duplicate(&self) {
        self.events.with_label_values(&["duplicate"]).inc();
    }

    pub(crate) fn conflicting(&self) {
        self.events.with_label_values(&["conflicting_duplicate"]).inc();
    }

    pub(crate) fn refused(&self, code: &'static str) {
        self.events.with_label_values(&["refused"]).inc();
        self.rejections.with_label_values(&[code]).inc();
    }

    pub(crate) fn commit(&self, items: usize, took: Duration) {
        self.commits.inc();
        self.commit_events.observe(f64::from(u32::try_from(items).unwrap_or(u32::MAX)));
        self.commit_seconds.observe(took.as_secs_f64());
    }
}
