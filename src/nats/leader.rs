//! What a stream's leader says of it. Owns whose answer is believed; must know no stream. Called by all that goes by a
//! stream's ends.
//!
//! A server of a cluster that ran out of room leads no longer, and goes on answering for the streams that it led, beside
//! their leader: with the ends they had when it stopped. It names no leader then, which is how its answer is told apart.

use std::time::Duration;

use async_nats::jetstream::{
    ErrorCode,
    context::{Context, GetStreamError, GetStreamErrorKind},
    stream::Info,
};
use tokio::time::{Instant, sleep};

use crate::nats::question::answered;

/// How long a stream may be without a leader, or its leader behind its copies, and the pause between two questions.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// Why nobody said how a stream is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookError {
    /// There is no such stream.
    #[error("the stream is not there")]
    Missing,
    /// Nobody leads it.
    #[error("the stream has no leader")]
    Leaderless,
    /// The broker did not answer.
    #[error(transparent)]
    Broker(GetStreamError),
}

/// The state and settings of a stream, as its leader has them.
///
/// # Errors
/// [`LookError`]; without a leader after some time.
pub(crate) async fn look(jetstream: &Context, stream: &str) -> Result<Info, LookError> {
    look_behind(jetstream, stream, 0).await
}

/// The same, once it ends at or behind `last`, which was read of it: what a copy holds already a new leader may not show
/// yet. Where that does not come in time, what the leader shows.
///
/// # Errors
/// As [`look`].
pub(crate) async fn look_behind(jetstream: &Context, stream: &str, last: u64) -> Result<Info, LookError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = answered(|| jetstream.get_stream(stream)).await;
        let info = found.map_err(LookError::of)?.cached_info().clone();
        let is_leaders = is_leaders(&info);
        if is_leaders && (info.state.last_sequence >= last || info.config.num_replicas <= 1) {
            return Ok(info);
        }
        if Instant::now() >= deadline {
            return if is_leaders {
                Ok(info)
            } else {
                Err(LookError::Leaderless)
            };
        }
        sleep(PAUSE).await;
    }
}

/// Whether the leader said this. A server that stands alone says nothing of leaders.
pub(crate) fn is_leaders(info: &Info) -> bool {
    info.cluster
        .as_ref()
        .is_none_or(|cluster| cluster.leader.is_some())
}

impl LookError {
    fn of(error: GetStreamError) -> Self {
        match is_missing(&error) {
            true => Self::Missing,
            false => Self::Broker(error),
        }
    }
}

/// Whether the broker says that there is no such stream.
pub(crate) fn is_missing(error: &GetStreamError) -> bool {
    matches!(error.kind(), GetStreamErrorKind::JetStream(said) if said.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_of_a_cluster_that_names_no_leader_is_not_the_leaders() {
        let check = |cluster: serde_json::Value, expected| {
            let info = json!({
                "config": { "name": "S", "retention": "limits", "storage": "file", "discard": "old", "num_replicas": 3 },
                "created": "2026-01-02T03:04:05Z",
                "state": {
                    "messages": 240, "bytes": 1, "first_seq": 1, "first_ts": "2026-01-02T03:04:05Z",
                    "last_seq": 240, "last_ts": "2026-01-02T03:04:05Z", "consumer_count": 0
                },
                "ts": "2026-01-02T03:04:05Z",
                "cluster": cluster,
            });
            let info = serde_json::from_value(info).expect("what a server says of a stream");
            assert_eq!(is_leaders(&info), expected, "{cluster}");
        };
        let replicas = json!([{ "name": "n0", "current": false, "active": 1 }]);
        check(json!(null), true);
        check(json!({ "name": "c", "leader": "n1", "replicas": replicas }), true);
        // The server n1 of 2.15.1, which led the stream until its disk was full.
        check(json!({ "name": "c", "replicas": replicas }), false);
    }
}
