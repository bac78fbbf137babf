//! The mirror of a journal at a shop's server, and the journal itself at the other end of the line. Owns of which journal it is,
//! how far the one has what the other has, and what both let go of; must never write a commit. Called by `app` for a shop.

use std::time::Duration;

use async_nats::jetstream::context::{GetStreamError, UpdateStreamError};
use tokio::time::{Instant, sleep};

use crate::nats::{
    assets::{Asset, ORIGIN, created_ns},
    connect::Connection,
    leader::look,
};

/// How long nothing may come while something is missing.
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);

/// Why a mirror is not followed.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// Nobody ever told what it is a copy of.
    #[error("follow the mirror {stream}: expected the line to headquarters to be up at the first start")]
    Unknown {
        /// The mirror.
        stream: String,
    },
    /// Headquarters have another journal by now.
    #[error(
        "follow the mirror {stream}: headquarters' journal is another than the one it copied; remove the mirror and set the data folder aside, then start again"
    )]
    Another {
        /// The mirror.
        stream: String,
    },
    /// The shop's server does not tell of it.
    #[error("look up the mirror {stream}")]
    Look {
        /// The mirror.
        stream: String,
        /// Why.
        source: GetStreamError,
    },
    /// The shop's server does not note it.
    #[error("note at the mirror {stream} which journal it is a copy of")]
    Note {
        /// The mirror.
        stream: String,
        /// Why.
        source: UpdateStreamError,
    },
}

/// The mirror, with when its origin at `hub` was made: what the mirror says of that where the origin cannot be asked. It says it
/// from the first time on that it can be.
///
/// # Errors
/// [`MirrorError`], each saying what to do.
pub async fn identified(
    connection: &Connection,
    hub: &Connection,
    mirror: &Asset,
) -> Result<Asset, MirrorError> {
    let stream = || mirror.stream.clone();
    let origin = look(&hub.jetstream, &mirror.stream).await;
    let origin_ns = match (origin.as_ref().ok().map(created_ns), mirror.origin_ns) {
        (None, None) => return Err(MirrorError::Unknown { stream: stream() }),
        (Some(told), Some(noted)) if told != noted => return Err(MirrorError::Another { stream: stream() }),
        (_, Some(noted)) => noted,
        (Some(told), None) => {
            note(connection, &mirror.stream, told).await?;
            told
        }
    };
    Ok(Asset {
        origin_ns: Some(origin_ns),
        ..mirror.clone()
    })
}

async fn note(connection: &Connection, stream: &str, origin_ns: i64) -> Result<(), MirrorError> {
    let found = connection.jetstream.get_stream(stream).await;
    let found = found.map_err(|source| MirrorError::Look {
        stream: stream.to_owned(),
        source,
    })?;
    let mut config = found.cached_info().config.clone();
    config.metadata.insert(ORIGIN.to_owned(), origin_ns.to_string());
    let noted = connection.jetstream.update_stream(config).await;
    noted.map(drop).map_err(|source| MirrorError::Note {
        stream: stream.to_owned(),
        source,
    })
}

/// Waits until the mirror `stream` has what its origin at `hub` has now; whether it does. It does not wait where the origin
/// cannot be asked, nor for longer than a while in which nothing comes.
pub async fn caught_up(connection: &Connection, hub: &Connection, stream: &str) -> bool {
    let Ok(origin) = look(&hub.jetstream, stream).await else {
        return false;
    };
    let (mut last, mut moved) = (0, Instant::now());
    while moved.elapsed() < PATIENCE {
        let found = look(&connection.jetstream, stream).await;
        let found = found.map_or(last, |info| info.state.last_sequence);
        if found >= origin.state.last_sequence {
            return true;
        }
        if found > last {
            (last, moved) = (found, Instant::now());
        }
        sleep(LOOK).await;
    }
    false
}

/// Has a mirror let go of what its origin at `hub` let go of, as it does for whoever is erased; never of what is behind
/// `applied`, which nobody here has yet. A mirror does not do so by itself. Where one of them cannot be asked it is left for later.
///
/// # Errors
/// [`MirrorError::Another`] where the origin was made anew since: what the mirror has more is not of the journal that it copied.
pub async fn let_go(
    connection: &Connection,
    hub: &Connection,
    mirror: &Asset,
    applied: u64,
) -> Result<(), MirrorError> {
    let stream = mirror.stream.as_str();
    let (Ok(origin), Ok(copy)) = (
        look(&hub.jetstream, stream).await,
        look(&connection.jetstream, stream).await,
    ) else {
        return Ok(());
    };
    if mirror.origin_ns.is_some_and(|noted| noted != created_ns(&origin)) {
        let stream = stream.to_owned();
        return Err(MirrorError::Another { stream });
    }
    let first = first_kept(origin.state.first_sequence, applied);
    if first <= copy.state.first_sequence {
        return Ok(());
    }
    let purging = async {
        let purged = connection.jetstream.get_stream_no_info(stream).await?;
        let purged = purged.purge().sequence(first).await?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(purged.purged)
    };
    match purging.await {
        Ok(messages) => tracing::info!(
            journal.messages = messages,
            "the mirror let go of what headquarters' journal let go of"
        ),
        Err(error) => tracing::warn!(
            %error,
            "the mirror holds on to what headquarters' journal let go of"
        ),
    }
    Ok(())
}

/// The first message that a mirror keeps whose origin begins with `origin`.
fn first_kept(origin: u64, applied: u64) -> u64 {
    origin.min(applied.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_keeps_what_its_origin_keeps_and_what_is_not_applied() {
        for (origin, applied, expected) in [
            (1, 100, 1),
            (50, 100, 50),
            (50, 20, 21),
            (101, 100, 101),
            (50, 0, 1),
        ] {
            assert_eq!(first_kept(origin, applied), expected, "{origin} {applied}");
        }
    }
}
