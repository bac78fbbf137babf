//! What is refused to those who ask and send, whatever edge they came by: owns [`GuardMetrics`].

use prometheus::{IntCounter, IntCounterVec};

use crate::telemetry::registry::{MetricsError, Registry};

/// The metrics of who may. Clones count together.
#[derive(Clone, Debug)]
pub struct GuardMetrics {
    refusals: IntCounterVec,
    keys_refused: IntCounter,
}

/// The role of who has none: who is not known, or only sends.
const NO_ROLE: &str = "none";

impl GuardMetrics {
    /// Adds the metrics to `registry`.
    ///
    /// # Errors
    /// [`MetricsError::Register`] when they are there already.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self {
            refusals: registry.counters(
                "guard_refusals_total",
                "Questions, commands and events that were refused because of who sent them, by the code of the reason and their role.",
                &["reason", "role"],
            )?,
            keys_refused: registry.counter(
                "guard_keys_refused_total",
                "Files with keys that were looked at again and held none to use, so that what was read before stayed.",
            )?,
        })
    }

    /// Counts a refusal by the code of a failure or a rejection; `role` is `None` of who has none.
    pub fn refused(&self, reason: &'static str, role: Option<&'static str>) {
        self.refused_some(reason, role, 1);
    }

    /// The same of so many at once.
    pub fn refused_some(&self, reason: &'static str, role: Option<&'static str>, count: u64) {
        self.refusals
            .with_label_values(&[reason, role.unwrap_or(NO_ROLE)])
            .inc_by(count);
    }

    /// Counts a file with keys that cannot be used.
    pub fn keys_refused(&self) {
        self.keys_refused.inc();
    }
}

#[cfg(test)]
mod tests {
    use super::GuardMetrics;
    use crate::telemetry::Registry;

    #[test]
    fn a_refusal_is_counted_by_its_reason_and_the_role() {
        let registry = Registry::new("1").unwrap();
        let metrics = GuardMetrics::register(&registry).unwrap();
        metrics.refused("unauthorized", None);
        metrics.refused("too_many_people", Some("agent"));
        metrics.refused_some("foreign_channel", None, 3);
        metrics.keys_refused();
        let text = registry.render().unwrap();
        for line in [
            "yekta_guard_refusals_total{reason=\"unauthorized\",role=\"none\"} 1",
            "yekta_guard_refusals_total{reason=\"too_many_people\",role=\"agent\"} 1",
            "yekta_guard_refusals_total{reason=\"foreign_channel\",role=\"none\"} 3",
            "yekta_guard_keys_refused_total 1",
        ] {
            assert!(text.lines().any(|there| there == line), "{line} in\n{text}");
        }
    }
}
