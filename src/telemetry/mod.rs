//! What the service tells about itself: log lines and metrics. Owns their set-up, their names and [`Secret`].
//!
//! Must never tell an identifier's value: labels are closed sets of words. Imports no other module, so that all from
//! layer 1 up may count and log. [`init_tracing`] is called once by the program; the metric structs are handed to
//! those who count.

mod bound;
mod cluster_metrics;
mod decided_metrics;
mod engine_metrics;
mod folder_metrics;
mod guard_metrics;
mod http_metrics;
mod logging;
mod nats_metrics;
mod pace;
mod query_metrics;
mod registry;
mod rule_metrics;
mod secret;

pub use crate::telemetry::{
    bound::Bound,
    cluster_metrics::ClusterMetrics,
    decided_metrics::DecidedMetrics,
    engine_metrics::{EngineMetrics, EventOutcome},
    folder_metrics::FolderMetrics,
    guard_metrics::GuardMetrics,
    http_metrics::{Counted, HttpMetrics},
    logging::{LogFilter, LogFormat, LoggingError, init_tracing, keep_records_out_of_panics},
    nats_metrics::{NatsMetrics, PublishTo},
    pace::Pace,
    query_metrics::QueryMetrics,
    registry::{MetricsError, Registry},
    rule_metrics::RuleMetrics,
    secret::Secret,
};
