//! What the writer counts: owns [`EngineMetrics`].

use std::time::Duration;

use prometheus::{Histogram, IntCounter, IntCounterVec, IntGauge};

use crate::telemetry::{
    bound::Bound,
    decided_metrics::DecidedMetrics,
    folder_metrics::FolderMetrics,
    registry::{MetricsError, Registry},
};

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventOutcome {
    /// It counts.
    Accepted,
    /// It was known.
    Duplicate,
    /// Its id was known with another content.
    Conflicting,
    /// It was refused.
    Refused,
}

impl EventOutcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Accepted, Self::Duplicate, Self::Conflicting, Self::Refused];

    /// The label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Conflicting => "conflicting",
            Self::Refused => "refused",
        }
    }
}

/// The metrics of the engine. Clones count together.
#[derive(Clone, Debug)]
pub struct EngineMetrics {
    events: IntCounterVec,
    resolutions: IntCounterVec,
    rejections: IntCounterVec,
    commit_events: Histogram,
    commit_seconds: Histogram,
    commit_bytes: Histogram,
    freshness_seconds: Histogram,
    queue_pushed: IntCounter,
    queue_popped: IntCounter,
    profiles: IntGauge,
    applied_position: IntGauge,
    repairs: IntGauge,
    bounds: IntCounterVec,
    decided: DecidedMetrics,
    folder: FolderMetrics,
    snapshot_seconds: Histogram,
    snapshot_failures: IntCounter,
    journal_held: IntGauge,
    disk_free_bytes: IntGauge,
    disk_full: IntGauge,
}

/// What refused items are counted by.
const REJECTIONS: &str = "Refused items by the code of the reason.";
/// What profiles are counted by.
const PROFILES: &str = "Live profiles; 0 until they are counted after a start.";
/// What a journal is told by that cannot let go.
const HELD: &str = "Whether the journal keeps what is to go since a partition has not consumed it: 1 or 0.";
/// Events of a commit: powers of two up to the largest batch.
const EVENTS: [f64; 13] = [
    1., 2., 4., 8., 16., 32., 64., 128., 256., 512., 1024., 2048., 4096.,
];
/// Seconds of a commit: from a sync of a fast disk to one that is stuck.
const COMMIT_SECONDS: [f64; 13] = [
    0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1., 4.,
];
/// Bytes of a commit: from one event to the largest commit.
const BYTES: [f64; 10] = [
    1_024.,
    4_096.,
    16_384.,
    65_536.,
    262_144.,
    1_048_576.,
    4_194_304.,
    16_777_216.,
    67_108_864.,
    1_073_741_824.,
];
/// Seconds of a snapshot: from an empty store to one of hundreds of gigabytes.
const SNAPSHOT_SECONDS: [f64; 8] = [0.1, 1., 5., 30., 120., 600., 3_600., 21_600.];
/// Seconds until an event is visible: the aim is 50 ms for 99 of 100 at half load.
const FRESHNESS_SECONDS: [f64; 15] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.25, 0.5, 1., 2.5, 10.,
];

impl EngineMetrics {
    /// Adds the metrics to `registry`.
    ///
    /// # Errors
    /// [`MetricsError::Register`] when they are there already.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        let counters = |name, help, label| registry.counters(name, help, &[label]);
        let metrics = Self {
            events: counters("engine_events_total", "Events by what became of them.", "outcome")?,
            resolutions: counters(
                "engine_resolutions_total",
                "Accepted events by what they did to the identity graph.",
                "resolution",
            )?,
            rejections: counters("engine_rejections_total", REJECTIONS, "code")?,
            commit_events: registry.histogram("engine_commit_events", "Events of one commit.", &EVENTS)?,
            commit_seconds: registry.histogram(
                "engine_commit_seconds",
                "Seconds from a batch's first step until its commit was durable and visible.",
                &COMMIT_SECONDS,
            )?,
            commit_bytes: registry.histogram(
                "engine_commit_bytes",
                "Bytes of one commit before compression.",
                &BYTES,
            )?,
            freshness_seconds: registry.histogram(
                "engine_freshness_seconds",
                "Seconds from an event's acceptance at the edge until it was visible.",
                &FRESHNESS_SECONDS,
            )?,
            queue_pushed: registry.counter(
                "engine_queue_pushed_total",
                "Submissions put into the writer's queue.",
            )?,
            queue_popped: registry.counter(
                "engine_queue_popped_total",
                "Submissions the writer took out of its queue.",
            )?,
            profiles: registry.gauge("engine_profiles", PROFILES)?,
            applied_position: registry.gauge(
                "engine_applied_position",
                "Journal position up to which the store shows commits.",
            )?,
            snapshot_seconds: registry.histogram(
                "engine_snapshot_seconds",
                "Seconds that a snapshot took.",
                &SNAPSHOT_SECONDS,
            )?,
            snapshot_failures: registry.counter(
                "engine_snapshot_failures_total",
                "Snapshots that could not be made; the journal keeps what they would have held.",
            )?,
            journal_held: registry.gauge("engine_journal_held", HELD)?,
            disk_free_bytes: registry.gauge(
                "engine_disk_free_bytes",
                "Bytes of the data folder's disk that are free.",
            )?,
            disk_full: registry.gauge(
                "engine_disk_full",
                "1 while nothing is taken because fewer than data.free_min_bytes are free.",
            )?,
            repairs: registry.gauge(
                "engine_repairs",
                "Claims that are still to be looked at again for what others did.",
            )?,
            decided: DecidedMetrics::register(registry)?,
            folder: FolderMetrics::register(registry)?,
            bounds: counters(
                "engine_bounds_total",
                "Times that a commit met a bound on what joins or on what a profile keeps, by the setting that bounds it.",
                "bound",
            )?,
        };
        Ok(metrics.starting_at_zero())
    }

    /// A series that is there from the start at zero is one whose first increase can be seen.
    fn starting_at_zero(self) -> Self {
        for outcome in EventOutcome::ALL {
            self.events.with_label_values(&[outcome.as_str()]).reset();
        }
        for bound in Bound::ALL {
            self.bounds.with_label_values(&[bound.as_str()]).reset();
        }
        self
    }

    /// Counts an event.
    pub fn event(&self, outcome: EventOutcome) {
        self.events.with_label_values(&[outcome.as_str()]).inc();
    }

    /// Counts what an accepted event did; `label` is that of the resolution.
    pub fn resolution(&self, label: &'static str) {
        self.resolutions.with_label_values(&[label]).inc();
    }

    /// Counts that a bound was met so many times.
    pub fn bound(&self, bound: Bound, times: u64) {
        self.bounds.with_label_values(&[bound.as_str()]).inc_by(times);
    }

    /// Counts a refused item; `code` is that of the reason.
    pub fn rejection(&self, code: &'static str) {
        self.rejections.with_label_values(&[code]).inc();
    }

    /// Notes a commit: its events, its bytes before compression, and how long it took.
    pub fn commit(&self, events: u32, bytes: u32, took: Duration) {
        self.commit_events.observe(f64::from(events));
        self.commit_bytes.observe(f64::from(bytes));
        self.commit_seconds.observe(took.as_secs_f64());
    }

    /// Notes how long an event took from the edge until it was visible.
    pub fn visible_after(&self, took: Duration) {
        self.freshness_seconds.observe(took.as_secs_f64());
    }

    /// Counts a submission that was put into the queue.
    pub fn queue_pushed(&self) {
        self.queue_pushed.inc();
    }

    /// Counts a submission that was taken out of the queue.
    pub fn queue_popped(&self) {
        self.queue_popped.inc();
    }

    /// Notes how many profiles there are.
    pub fn profiles(&self, count: u64) {
        self.profiles.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// What is counted of decisions.
    pub const fn decided(&self) -> &DecidedMetrics {
        &self.decided
    }

    /// What is measured of the folder.
    pub const fn folder(&self) -> &FolderMetrics {
        &self.folder
    }

    /// Notes how far the store has come.
    pub fn applied(&self, position: u64) {
        self.applied_position
            .set(i64::try_from(position).unwrap_or(i64::MAX));
    }

    /// Notes how many claims are still to be looked at again.
    pub fn repairs(&self, left: u64) {
        self.repairs.set(i64::try_from(left).unwrap_or(i64::MAX));
    }

    /// Notes how much of the disk is free, in bytes.
    pub fn disk_free(&self, bytes: u64) {
        self.disk_free_bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// Notes whether that is too little.
    pub fn disk_full(&self, is_full: bool) {
        self.disk_full.set(i64::from(is_full));
    }

    /// Counts a snapshot that was made.
    pub fn snapshot(&self, took: Duration) {
        self.snapshot_seconds.observe(took.as_secs_f64());
    }

    /// Counts one that was not.
    pub fn snapshot_failed(&self) {
        self.snapshot_failures.inc();
    }

    /// Notes whether the journal keeps what is to go since somebody who reads it is behind.
    pub fn journal_held(&self, is_held: bool) {
        self.journal_held.set(i64::from(is_held));
    }
}

#[cfg(test)]
mod tests {
    use super::{EngineMetrics, EventOutcome};
    use crate::telemetry::Registry;
    use std::time::Duration;

    #[test]
    fn what_is_noted_is_what_is_scraped() {
        let registry = Registry::new("1").unwrap();
        let metrics = EngineMetrics::register(&registry).unwrap();
        metrics.event(EventOutcome::Accepted);
        metrics.event(EventOutcome::Accepted);
        metrics.event(EventOutcome::Duplicate);
        metrics.resolution("merged");
        metrics.rejection("blocked");
        metrics.commit(3, 5_000, Duration::from_millis(3));
        metrics.visible_after(Duration::from_millis(40));
        metrics.queue_pushed();
        metrics.queue_pushed();
        metrics.queue_popped();
        metrics.profiles(7);
        metrics.applied(42);
        metrics.journal_held(true);
        metrics.folder().store(8);
        metrics.folder().journal(9);
        metrics.folder().behind(10);
        let text = registry.render().unwrap();
        for line in [
            "yekta_engine_events_total{outcome=\"accepted\"} 2",
            "yekta_engine_events_total{outcome=\"duplicate\"} 1",
            "yekta_engine_events_total{outcome=\"conflicting\"} 0",
            "yekta_engine_resolutions_total{resolution=\"merged\"} 1",
            "yekta_engine_rejections_total{code=\"blocked\"} 1",
            "yekta_engine_commit_events_bucket{le=\"2\"} 0",
            "yekta_engine_commit_events_bucket{le=\"4\"} 1",
            "yekta_engine_commit_bytes_sum 5000",
            "yekta_engine_commit_seconds_bucket{le=\"0.002\"} 0",
            "yekta_engine_commit_seconds_bucket{le=\"0.004\"} 1",
            "yekta_engine_freshness_seconds_bucket{le=\"0.035\"} 0",
            "yekta_engine_freshness_seconds_bucket{le=\"0.05\"} 1",
            "yekta_engine_queue_pushed_total 2",
            "yekta_engine_queue_popped_total 1",
            "yekta_engine_profiles 7",
            "yekta_engine_applied_position 42",
            "yekta_engine_journal_held 1",
            "yekta_store_bytes 8",
            "yekta_journal_bytes 9",
            "yekta_store_behind_bytes 10",
        ] {
            assert!(text.lines().any(|there| there == line), "{line} in\n{text}");
        }
    }
}
