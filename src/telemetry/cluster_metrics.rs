//! What a member of a cluster counts: owns [`ClusterMetrics`].

use std::time::Duration;

use prometheus::{Gauge, Histogram, IntCounter, IntGauge};

use crate::telemetry::registry::{MetricsError, Registry};

/// Seconds until a standby shows what was committed: milliseconds where it follows closely, seconds where it was away.
const LAG_SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1., 5., 30., 300.,
];

/// The metrics of a process that shares its tenant with others. Clones count together.
#[derive(Clone, Debug)]
pub struct ClusterMetrics {
    owner: IntGauge,
    epoch: IntGauge,
    takeovers: IntCounter,
    steps_back: IntCounter,
    lease_age: Gauge,
    standby_lag: Histogram,
    standby_position: IntGauge,
}

impl ClusterMetrics {
    /// Adds the metrics to `registry`.
    ///
    /// # Errors
    /// [`MetricsError::Register`] when they are there already.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self {
            owner: registry.gauge("cluster_owner", "Whether this process owns its tenant: 1, or 0 of a standby.")?,
            epoch: registry.gauge("cluster_epoch", "The term of ownership that this process had last; 0 before its first.")?,
            takeovers: registry.counter(
                "cluster_takeovers_total",
                "How often this process took the tenant over, the first time included.",
            )?,
            steps_back: registry.counter(
                "cluster_steps_back_total",
                "How often this process found that another owns its tenant, and became a standby.",
            )?,
            lease_age: registry.seconds(
                "cluster_lease_age_seconds",
                "Seconds since the broker acknowledged the owner's lease; 0 of a standby.",
            )?,
            standby_lag: registry.histogram(
                "cluster_standby_lag_seconds",
                "Seconds from when the broker stored a commit until this standby showed it, by their two clocks.",
                &LAG_SECONDS,
            )?,
            standby_position: registry.gauge(
                "cluster_standby_position",
                "The journal position that this standby shows; 0 of an owner.",
            )?,
        })
    }

    /// Notes that this process owns the tenant from now on, in this term.
    pub fn took_over(&self, epoch: u64) {
        self.owner.set(1);
        self.epoch.set(i64::try_from(epoch).unwrap_or(i64::MAX));
        self.takeovers.inc();
        self.standby_position.set(0);
    }

    /// Notes that this process stands by from now on.
    pub fn stands_by(&self) {
        self.owner.set(0);
        self.lease_age.set(0.);
    }

    /// Counts that another was found to own the tenant.
    pub fn stepped_back(&self) {
        self.steps_back.inc();
    }

    /// Notes how long ago the lease was acknowledged.
    pub fn lease_age(&self, age: Duration) {
        self.lease_age.set(age.as_secs_f64());
    }

    /// Notes up to where a standby shows the journal, and how long after it was stored.
    pub fn followed(&self, position: u64, lag: Duration) {
        self.standby_position
            .set(i64::try_from(position).unwrap_or(i64::MAX));
        self.standby_lag.observe(lag.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_member_is_shows() {
        let registry = Registry::new("1").unwrap();
        let metrics = ClusterMetrics::register(&registry).unwrap();
        metrics.followed(7, Duration::from_millis(3));
        let shows = |line: &str| {
            let told = registry.render().unwrap();
            assert!(told.contains(line), "{line} in {told}");
        };
        shows("yekta_cluster_standby_position 7");
        shows("yekta_cluster_standby_lag_seconds_bucket{le=\"0.005\"} 1");
        metrics.took_over(4);
        metrics.lease_age(Duration::from_millis(1_500));
        for line in [
            "yekta_cluster_owner 1",
            "yekta_cluster_epoch 4",
            "yekta_cluster_takeovers_total 1",
            "yekta_cluster_lease_age_seconds 1.5",
            "yekta_cluster_standby_position 0",
        ] {
            shows(line);
        }
        metrics.stepped_back();
        metrics.stands_by();
        for line in [
            "yekta_cluster_owner 0",
            "yekta_cluster_steps_back_total 1",
            "yekta_cluster_lease_age_seconds 0",
        ] {
            shows(line);
        }
    }
}
