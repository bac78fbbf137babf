//! The streams and views of a tenant: made where they are missing, checked where they are there.
//!
//! Owns their names, their settings and what fits; must never change a stream that is there, whose limits and replicas
//! are its operators' matter. Called once at the start, before anything is read or written.
//!
//! | stream | holds | made of |
//! |---|---|---|
//! | `YEKTA_EVENTS` | what channels publish, of all tenants | `yekta.v1.*.event.>` |
//! | `YEKTA_JOURNAL_<t>` | the commits | `yekta.v1.<t>.j.>` |
//! | `KV_YEKTA_PROFILES_<t>` | the latest document of each profile: the KV bucket `YEKTA_PROFILES_<t>` | the journal |
//! | `YEKTA_OUT_<t>` | what is published, in order | the journal |
//! | `YEKTA_JOURNAL_<t>-p<k>` and so on | the same of a partition of `<t>`, which reads `YEKTA_JOURNAL_<t>` as its input | what is routed to it |
//! | `KV_YEKTA_CLUSTER` | which process owns which tenant, where several share them | [`crate::nats::lease`] |
//!
//! A shop's server has `YEKTA_EVENTS` of its own, `YEKTA_JOURNAL_<t>` as a mirror of headquarters', and `YEKTA_REDEEMED_<t>`
//! ([`crate::nats::line`]).

mod batches;
mod fit;
mod names;
mod wanted;

use std::time::Duration;

use async_nats::jetstream::{
    ErrorCode,
    context::{Context, CreateStreamError, CreateStreamErrorKind, GetStreamError, GetStreamErrorKind},
    stream::{Config, Info, Stream},
};
use tokio::time::{Instant, sleep};

use crate::nats::{
    assets::{fit::Needs, wanted::Wanted},
    connect::Connection,
    leader::is_missing,
    settings::{Partition, Settings},
};

pub use crate::nats::assets::names::Names;
pub(crate) use crate::nats::assets::wanted::{KEPT, PUBLISHED};

/// Between two attempts at a stream that a cluster has no place for, or says nothing of.
const PLACE_EVERY: Duration = Duration::from_millis(250);

/// What a mirror says of when its origin was made: in nanoseconds since 1970.
pub(crate) const ORIGIN: &str = "yekta.origin_ns";

/// The streams of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assets {
    /// What channels publish.
    pub events: Asset,
    /// The commits.
    pub journal: Asset,
    /// The stream behind the bucket of profiles.
    pub profiles: Asset,
    /// What is published.
    pub out: Asset,
    /// What a partition reads instead of what channels publish: the journal of its resolver.
    pub routed: Option<Asset>,
    /// Their names, and the subjects of the tenant.
    pub names: Names,
}

/// The streams of a tenant at a shop's server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopAssets {
    /// What the shop's channels publish, which headquarters source.
    pub events: Asset,
    /// The mirror of the commits.
    pub journal: Asset,
    /// What tills redeemed, until it is settled.
    pub redeemed: Asset,
    /// Their names, and the subjects of the tenant.
    pub names: Names,
}

/// One stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// The stream's name.
    pub stream: String,
    /// When it was made, in nanoseconds since the Unix epoch: a stream that was made anew is another one.
    pub created_ns: i64,
    /// Whether it was made just now.
    pub made: bool,
    /// How long it keeps a message; `None` is for ever.
    pub age_max: Option<Duration>,
    /// Whether it follows a stream elsewhere, message by message.
    pub is_mirror: bool,
    /// When that one was made, as the server tells it, where it is known.
    pub origin_ns: Option<i64>,
}

/// Why a stream cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AssetError {
    /// It is there and is set up for something else.
    #[error(
        "use the stream {stream}: {setting} is {found}, expected {expected}; change it with nats stream edit, or remove the stream"
    )]
    Misfit {
        /// The stream.
        stream: String,
        /// Which of its settings, as the server calls it.
        setting: &'static str,
        /// What it is.
        found: String,
        /// What it has to be.
        expected: String,
    },
    /// The server takes smaller batches than commits may be.
    #[error(
        "write batches into the stream {stream}: the server takes fewer than {messages} messages at once; set jetstream.limits.batch.max_msgs to {messages} in its configuration, or leave it out"
    )]
    Batches {
        /// The stream.
        stream: String,
        /// How many one batch may hold.
        messages: usize,
    },
    /// The server would not make it.
    #[error("make the stream {stream}")]
    Create {
        /// The stream.
        stream: String,
        /// Why.
        source: CreateStreamError,
    },
    /// The server did not tell about it.
    #[error("look up the stream {stream}")]
    Look {
        /// The stream.
        stream: String,
        /// Why.
        source: GetStreamError,
    },
}

/// Makes the streams that are missing and checks those that are there.
///
/// # Errors
/// [`AssetError`], each saying what to change.
pub async fn ensure(connection: &Connection, settings: &Settings) -> Result<Assets, AssetError> {
    let names = Names::by(settings);
    let wanted = Wanted {
        names: &names,
        storage: &settings.storage,
    };
    // ORDER: a view is made after what it is made of.
    let assets = Assets {
        events: one(connection, settings, wanted.events(), Needs::Events).await?,
        journal: one(connection, settings, wanted.journal(), Needs::Journal).await?,
        profiles: one(connection, settings, wanted.profiles(), Needs::Profiles).await?,
        out: one(connection, settings, wanted.out(), Needs::Out).await?,
        routed: routed(connection, settings).await?,
        names: names.clone(),
    };
    batches::check(connection, &assets.names, settings.ack_timeout).await?;
    Ok(assets)
}

/// The journal of the resolver of a partition, whichever of the two comes first.
async fn routed(connection: &Connection, settings: &Settings) -> Result<Option<Asset>, AssetError> {
    let Some(Partition { resolver, .. }) = &settings.partition else {
        return Ok(None);
    };
    let wanted = Wanted {
        names: &Names::of(resolver),
        storage: &settings.storage,
    };
    let journal = one(connection, settings, wanted.journal(), Needs::Journal).await?;
    Ok(Some(journal))
}

/// Makes the streams of a shop that are missing and checks those that are there; the journal is that of the domain `hub`, be
/// the line there up or down.
///
/// # Errors
/// [`AssetError`], each saying what to change.
pub async fn ensure_shop(
    connection: &Connection,
    settings: &Settings,
    hub: &str,
) -> Result<ShopAssets, AssetError> {
    let names = Names::of(&settings.tenant);
    let wanted = Wanted {
        names: &names,
        storage: &settings.storage,
    };
    Ok(ShopAssets {
        events: one(connection, settings, wanted.events(), Needs::Events).await?,
        journal: one(connection, settings, wanted.mirror(hub), Needs::Mirror).await?,
        redeemed: one(connection, settings, wanted.redeemed(), Needs::Redeemed).await?,
        names: names.clone(),
    })
}

/// Makes the bucket that says who owns which tenant, and checks it where it is there.
///
/// # Errors
/// [`AssetError`], saying what to change.
pub(crate) async fn ensure_cluster(connection: &Connection, settings: &Settings) -> Result<(), AssetError> {
    let wanted = Wanted {
        names: &Names::of(&settings.tenant),
        storage: &settings.storage,
    };
    one(connection, settings, wanted.cluster(), Needs::Cluster)
        .await
        .map(drop)
}

async fn one(
    connection: &Connection,
    settings: &Settings,
    wanted: Config,
    needs: Needs,
) -> Result<Asset, AssetError> {
    let (stream, jetstream) = (wanted.name.clone(), &connection.jetstream);
    match looked_up(jetstream, &stream, settings.connect_timeout).await {
        Ok(found) => {
            let message_bytes = connection.client.max_payload();
            needs.check(&found.cached_info().config, &wanted, message_bytes)?;
            Ok(asset(found.cached_info(), false))
        }
        Err(error) if is_missing(&error) => {
            let made = made(jetstream, wanted, settings.connect_timeout)
                .await
                .map_err(|source| AssetError::Create { stream, source })?;
            tracing::info!(nats.stream = made.cached_info().config.name, "made a stream");
            Ok(asset(made.cached_info(), true))
        }
        Err(source) => Err(AssetError::Look { stream, source }),
    }
}

/// Looks a stream up. A cluster whose servers choose who leads it says nothing for a moment.
async fn looked_up(jetstream: &Context, stream: &str, patience: Duration) -> Result<Stream, GetStreamError> {
    let begun = Instant::now();
    loop {
        match jetstream.get_stream(stream).await {
            Err(error) if has_no_answer(&error) && begun.elapsed() < patience => sleep(PLACE_EVERY).await,
            answered => return answered,
        }
    }
}

fn has_no_answer(error: &GetStreamError) -> bool {
    match error.kind() {
        GetStreamErrorKind::Request => true,
        GetStreamErrorKind::JetStream(said) => said.error_code() == ErrorCode::CLUSTER_NOT_AVAILABLE,
        GetStreamErrorKind::EmptyName | GetStreamErrorKind::InvalidStreamName => false,
    }
}

/// Makes a stream. A cluster whose servers have just met, or lost each other, has no place for it for a moment, or does not
/// say in time that it was made: to make it once more makes no other.
async fn made(jetstream: &Context, wanted: Config, patience: Duration) -> Result<Stream, CreateStreamError> {
    let begun = Instant::now();
    loop {
        match jetstream.create_stream(wanted.clone()).await {
            Err(error) if has_no_place(&error) && begun.elapsed() < patience => {
                tracing::info!(nats.stream = wanted.name, "wait for servers that keep a stream");
                sleep(PLACE_EVERY).await;
            }
            answered => return answered,
        }
    }
}

fn has_no_place(error: &CreateStreamError) -> bool {
    match error.kind() {
        CreateStreamErrorKind::TimedOut => true,
        CreateStreamErrorKind::JetStream(said) => {
            [ErrorCode::CLUSTER_NO_PEERS, ErrorCode::CLUSTER_NOT_AVAILABLE].contains(&said.error_code())
        }
        _ => false,
    }
}

fn asset(info: &Info, made: bool) -> Asset {
    Asset {
        stream: info.config.name.clone(),
        created_ns: created_ns(info),
        made,
        age_max: Some(info.config.max_age).filter(|age| !age.is_zero()),
        is_mirror: info.config.mirror.is_some(),
        origin_ns: info
            .config
            .metadata
            .get(ORIGIN)
            .and_then(|origin| origin.parse().ok()),
    }
}

/// When a stream was made. The server's clock is inside of the years that 64 bits of nanoseconds hold.
pub(crate) fn created_ns(info: &Info) -> i64 {
    i64::try_from(info.created.unix_timestamp_nanos()).unwrap_or(i64::MAX)
}
