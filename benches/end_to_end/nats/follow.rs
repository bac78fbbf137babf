//! The service's way from stream to stream, without its HTTP: follower, writer, journal, store.

use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use yekta::app::{clock, engine_config, engine_rules};
use yekta::domain::event::token;
use yekta::engine::{Engine, Folder, Opened};
use yekta::nats::assets::{Assets, ensure};
use yekta::nats::batch::{Outgoing, Publisher};
use yekta::nats::ingest::{FollowSettings, Follower, FollowerParts, Source, Waiters};
use yekta::nats::journal::{JetStreamJournal, JetStreamJournalConfig};
use yekta::nats::{Connection, Settings};
use yekta::telemetry::{EngineMetrics, NatsMetrics, Registry};

use crate::figures::{per_second, row, writer_time};
use crate::town;
use crate::traffic::Traffic;

/// Messages of one batch into the input stream.
const PUBLISHED: usize = 500;

/// What was measured, and where its messages are.
pub struct Followed {
    /// Events per second.
    pub rate: f64,
    /// The first and the last measured event in the input stream.
    pub events: (u64, u64),
    /// The first and the last message of their commits in the journal.
    pub journal: (u64, u64),
    pub assets: Assets,
}

/// Puts all events into the stream and then follows it: the first half fills the store, the second is measured.
pub async fn measure(connection: &Connection, settings: &Settings, traffic: &Traffic) -> Followed {
    let assets = ensure(connection, settings).await.unwrap();
    publish(connection, settings, &assets, traffic).await;
    let dir = tempfile::tempdir().unwrap();
    let registry = Registry::new("bench").unwrap();
    let (engine, rules) = {
        let (connection, assets, path) = (connection.clone(), assets.clone(), dir.path().to_owned());
        let (runtime, metrics) = (Handle::current(), EngineMetrics::register(&registry).unwrap());
        tokio::task::spawn_blocking(move || open(runtime, &connection, &assets, &path, metrics))
            .await
            .unwrap()
    };
    let follower = Follower::new(FollowerParts {
        connection: connection.clone(),
        settings: FollowSettings::new(assets.events.stream.clone(), assets.names.events()),
        handle: engine.handle.clone(),
        source: Source::Channels(rules),
        waiters: Waiters::new(1),
        metrics: NatsMetrics::register(&registry).unwrap(),
    });
    let stop = CancellationToken::new();
    let following = tokio::spawn(follower.follow(stop.clone()));
    let (warm, measured) = traffic.halves();
    let (half, all) = (count(warm.len()), count(traffic.events.len()));
    let begin = consumed(&engine, half).await;
    let (begun, writer, position) = (Instant::now(), writer_time(), engine.handle.applied());
    let end = consumed(&engine, all).await;
    let rate = per_second(usize::try_from(end - begin).unwrap(), begun.elapsed());
    let each = 1e6 / per_second(measured.len(), writer_time() - writer);
    row(
        "the writer's processor time, NATS",
        &format!("{each:.0} us per event"),
    );
    let journal = (position.0 + 1, engine.handle.applied().0);
    stop.cancel();
    following.await.unwrap().unwrap();
    tokio::task::spawn_blocking(move || engine.stop())
        .await
        .unwrap()
        .unwrap();
    Followed {
        rate,
        events: (begin + 1, end),
        journal,
        assets,
    }
}

fn open(
    runtime: Handle,
    connection: &Connection,
    assets: &Assets,
    dir: &std::path::Path,
    metrics: EngineMetrics,
) -> (Engine, Arc<yekta::wire::DecodeRules>) {
    let settings = town::settings(dir);
    let config = engine_config(&settings);
    let folder = Folder::hold(&config.dir, None).unwrap();
    let journal =
        JetStreamJournal::open(runtime, connection, assets, JetStreamJournalConfig::default()).unwrap();
    let opened = Opened::over(folder, &config, Box::new(journal)).unwrap();
    let engine = opened.start(&config, engine_rules(&settings), metrics, clock::now);
    (engine.unwrap(), Arc::new(settings.decode_rules()))
}

async fn publish(connection: &Connection, settings: &Settings, assets: &Assets, traffic: &Traffic) {
    let publisher = Publisher::new(connection, &assets.events.stream, settings.ack_timeout);
    for events in traffic.events.chunks(PUBLISHED) {
        let message = |event: &serde_json::Value| Outgoing {
            subject: assets.names.event(
                &token(event["channel"].as_str().unwrap()),
                &token(event["type"].as_str().unwrap()),
            ),
            headers: async_nats::HeaderMap::new(),
            body: serde_json::to_vec(event).unwrap().into(),
        };
        let messages: Vec<Outgoing> = events.iter().map(message).collect();
        publisher.publish(&messages).await.unwrap();
    }
}

/// Waits until so many messages are consumed; gives how many are.
async fn consumed(engine: &Engine, least: u64) -> u64 {
    let mut consumed = engine.handle.consumed();
    let reached = consumed.wait_for(|input| input.as_ref().is_some_and(|input| input.sequence >= least));
    reached.await.unwrap().as_ref().unwrap().sequence
}

fn count(events: usize) -> u64 {
    u64::try_from(events).unwrap()
}
