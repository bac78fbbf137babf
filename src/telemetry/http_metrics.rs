//! What the HTTP edge counts: owns [`HttpMetrics`].

use std::time::Duration;

use prometheus::{HistogramVec, IntCounter, IntCounterVec, IntGauge};

use crate::telemetry::registry::{MetricsError, Registry};

/// The metrics of the HTTP edge. Clones count together.
#[derive(Clone, Debug)]
pub struct HttpMetrics {
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    in_flight: IntGauge,
    connections: IntGauge,
    connections_full: IntCounter,
    connections_idle: IntCounter,
    certificates_refused: IntCounter,
    sse_subscribers: IntGauge,
}

/// Seconds of a request: an ingest waits for a commit, a read does not.
const REQUEST_SECONDS: [f64; 14] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1., 2.5, 5., 10.,
];

/// The methods that are told apart; a client may send any word.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];

impl HttpMetrics {
    /// Adds the metrics to `registry`.
    ///
    /// # Errors
    /// [`MetricsError::Register`] when they are there already.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        Ok(Self {
            requests: registry.counters(
                "http_requests_total",
                "Requests by route template, method and class of the status.",
                &["route", "method", "status"],
            )?,
            request_seconds: registry.histograms(
                "http_request_seconds",
                "Seconds until a request was answered, by route template.",
                &REQUEST_SECONDS,
                "route",
            )?,
            in_flight: registry.gauge("http_requests_in_flight", "Requests that are worked on.")?,
            connections: registry.gauge("http_connections", "Open connections.")?,
            connections_full: registry.counter(
                "http_connections_full_total",
                "Times that somebody came while all of http.connections_max places were taken, and had to wait.",
            )?,
            connections_idle: registry.counter(
                "http_connections_idle_total",
                "Connections that were closed because nothing was sent on them for http.idle_timeout_ms, or for others to have room.",
            )?,
            certificates_refused: registry.counter(
                "http_certificates_refused_total",
                "Looks at the files of the certificate that found none to use, so that the one before it stayed.",
            )?,
            sse_subscribers: registry.gauge("http_sse_subscribers", "Open streams of updates.")?,
        })
    }

    /// Notes an answered request. `route` is its template, never its path.
    pub fn request(&self, route: &'static str, method: &str, status: u16, took: Duration) {
        let method = METHODS
            .into_iter()
            .find(|known| *known == method)
            .unwrap_or("other");
        self.requests
            .with_label_values(&[route, method, status_class(status)])
            .inc();
        self.request_seconds
            .with_label_values(&[route])
            .observe(took.as_secs_f64());
    }

    /// Counts a request as worked on, until what is returned is dropped.
    pub fn in_flight(&self) -> Counted {
        Counted::new(&self.in_flight)
    }

    /// Counts a connection, until what is returned is dropped.
    pub fn connection(&self) -> Counted {
        Counted::new(&self.connections)
    }

    /// Counts that there was no room for one more.
    pub fn connections_full(&self) {
        self.connections_full.inc();
    }

    /// Counts a connection that was closed because it was idle.
    pub fn connection_idle(&self) {
        self.connections_idle.inc();
    }

    /// Counts that the files of the certificate held none to use.
    pub fn certificate_refused(&self) {
        self.certificates_refused.inc();
    }

    /// Counts a subscriber of updates, until what is returned is dropped.
    pub fn subscriber(&self) -> Counted {
        Counted::new(&self.sse_subscribers)
    }
}

/// Counts in a gauge for as long as it lives, so that also what is cancelled is counted out.
#[derive(Debug)]
#[must_use = "it counts for as long as it is held"]
pub struct Counted(IntGauge);

impl Counted {
    fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}

const fn status_class(status: u16) -> &'static str {
    match status {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500..600 => "5xx",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::HttpMetrics;
    use crate::telemetry::{EngineMetrics, EventOutcome, GuardMetrics, QueryMetrics, Registry, RuleMetrics};
    use std::time::Duration;

    #[test]
    fn what_is_noted_is_what_is_scraped() {
        let registry = Registry::new("1").unwrap();
        let metrics = HttpMetrics::register(&registry).unwrap();
        metrics.request("/v1/events", "POST", 202, Duration::from_millis(3));
        metrics.request("/v1/events", "BREW", 404, Duration::from_millis(3));
        let held = (metrics.in_flight(), metrics.subscriber(), metrics.subscriber());
        let text = registry.render().unwrap();
        for line in [
            "yekta_http_requests_total{method=\"POST\",route=\"/v1/events\",status=\"2xx\"} 1",
            "yekta_http_requests_total{method=\"other\",route=\"/v1/events\",status=\"4xx\"} 1",
            "yekta_http_request_seconds_bucket{route=\"/v1/events\",le=\"0.0025\"} 0",
            "yekta_http_request_seconds_bucket{route=\"/v1/events\",le=\"0.005\"} 2",
            "yekta_http_requests_in_flight 1",
            "yekta_http_sse_subscribers 2",
        ] {
            assert!(text.lines().any(|there| there == line), "{line} in\n{text}");
        }
        drop(held);
        assert!(
            registry
                .render()
                .unwrap()
                .contains("yekta_http_sse_subscribers 0")
        );
    }

    /// Dashboards and alarms know these names.
    #[test]
    fn names_types_and_labels_of_all_metrics_stay() {
        let registry = Registry::new("1").unwrap();
        let engine = EngineMetrics::register(&registry).unwrap();
        let http = HttpMetrics::register(&registry).unwrap();
        let queries = QueryMetrics::register(&registry).unwrap();
        let guard = GuardMetrics::register(&registry).unwrap();
        guard.refused("forbidden", None);
        RuleMetrics::register(&registry).unwrap().refused();
        engine.event(EventOutcome::Accepted);
        engine.resolution("created");
        engine.rejection("blocked");
        http.request("/v1/events", "POST", 200, Duration::ZERO);
        queries.took("profile", Duration::ZERO);
        let names: Vec<String> = registry
            .render()
            .unwrap()
            .lines()
            .filter(|line| line.starts_with("# "))
            .map(str::to_owned)
            .collect();
        insta::assert_snapshot!(names.join("\n"));
    }
}
