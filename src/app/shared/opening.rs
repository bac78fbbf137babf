//! Opening a member's folder: with the data keys that others offer, and without a snapshot that none of them opens; and taking
//! the tenant over with it.

use std::{path::PathBuf, sync::Arc};

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::{
    app::{
        clock, compose,
        error::ServiceError,
        front::Front,
        shared::{Member, secrets},
        stream::folder_of_a_stream,
    },
    config::Settings,
    engine::{Engine, EngineConfig, Folder, Held, Standby, StandbyMetrics, StartError},
    journal::FollowedJournal,
    nats::journal::{JetStreamFollower, JetStreamJournalConfig},
};

/// What a member stands by with.
pub(crate) enum Origin {
    /// What it held as the owner.
    Held(Held),
    /// Its folder, which nobody has open.
    Folder {
        /// The snapshot that was brought there just now.
        fetched: Option<PathBuf>,
    },
}

/// Opens the folder, unless it is held, and follows the journal. Recovery may read all of it: not on a thread that serves.
pub(crate) async fn standby(
    settings: Arc<Settings>,
    member: &Member,
    (config, origin, check): (JetStreamJournalConfig, Origin, Option<Vec<u8>>),
    metrics: StandbyMetrics,
) -> Result<Standby, ServiceError> {
    let engine_config = compose::engine_config(&settings);
    let rules = compose::engine_rules(&settings);
    let (member, runtime) = (member.clone(), Handle::current());
    tokio::task::spawn_blocking(move || {
        let (connection, assets) = (&member.ground.connection, &member.ground.assets);
        let (journal, held) = match origin {
            Origin::Held(held) => {
                held.join(runtime.block_on(secrets::offered(&member))?.as_deref())?;
                (JetStreamFollower::open(runtime, connection, assets, config), held)
            }
            Origin::Folder { fetched } => {
                // ORDER: the folder before the journal, so that who is refused the folder does nothing else.
                let folder = folder(&member, &engine_config, &runtime, check)?;
                if let Some(fetched) = fetched {
                    folder.remove_unopened(&fetched)?;
                }
                let journal = JetStreamFollower::open(runtime, connection, assets, config);
                let mut journal = journal.map_err(StartError::from)?;
                let held = Held::open(folder, &engine_config, &mut journal)?;
                (Ok(journal), held)
            }
        };
        let journal: Box<dyn FollowedJournal> = Box::new(journal.map_err(StartError::from)?);
        let standby = Standby::start((held, journal), &engine_config, rules, metrics, clock::now)?;
        Ok(standby)
    })
    .await?
}

/// Holds the folder, with the data keys that are offered. Blocks.
fn folder(
    member: &Member,
    config: &EngineConfig,
    runtime: &Handle,
    check: Option<Vec<u8>>,
) -> Result<Folder, ServiceError> {
    let folder = folder_of_a_stream(config)?;
    if check.is_some_and(|check| check != folder.secrets_check()) {
        return Err(StartError::OtherSecrets.into());
    }
    let offered = match runtime.block_on(secrets::offered(member))? {
        Some(offered) => Some(offered),
        None => match folder.first_offer()? {
            Some(own) => Some(runtime.block_on(secrets::offer_first(member, own))?),
            None => None,
        },
    };
    folder.join(offered.as_deref())?;
    Ok(folder)
}

/// Takes the journal over and starts the writer over the standby's store.
pub(crate) async fn engine(
    settings: &Settings,
    front: &Front,
    member: &Member,
    standby: Standby,
    abandon: CancellationToken,
) -> Result<(Engine, u64), ServiceError> {
    let config = compose::engine_config(settings);
    let (rules, metrics) = (compose::engine_rules(settings), front.metrics.engine.clone());
    let broker = member.ground.beyond(settings, Handle::current());
    let key_file = front.key_file(&standby.handle);
    let offered = secrets::offered(member).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "could not compare the data keys with those of other members");
        None
    });
    tokio::task::spawn_blocking(move || {
        // ORDER: the master key as it is now, since what is offered may be wrapped by it already.
        if let Some(key_file) = key_file {
            key_file.take_now();
        }
        standby.own_secrets(offered.as_deref())?;
        let goes_on = move || !abandon.is_cancelled();
        let opened = standby.take_over(&config, Some(broker), &goes_on)?;
        let epoch = opened.epoch();
        let engine = opened.start(&config, rules, metrics, clock::now)?;
        Ok((engine, epoch))
    })
    .await?
}
