//! Whether the server takes batches as large as commits may be. It tells its bound to nobody, so a batch of that size is
//! begun and let go of: nothing is stored.

use std::time::Duration;

use async_nats::{HeaderMap, jetstream::ErrorCode};
use tokio_util::bytes::Bytes;

use crate::nats::{
    assets::{AssetError, Names},
    batch::{BatchError, MESSAGES_MAX, Outgoing, Publisher},
    connect::Connection,
};

/// What the messages stand under that are never stored, within the journal.
const TRIAL: &str = "trial";

/// Tries the journal's stream. What else may go wrong is left to whoever writes.
pub(crate) async fn check(
    connection: &Connection,
    names: &Names,
    ack_timeout: Duration,
) -> Result<(), AssetError> {
    let message = Outgoing {
        subject: names.in_journal(TRIAL),
        headers: HeaderMap::new(),
        body: Bytes::new(),
    };
    let publisher = Publisher::new(connection, &names.journal(), ack_timeout);
    match publisher.attempt(&vec![message; MESSAGES_MAX]).await {
        Err(BatchError::Refused { said })
            if said.error_code() == ErrorCode::ATOMIC_PUBLISH_TOO_LARGE_BATCH =>
        {
            Err(AssetError::Batches {
                stream: names.journal(),
                messages: MESSAGES_MAX,
            })
        }
        Err(error) => {
            tracing::debug!(%error, "tried how large a batch may be, without an answer");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}
