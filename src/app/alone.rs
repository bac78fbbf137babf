//! Starting on NATS as the only process of a tenant: whoever owned it before is fenced, and refused to start beside this one.

use std::sync::Arc;

use tokio::runtime::Handle;
use uuid::Uuid;

use crate::{
    app::{
        clock, compose,
        error::ServiceError,
        running::{Begun, Started, follow},
        stream::{Ground, folder_of_a_stream, prepare},
    },
    config::Settings,
    engine::{Engine, Opened},
    nats::{self, journal::JetStreamJournalConfig, service::Owner},
    telemetry::{EngineMetrics, NatsMetrics},
    wire::DecodeRules,
};

/// Starts the engine over the journal in the stream, and what brings events to it.
pub(crate) async fn start(
    settings: &Settings,
    nats: &nats::Settings,
    rules: Arc<DecodeRules>,
    metrics: (EngineMetrics, NatsMetrics),
) -> Result<Started, ServiceError> {
    let ground = prepare(settings, nats).await?;
    let (engine_metrics, metrics) = metrics;
    let id = Uuid::now_v7().to_string();
    let config = JetStreamJournalConfig {
        metrics: Some(metrics.clone()),
        ..ground.journal_config(settings, &id)
    };
    let abandon = config.stop.clone();
    // Whoever no longer waits for the start ends what goes on in a thread.
    let starting = abandon.clone().drop_guard();
    let (engine, epoch) = engine(settings, ground.clone(), config, engine_metrics).await?;
    starting.disarm();
    let begun = Begun {
        engine,
        owner: Owner { id, epoch },
        name: settings.http.listen.to_string(),
        abandon,
    };
    Ok(follow(settings, ground, begun, &rules, metrics))
}

/// Opens the folder and the journal; recovery may read all of it, so not on a thread that serves.
async fn engine(
    settings: &Settings,
    ground: Ground,
    config: JetStreamJournalConfig,
    metrics: EngineMetrics,
) -> Result<(Engine, u64), ServiceError> {
    let engine_config = compose::engine_config(settings);
    let rules = compose::engine_rules(settings);
    let runtime = Handle::current();
    let broker = ground.beyond(settings, runtime.clone());
    tokio::task::spawn_blocking(move || {
        // ORDER: the folder before the journal, so that who is refused the folder takes nothing over.
        let folder = folder_of_a_stream(&engine_config)?;
        let journal = ground.journal(runtime, config)?;
        let epoch = crate::journal::Journal::epoch(&journal);
        let opened = Opened::over(folder, &engine_config, Box::new(journal))?.beside(broker);
        let engine = opened.start(&engine_config, rules, metrics, clock::now)?;
        Ok((engine, epoch))
    })
    .await?
}
