//! What the edge to NATS counts: owns [`NatsMetrics`].

use std::time::Duration;

use prometheus::{HistogramVec, IntCounter, IntCounterVec, IntGauge};

use crate::telemetry::registry::{MetricsError, Registry};

/// Seconds until a batch is acknowledged: a tenth of a millisecond beside the server, seconds while a leader is elected.
const ACK_SECONDS: [f64; 14] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1., 2.5, 5.,
];
/// Messages of a batch: up to the most that a server takes.
const BATCH_MESSAGES: [f64; 11] = [1., 2., 5., 10., 25., 50., 100., 200., 400., 700., 1_000.];

/// Where a batch goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublishTo {
    /// The input stream.
    Events,
    /// The journal.
    Journal,
}

impl PublishTo {
    const ALL: [Self; 2] = [Self::Events, Self::Journal];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Journal => "journal",
        }
    }
}

/// The metrics of the edge to NATS. Clones count together.
#[derive(Clone, Debug)]
pub struct NatsMetrics {
    connected: IntGauge,
    reconnects: IntCounter,
    dropped: IntCounter,
    messages_read: IntCounter,
    reopened: IntCounter,
    lag: IntGauge,
    parcels: IntCounter,
    waits_for_parcel: IntGauge,
    ack_seconds: HistogramVec,
    batch_messages: HistogramVec,
    publish_failures: IntCounterVec,
}

impl NatsMetrics {
    /// Adds the metrics to `registry`.
    ///
    /// # Errors
    /// [`MetricsError::Register`] when they are there already.
    pub fn register(registry: &Registry) -> Result<Self, MetricsError> {
        let metrics = Self {
            connected: registry.gauge("nats_connected", "Whether the connection to NATS stands: 1 or 0.")?,
            reconnects: registry.counter(
                "nats_reconnects_total",
                "How often the connection to NATS was lost and made again.",
            )?,
            dropped: registry.counter(
                "nats_messages_dropped_total",
                "Messages that came over NATS faster than they were taken, and were dropped.",
            )?,
            messages_read: registry.counter(
                "nats_messages_read_total",
                "Messages read from the input stream and handed to the writer.",
            )?,
            reopened: registry.counter(
                "nats_input_reopened_total",
                "How often reading the input stream broke off and was begun again behind the last message.",
            )?,
            lag: registry.gauge(
                "nats_input_lag_messages",
                "Messages of the tenant in the input stream that are not committed yet.",
            )?,
            parcels: registry.counter(
                "nats_parcels_fetched_total",
                "Parcels of customers who came from another partition, with all that it had of them.",
            )?,
            waits_for_parcel: registry.gauge(
                "nats_parcel_waits",
                "Whether a partition waits for what another one has of customers who come from there: 1 or 0.",
            )?,
            ack_seconds: registry.histograms(
                "nats_publish_ack_seconds",
                "Seconds from the first message of a batch until the server acknowledged all of it.",
                &ACK_SECONDS,
                "to",
            )?,
            batch_messages: registry.histograms(
                "nats_publish_batch_messages",
                "Messages of an acknowledged batch.",
                &BATCH_MESSAGES,
                "to",
            )?,
            publish_failures: registry.counters(
                "nats_publish_failures_total",
                "Batches that were not acknowledged.",
                &["to"],
            )?,
        };
        for to in PublishTo::ALL {
            metrics.publish_failures.with_label_values(&[to.as_str()]).reset();
        }
        Ok(metrics)
    }

    /// Notes how the connection fares: whether it stands, and since the start how often it was made again and how many
    /// messages it dropped.
    pub fn link(&self, connected: bool, reconnects: u64, dropped: u64) {
        self.connected.set(i64::from(connected));
        for (counter, now) in [(&self.reconnects, reconnects), (&self.dropped, dropped)] {
            counter.inc_by(now.saturating_sub(counter.get()));
        }
    }

    /// Counts messages that were read and handed over.
    pub fn messages_read(&self, messages: usize) {
        self.messages_read
            .inc_by(u64::try_from(messages).unwrap_or(u64::MAX));
    }

    /// Counts that reading is begun again.
    pub fn reopened(&self) {
        self.reopened.inc();
    }

    /// Notes how many messages wait in the input stream.
    pub fn lag(&self, messages: u64) {
        self.lag.set(i64::try_from(messages).unwrap_or(i64::MAX));
    }

    /// Counts a parcel that came from another partition.
    pub fn parcel_fetched(&self) {
        self.parcels.inc();
    }

    /// Notes whether one is waited for.
    pub fn waits_for_parcel(&self, waits: bool) {
        self.waits_for_parcel.set(i64::from(waits));
    }

    /// Notes a batch that was acknowledged.
    pub fn published(&self, to: PublishTo, messages: usize, took: Duration) {
        let messages = u32::try_from(messages).unwrap_or(u32::MAX);
        self.batch_messages
            .with_label_values(&[to.as_str()])
            .observe(f64::from(messages));
        self.ack_seconds
            .with_label_values(&[to.as_str()])
            .observe(took.as_secs_f64());
    }

    /// Counts a batch that was not acknowledged.
    pub fn publish_failed(&self, to: PublishTo) {
        self.publish_failures.with_label_values(&[to.as_str()]).inc();
    }
}

#[cfg(test)]
mod tests {
    use super::{NatsMetrics, PublishTo};
    use crate::telemetry::Registry;
    use std::time::Duration;

    #[test]
    fn what_is_noted_is_what_is_scraped() {
        let registry = Registry::new("1").unwrap();
        let metrics = NatsMetrics::register(&registry).unwrap();
        metrics.link(true, 0, 0);
        metrics.link(false, 2, 0);
        metrics.link(true, 3, 9);
        metrics.messages_read(5);
        metrics.reopened();
        metrics.lag(17);
        metrics.parcel_fetched();
        metrics.waits_for_parcel(true);
        metrics.published(PublishTo::Events, 3, Duration::from_micros(300));
        metrics.publish_failed(PublishTo::Journal);
        let text = registry.render().unwrap();
        for line in [
            "yekta_nats_connected 1",
            "yekta_nats_reconnects_total 3",
            "yekta_nats_messages_dropped_total 9",
            "yekta_nats_messages_read_total 5",
            "yekta_nats_input_reopened_total 1",
            "yekta_nats_input_lag_messages 17",
            "yekta_nats_parcels_fetched_total 1",
            "yekta_nats_parcel_waits 1",
            "yekta_nats_publish_ack_seconds_bucket{to=\"events\",le=\"0.00025\"} 0",
            "yekta_nats_publish_ack_seconds_bucket{to=\"events\",le=\"0.0005\"} 1",
            "yekta_nats_publish_batch_messages_bucket{to=\"events\",le=\"2\"} 0",
            "yekta_nats_publish_batch_messages_bucket{to=\"events\",le=\"5\"} 1",
            "yekta_nats_publish_failures_total{to=\"events\"} 0",
            "yekta_nats_publish_failures_total{to=\"journal\"} 1",
        ] {
            assert!(text.lines().any(|there| there == line), "{line} in\n{text}");
        }
    }
}
