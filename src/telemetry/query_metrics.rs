//! What questions cost, whatever edge they came through: owns [`QueryMetrics`].

use std::time::Duration;

use prometheus::HistogramVec;

use crate::telemetry::registry::{MetricsError, Registry};

/// The metrics of questions. Clones count together.
#[derive(Clone, Debug)]
pub struct QueryMetrics {
    seconds: HistogramVec,
}

/// Seconds of a query: the aim is 1 ms for 99 of 100.
const SECONDS: [f64; 12] = [
    0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5,
];

impl QueryMetrics {
    /// Adds the metrics to `registry`.
    ///
    /// # Errors
    /// [`MetricsError::Register`] when they are there already.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        // The name is from when HTTP was the only edge; dashboards and alarms know it.
        let seconds = registry.histograms(
            "http_query_seconds",
            "Seconds that a query of committed state took, by query.",
            &SECONDS,
            "query",
        )?;
        Ok(Self { seconds })
    }

    /// Notes how long a query took, such as `profile`.
    pub fn took(&self, query: &'static str, took: Duration) {
        self.seconds
            .with_label_values(&[query])
            .observe(took.as_secs_f64());
    }
}

#[cfg(test)]
mod tests {
    use super::QueryMetrics;
    use crate::telemetry::Registry;
    use std::time::Duration;

    #[test]
    fn a_query_is_counted_by_its_name_and_its_time() {
        let registry = Registry::new("1").unwrap();
        let metrics = QueryMetrics::register(&registry).unwrap();
        metrics.took("profile", Duration::from_micros(300));
        let text = registry.render().unwrap();
        for line in [
            "yekta_http_query_seconds_bucket{query=\"profile\",le=\"0.0002\"} 0",
            "yekta_http_query_seconds_bucket{query=\"profile\",le=\"0.0005\"} 1",
        ] {
            assert!(text.lines().any(|there| there == line), "{line} in\n{text}");
        }
    }
}
