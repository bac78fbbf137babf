//! Opening a shop's folder: with the secrets that headquarters share where it has none, and with their newest snapshot where it
//! has no store. A folder that has both needs no line.

use std::{path::PathBuf, sync::Arc};

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::{
    app::{
        clock, compose,
        error::ServiceError,
        front::Front,
        shared::{partitioned, secrets},
        shop::{
            Place,
            headquarters::{Headquarters, Told},
        },
        stream::{folder_of_a_stream, journal_config},
    },
    engine::{EngineConfig, Held, Standby, StandbyMetrics, StartError, has_store},
    journal::FollowedJournal,
    nats::journal::{JetStreamFollower, JetStreamJournalConfig},
};

/// Who opens the journal, for those who look: it is not written.
const NOBODY: &str = "shop";

/// Opens the folder and follows the mirror, of which `place` knows then what it is a copy of; what ends the waiting for the broker
/// goes with it.
pub(super) async fn standby(
    front: &Front,
    place: &mut Place,
    hub: &Headquarters,
) -> Result<(Standby, CancellationToken), ServiceError> {
    let config = compose::engine_config(&front.settings);
    let told = hub.told().await;
    partitioned::followed_by_a_shop(told.partitions.as_deref())?;
    let lacks_secrets = !secrets::are_there(&config) || secrets::is_useless(&config);
    if let Some(offered) = told.offered.as_deref().filter(|_| lacks_secrets) {
        secrets::take(&config, offered)?;
    }
    if !secrets::are_there(&config) {
        let path = config.dir.join(secrets::FILE);
        return Err(ServiceError::NoSecrets { path });
    }
    *place = hub.identified(place).await?;
    let has_store = has_store(&config);
    if !has_store {
        // A snapshot is of a position that the mirror has to have.
        hub.mirrored(place).await;
    }
    let fetched = match has_store || secrets::is_useless(&config) {
        true => None,
        false => hub.fetched(&config.dir).await,
    };
    match start(front, place, told.clone(), fetched).await {
        // It was away for longer than the journal goes back.
        Err(ServiceError::Start(StartError::Journal(error))) if error.is_gone() => {
            tracing::warn!(%error, "the journal does not go back to where this process was");
            hub.mirrored(place).await;
            let fetched = hub.fetched(&config.dir).await;
            start(front, place, told, fetched).await
        }
        started => started,
    }
}

async fn start(
    front: &Front,
    place: &Place,
    told: Told,
    fetched: Option<PathBuf>,
) -> Result<(Standby, CancellationToken), ServiceError> {
    let Some(cluster) = front.metrics.cluster.clone() else {
        return Err(ServiceError::Alone);
    };
    let metrics = StandbyMetrics {
        engine: front.metrics.engine.clone(),
        cluster,
    };
    let journal = JetStreamJournalConfig {
        metrics: front.metrics.nats.clone(),
        ..journal_config(&front.settings, place.settings.ack_timeout, NOBODY)
    };
    let abandon = journal.stop.clone();
    // Whoever no longer waits for the start ends what goes on in a thread.
    let starting = abandon.clone().drop_guard();
    let (settings, place, runtime) = (Arc::clone(&front.settings), place.clone(), Handle::current());
    // Recovery may read all of the journal: not on a thread that serves.
    let standby = tokio::task::spawn_blocking(move || {
        let config = compose::engine_config(&settings);
        let (held, journal) = held((&place, runtime), &config, journal, (told, fetched))?;
        let rules = compose::engine_rules(&settings);
        let standby = Standby::start((held, journal), &config, rules, metrics, clock::now)?;
        Ok::<_, ServiceError>(standby)
    })
    .await??;
    starting.disarm();
    Ok((standby, abandon))
}

/// The store, and the mirror that it follows. Blocks.
fn held(
    (place, runtime): (&Place, Handle),
    config: &EngineConfig,
    journal: JetStreamJournalConfig,
    (told, fetched): (Told, Option<PathBuf>),
) -> Result<(Held, Box<dyn FollowedJournal>), ServiceError> {
    // ORDER: the folder before the journal, so that who is refused the folder does nothing else.
    let folder = folder_of_a_stream(config)?;
    if told.check.is_some_and(|check| check != folder.secrets_check()) {
        return Err(StartError::OtherSecrets.into());
    }
    folder.join(told.offered.as_deref())?;
    if let Some(fetched) = fetched {
        folder.remove_unopened(&fetched)?;
    }
    let mirror = (&place.assets.names, &place.assets.journal);
    let journal = JetStreamFollower::of(runtime, &place.connection, mirror, journal);
    let mut journal = journal.map_err(StartError::from)?;
    let held = Held::open(folder, config, &mut journal)?;
    Ok((held, Box::new(journal)))
}
