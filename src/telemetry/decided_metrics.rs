//! What is counted of decisions by the tenant's rules: owns [`DecidedMetrics`]. The writer counts.

use prometheus::{IntCounter, IntCounterVec, IntGauge};

use crate::telemetry::registry::{MetricsError, Registry};

/// Why a run of a flow ends: as the engine names it.
const ENDS: [&str; 7] = [
    "done",
    "happened",
    "not_in_time",
    "unmet",
    "passed",
    "given_up",
    "flow_gone",
];

/// The metrics of rules. Clones count together.
#[derive(Clone, Debug)]
pub struct DecidedMetrics {
    failed_segments: IntCounter,
    failed_flows: IntCounter,
    waiting: IntGauge,
    sends: IntCounter,
    asks: IntCounter,
    entered: IntCounter,
    left: IntCounter,
    ended: IntCounterVec,
}

impl DecidedMetrics {
    /// Adds the metrics to `registry`.
    ///
    /// # Errors
    /// [`MetricsError::Register`] when they are there already.
    pub(super) fn register(registry: &Registry) -> Result<Self, MetricsError> {
        let failures = registry.counters(
            "rule_failures_total",
            "Times that a rule could not be evaluated and was skipped, by the kind of rule.",
            &["kind"],
        )?;
        let actions = registry.counters(
            "actions_total",
            "Actions that were published, by their kind: send is a message, ask is anything else.",
            &["kind"],
        )?;
        let changes = registry.counters(
            "segment_changes_total",
            "Times that a profile came into a segment or went out of one.",
            &["way"],
        )?;
        let ended = registry.counters(
            "runs_ended_total",
            "Runs of flows that ended, by why; given_up and flow_gone did not come to an end of their own.",
            &["why"],
        )?;
        // A series that is there from the start at zero is one whose first increase can be seen.
        let one = |of: &IntCounterVec, label: &str| of.with_label_values(&[label]);
        for why in ENDS {
            one(&ended, why).reset();
        }
        Ok(Self {
            failed_segments: one(&failures, "segment"),
            failed_flows: one(&failures, "flow"),
            waiting: registry.gauge("timers_waiting", "Timers of flows that wait for their time.")?,
            sends: one(&actions, "send"),
            asks: one(&actions, "ask"),
            entered: one(&changes, "entered"),
            left: one(&changes, "left"),
            ended,
        })
    }

    /// Brings the failures up to these, which are counted since the process started.
    pub fn rule_failures(&self, segments: u64, flows: u64) {
        for (counter, times) in [(&self.failed_segments, segments), (&self.failed_flows, flows)] {
            counter.inc_by(times.saturating_sub(counter.get()));
        }
    }

    /// Notes how much waits for its time.
    pub fn waiting(&self, timers: u64) {
        self.waiting.set(i64::try_from(timers).unwrap_or(i64::MAX));
    }

    /// Counts actions: messages that are to be sent, and others.
    pub fn actions(&self, sends: u64, asks: u64) {
        self.sends.inc_by(sends);
        self.asks.inc_by(asks);
    }

    /// Counts a run that ended.
    pub fn run_ended(&self, why: &str) {
        self.ended.with_label_values(&[why]).inc();
    }

    /// Counts how often somebody came into a segment and went out of one.
    pub fn segment_changes(&self, entered: u64, left: u64) {
        self.entered.inc_by(entered);
        self.left.inc_by(left);
    }
}

#[cfg(test)]
mod tests {
    use crate::telemetry::{EngineMetrics, Registry};

    #[test]
    fn what_is_noted_is_what_is_scraped() {
        let registry = Registry::new("1").unwrap();
        let metrics = EngineMetrics::register(&registry).unwrap();
        let decided = metrics.decided();
        decided.rule_failures(2, 0);
        decided.rule_failures(3, 1);
        decided.waiting(7);
        decided.waiting(4);
        decided.actions(2, 1);
        decided.segment_changes(5, 0);
        decided.run_ended("given_up");
        let text = registry.render().unwrap();
        for line in [
            "yekta_rule_failures_total{kind=\"segment\"} 3",
            "yekta_rule_failures_total{kind=\"flow\"} 1",
            "yekta_timers_waiting 4",
            "yekta_actions_total{kind=\"send\"} 2",
            "yekta_actions_total{kind=\"ask\"} 1",
            "yekta_segment_changes_total{way=\"entered\"} 5",
            "yekta_segment_changes_total{way=\"left\"} 0",
            "yekta_runs_ended_total{why=\"given_up\"} 1",
            "yekta_runs_ended_total{why=\"flow_gone\"} 0",
        ] {
            assert!(text.lines().any(|there| there == line), "{line} in\n{text}");
        }
    }
}
