//! What the tenant's folder holds, in bytes: owns [`FolderMetrics`].

use prometheus::IntGauge;

use crate::telemetry::registry::{MetricsError, Registry};

/// The metrics of the folder. Clones count together.
#[derive(Clone, Debug)]
pub struct FolderMetrics {
    store_bytes: IntGauge,
    journal_bytes: IntGauge,
    behind_bytes: IntGauge,
}

impl FolderMetrics {
    /// Adds the metrics to `registry`.
    ///
    /// # Errors
    /// [`MetricsError::Register`] when they are there already.
    pub(super) fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self {
            store_bytes: registry.gauge(
                "store_bytes",
                "Bytes of the store's files, and of those that it is being rewritten into.",
            )?,
            journal_bytes: registry.gauge(
                "journal_bytes",
                "Bytes of the journal's files; 0 where the journal is a stream of the broker's.",
            )?,
            behind_bytes: registry.gauge(
                "store_behind_bytes",
                "Bytes of commits that the journal has and the store's files do not have yet.",
            )?,
        })
    }

    /// Notes how large the store's files are.
    pub fn store(&self, bytes: u64) {
        set(&self.store_bytes, bytes);
    }

    /// Notes how large the journal's files are.
    pub fn journal(&self, bytes: u64) {
        set(&self.journal_bytes, bytes);
    }

    /// Notes how far the store's files are behind the journal.
    pub fn behind(&self, bytes: u64) {
        set(&self.behind_bytes, bytes);
    }
}

fn set(gauge: &IntGauge, bytes: u64) {
    gauge.set(i64::try_from(bytes).unwrap_or(i64::MAX));
}
