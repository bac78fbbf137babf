//! Metrics of the tenant's own rules.

use prometheus::IntCounter;

use crate::telemetry::{MetricsError, Registry};

/// The metrics of rules. Clones count together.
#[derive(Clone, Debug)]
pub struct RuleMetrics {
    refused: IntCounter,
}

impl RuleMetrics {
    /// Adds the metrics to `registry`.
    ///
    /// # Errors
    /// [`MetricsError::Register`] when they are there already.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self {
            refused: registry.counter(
                "rules_refused_total",
                "Rules that were looked at again and cannot be used, so that those before stayed.",
            )?,
        })
    }

    /// Counts rules that cannot be used.
    pub fn refused(&self) {
        self.refused.inc();
    }
}
