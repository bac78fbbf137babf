//! `[engine]`: how the writer takes its work in.

use std::time::Duration;

use crate::config::reader::Reader;

/// The writer's bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Engine {
    /// Submissions that wait for the writer; beyond, edges wait.
    pub queue_batches_max: usize,
    /// Events of one commit.
    pub batch_events_max: usize,
    /// How long an edge waits for room in the queue before it answers that the service is busy.
    pub submit_wait: Duration,
    /// Claims that one commit looks at again for what others did, about; the rest follows in small steps.
    pub repairs_max: usize,
    /// Refused items that are kept for whoever asks, the latest.
    pub rejections_max: usize,
    /// Bytes of records of claims that the writer keeps decoded.
    pub known_bytes_max: usize,
    /// Bytes of memory by which the writer knows what the store does not have.
    pub absent_bytes: usize,
    /// How often the store is flushed; the journal carries durability, this bounds what a restart applies again.
    pub flush_interval: Duration,
    /// How long the service may take to stop.
    pub drain_timeout: Duration,
}

impl Engine {
    pub(crate) fn read(table: &mut Reader<'_>) -> Self {
        Self {
            queue_batches_max: table.number("queue_batches_max", 1..=65_536),
            batch_events_max: table.number("batch_events_max", 1..=4_096),
            submit_wait: table.millis("submit_wait_ms", 0..=60_000),
            repairs_max: table.number("repairs_max", 0..=100_000),
            rejections_max: table.number("rejections_max", 1..=1_000_000),
            known_bytes_max: table.number("known_bytes_max", 0..=1_099_511_627_776),
            absent_bytes: table.number("absent_bytes", 0..=1_099_511_627_776),
            flush_interval: table.millis("flush_interval_ms", 10..=60_000),
            drain_timeout: table.millis("drain_timeout_ms", 100..=600_000),
        }
    }
}
