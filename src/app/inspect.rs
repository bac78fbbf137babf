//! What can be found out about a broker and those who meet there. Makes nothing there; called by `yekta doctor` and
//! `yekta cluster`.

use std::time::{Duration, Instant};

use crate::{app::StreamError, config::Settings, nats};

pub use crate::nats::{
    lease::Holder,
    status::{Follower, Member, Status, Stream},
};

/// What a server and its account say of themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerFacts {
    /// The server's version.
    pub version: String,
    /// Bytes of the largest message that it takes.
    pub max_payload: u64,
    /// Streams that the account has.
    pub streams: u64,
    /// How many it may have; `None` for any number.
    pub streams_max: Option<u64>,
    /// Bytes that its streams take on disk.
    pub storage: u64,
    /// How many they may take; `None` for any number.
    pub storage_max: Option<u64>,
    /// How long the server took to answer.
    pub round_trip: Duration,
}

/// Connects as the service does, with its credentials and its demands on the server, and asks; `None` for a standalone
/// service.
///
/// # Errors
/// [`nats::ConnectError`], which says what to change: nobody there, not let in, too old, no JetStream.
pub async fn broker_facts(settings: &Settings) -> Result<Option<BrokerFacts>, nats::ConnectError> {
    let Some(settings) = &settings.nats else {
        return Ok(None);
    };
    let connection = nats::connect(settings).await?;
    let begun = Instant::now();
    let account = connection.jetstream.query_account().await;
    let round_trip = begun.elapsed();
    let account = account.map_err(|source| nats::ConnectError::Account {
        servers: settings
            .urls
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
        source,
    })?;
    let info = connection.client.server_info();
    let bound = |most: Option<i64>| most.and_then(|most| u64::try_from(most).ok());
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    Ok(Some(BrokerFacts {
        version: info.version,
        max_payload: count(info.max_payload),
        streams: count(account.streams),
        streams_max: bound(account.limits.max_streams),
        storage: account.storage,
        storage_max: bound(account.limits.max_storage),
        round_trip,
    }))
}

/// What the processes of the tenant and of its partitions say, and how their streams are kept; `None` for a standalone service.
///
/// # Errors
/// [`StreamError`], which says what to change.
pub async fn cluster_status(settings: &Settings) -> Result<Option<Status>, StreamError> {
    let Some(nats) = &settings.nats else {
        return Ok(None);
    };
    let partitions = settings.partitions();
    let settings = nats::Settings {
        tenant: settings.data.tenant.parse()?,
        ..nats.clone()
    };
    Ok(Some(nats::status::status(&settings, partitions).await?))
}
