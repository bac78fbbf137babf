//! The registry of metrics: owns [`Registry`], the prefix of every name, and the text that is scraped.

use std::collections::{BTreeMap, HashMap};

use prometheus::{
    Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, TextEncoder,
    core::Collector, proto::MetricFamily,
};

/// The label that says whose a metric is, where a process has several tenants.
const TENANT: &str = "tenant";
/// What every metric's name starts with.
const PREFIX: &str = "yekta";

/// All metrics of the process. Clones share them.
#[derive(Clone, Debug)]
pub struct Registry {
    metrics: prometheus::Registry,
}

/// Why a metric could not be registered or written.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The name is taken, or no metric can have it.
    #[error("register metric {name}: expected a new and valid name")]
    Register {
        /// The metric, without the prefix.
        name: &'static str,
        /// What the registry says.
        source: prometheus::Error,
    },
    /// A metric cannot be written as text.
    #[error("write metrics as text")]
    Render(#[source] prometheus::Error),
}

impl Registry {
    /// A registry that holds `yekta_build_info` alone.
    ///
    /// # Errors
    /// [`MetricsError::Register`] never happens for a sound build.
    pub fn new(version: &'static str) -> Result<Self, MetricsError> {
        let registry = Self::labelled(None)?;
        let help = "Which build this is; always 1.";
        registry
            .gauge_with("build_info", help, ("version", version))?
            .set(1);
        Ok(registry)
    }

    /// A registry of the metrics of one tenant among several, each of which says whose it is.
    ///
    /// # Errors
    /// [`MetricsError::Register`] never happens for a name of a tenant.
    pub fn of_tenant(name: &str) -> Result<Self, MetricsError> {
        Self::labelled(Some(HashMap::from([(TENANT.to_owned(), name.to_owned())])))
    }

    fn labelled(labels: Option<HashMap<String, String>>) -> Result<Self, MetricsError> {
        let metrics = prometheus::Registry::new_custom(Some(PREFIX.to_owned()), labels);
        let metrics = metrics.map_err(|source| MetricsError::Register { name: PREFIX, source })?;
        Ok(Self { metrics })
    }

    /// All metrics in the text format of Prometheus.
    ///
    /// # Errors
    /// [`MetricsError::Render`] when a metric is not sound.
    pub fn render(&self) -> Result<String, MetricsError> {
        Self::render_all(std::slice::from_ref(self))
    }

    /// The same of several registries: what has one name is told together.
    ///
    /// # Errors
    /// As [`Registry::render`].
    pub fn render_all(registries: &[Self]) -> Result<String, MetricsError> {
        let mut families: BTreeMap<String, MetricFamily> = BTreeMap::new();
        for family in registries.iter().flat_map(|registry| registry.metrics.gather()) {
            match families.get_mut(family.name()) {
                Some(known) => known.mut_metric().extend(family.get_metric().iter().cloned()),
                None => {
                    families.insert(family.name().to_owned(), family);
                }
            }
        }
        let families: Vec<MetricFamily> = families.into_values().collect();
        TextEncoder::new()
            .encode_to_string(&families)
            .map_err(MetricsError::Render)
    }

    pub(crate) fn counter(&self, name: &'static str, help: &str) -> Result<IntCounter, MetricsError> {
        self.add(name, IntCounter::new(name, help))
    }

    pub(crate) fn counters(
        &self,
        name: &'static str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntCounterVec, MetricsError> {
        self.add(name, IntCounterVec::new(Opts::new(name, help), labels))
    }

    pub(crate) fn gauge(&self, name: &'static str, help: &str) -> Result<IntGauge, MetricsError> {
        self.add(name, IntGauge::new(name, help))
    }

    /// A gauge of seconds.
    pub(crate) fn seconds(&self, name: &'static str, help: &str) -> Result<Gauge, MetricsError> {
        self.add(name, Gauge::new(name, help))
    }

    pub(crate) fn histogram(
        &self,
        name: &'static str,
        help: &str,
        buckets: &[f64],
    ) -> Result<Histogram, MetricsError> {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        self.add(name, Histogram::with_opts(options))
    }

    pub(crate) fn histograms(
        &self,
        name: &'static str,
        help: &str,
        buckets: &[f64],
        label: &str,
    ) -> Result<HistogramVec, MetricsError> {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        self.add(name, HistogramVec::new(options, &[label]))
    }

    fn gauge_with(
        &self,
        name: &'static str,
        help: &str,
        label: (&str, &str),
    ) -> Result<IntGauge, MetricsError> {
        self.add(
            name,
            IntGauge::with_opts(Opts::new(name, help).const_label(label.0, label.1)),
        )
    }

    fn add<M>(&self, name: &'static str, metric: Result<M, prometheus::Error>) -> Result<M, MetricsError>
    where
        M: Collector + Clone + 'static,
    {
        let added =
            metric.and_then(|metric| self.metrics.register(Box::new(metric.clone())).map(|()| metric));
        added.map_err(|source| MetricsError::Register { name, source })
    }
}

#[cfg(test)]
mod tests {
    use super::{MetricsError, Registry};

    #[test]
    fn a_new_registry_tells_the_build() {
        let text = Registry::new("1.2.3").unwrap().render().unwrap();
        assert!(text.contains("yekta_build_info{version=\"1.2.3\"} 1"), "{text}");
    }

    #[test]
    fn a_name_is_taken_once() {
        let registry = Registry::new("1").unwrap();
        registry.counter("x_total", "x").unwrap();
        let again = registry.counter("x_total", "x");
        assert!(matches!(
            again,
            Err(MetricsError::Register { name: "x_total", .. })
        ));
    }
}
