//! Moving a standalone folder onto NATS.

use tokio::runtime::Handle;

use crate::{
    app::{compose, error::ServiceError, stream},
    config::Settings,
    engine::{Folder, Migrated},
    nats,
};

/// Brings the commits of the settings' folder into the journal stream of `nats`; the folder is the view of that stream
/// from then on. No service may run on either.
///
/// # Errors
/// [`ServiceError`], each saying what to do; the folder is as it was then.
pub async fn migrate(settings: &Settings, nats: &nats::Settings) -> Result<Migrated, ServiceError> {
    let ground = stream::prepare(settings, nats).await?;
    let config = compose::engine_config(settings);
    let journal_config = ground.journal_config(settings, "migration");
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        let folder = Folder::of(&config)?;
        let mut journal = ground.journal(runtime, journal_config)?;
        Ok(folder.migrate(config.journal, &mut journal)?)
    })
    .await?
}
