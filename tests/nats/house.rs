//! An engine on a folder of its own that follows the input stream of a server.

use std::{iter, sync::Arc, time::Duration};

use async_nats::HeaderMap;
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use yekta::{
    app::{clock, engine_config, engine_rules},
    config::{LoadOptions, Settings},
    domain::{identifier::Kind, identity::Key},
    engine::{
        Engine, Opened,
        queries::query::{Address, Found},
    },
    nats::{
        Connection, Partition,
        assets::{self, Names},
        batch::Publisher,
        connect,
        expunge::Expunge,
        ingest::{
            FollowError, FollowSettings, Follower, FollowerParts, IntakeParts, IntakeSettings, Source,
            StreamIntake, Waiters,
        },
        partition_name,
    },
    telemetry::{EngineMetrics, NatsMetrics, Registry},
};

use crate::{
    made_again,
    server::{NatsServer, PATIENCE},
    settings,
};

/// How often a quiet tenant moves on: whenever it looks.
const MOVE_EVERY: Duration = Duration::ZERO;
/// Between two looks at a condition.
const LOOK: Duration = Duration::from_millis(5);

/// The folder that an engine lives in, and its settings.
pub struct House {
    settings: Settings,
    _dir: TempDir,
}

/// An engine that follows.
pub struct Open {
    pub connection: Connection,
    pub names: Names,
    engine: Engine,
    registry: Registry,
    metrics: NatsMetrics,
    waiters: Waiters,
    rules: Arc<yekta::wire::DecodeRules>,
    stop: CancellationToken,
    following: JoinHandle<Result<(), FollowError>>,
}

impl House {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// One with these settings.
    pub fn with(settings: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data").to_str().unwrap().to_owned();
        let more = settings
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        let settings = Settings::load(LoadOptions {
            file: None,
            env: iter::empty(),
            overrides: [("data.dir".to_owned(), data)].into_iter().chain(more).collect(),
        });
        Self {
            settings: settings.unwrap(),
            _dir: dir,
        }
    }

    /// Opens the engine and follows the server's input stream, which is made where it is missing.
    pub async fn open(&self, server: &NatsServer) -> Open {
        self.open_copy(server, None).await
    }

    /// The same of a stream that was made at a point, a copy of the one that was read.
    pub async fn open_copy(&self, server: &NatsServer, restored_ns: Option<i64>) -> Open {
        self.opened(&self.settings, &settings(server), restored_ns).await
    }

    /// Opens an engine that has a partition of the tenant's customers, and follows what is routed to it.
    pub async fn open_partition(&self, server: &NatsServer, index: u32) -> Open {
        let nats = of_partition(server, index);
        self.opened(&self.settings.partition(index), &nats, None).await
    }

    /// What messages of the input stream are read by.
    pub fn rules(&self) -> yekta::wire::DecodeRules {
        self.settings.decode_rules()
    }

    async fn opened(
        &self,
        settings: &Settings,
        nats: &yekta::nats::Settings,
        restored_ns: Option<i64>,
    ) -> Open {
        let connection = connect(nats).await.unwrap();
        // The stream may have been removed just now.
        let assets = made_again(async || assets::ensure(&connection, nats).await).await;
        let registry = Registry::new("test").unwrap();
        let engine_metrics = EngineMetrics::register(&registry).unwrap();
        let metrics = NatsMetrics::register(&registry).unwrap();
        let config = engine_config(settings);
        let opened = Opened::open(&config).unwrap();
        let engine = opened
            .start(&config, engine_rules(settings), engine_metrics, clock::now)
            .unwrap();
        let (rules, waiters) = (Arc::new(self.settings.decode_rules()), Waiters::new(64));
        let follower = Follower::new(FollowerParts {
            connection: connection.clone(),
            settings: FollowSettings {
                look_every: Duration::from_millis(50),
                move_every: MOVE_EVERY,
                restored_ns,
                ..FollowSettings::of(&assets, nats.partition.as_ref())
            },
            handle: engine.handle.clone(),
            source: match &nats.partition {
                Some(partition) => Source::routed(&connection, partition, metrics.clone()),
                None => Source::Channels(Arc::clone(&rules)),
            },
            waiters: waiters.clone(),
            metrics: metrics.clone(),
        });
        let stop = CancellationToken::new();
        let following = tokio::spawn(follower.follow(stop.clone()));
        Open {
            connection,
            names: assets.names,
            engine,
            registry,
            metrics,
            waiters,
            rules,
            stop,
            following,
        }
    }
}

/// Settings of a partition of the tenant, for a server.
pub fn of_partition(server: &NatsServer, index: u32) -> yekta::nats::Settings {
    let whole = settings(server);
    yekta::nats::Settings {
        tenant: partition_name(whole.tenant.as_str(), index).parse().unwrap(),
        partition: Some(Partition {
            resolver: whole.tenant.clone(),
            index,
        }),
        ..whole
    }
}

impl Open {
    /// Publishes one message, and answers its number.
    pub async fn publish(&self, subject: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> u64 {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, *value);
        }
        let jetstream = &self.connection.jetstream;
        let subject = format!("yekta.v1.default.event.{subject}");
        let sent = jetstream
            .publish_with_headers(subject, map, body.into().into())
            .await;
        sent.unwrap().await.unwrap().sequence
    }

    /// Waits until the stream is consumed up to a number by commits that are visible.
    pub async fn consumed(&self, sequence: u64) {
        let mut consumed = self.engine.handle.consumed();
        let there = consumed.wait_for(|at| at.as_ref().is_some_and(|at| at.sequence >= sequence));
        tokio::time::timeout(PATIENCE, there)
            .await
            .expect("consumed in time")
            .unwrap();
    }

    /// Up to where the stream is consumed.
    pub fn position(&self) -> u64 {
        self.engine
            .handle
            .consumed()
            .borrow()
            .as_ref()
            .map_or(0, |at| at.sequence)
    }

    /// The value of a counter or gauge, named with its labels.
    pub fn counted(&self, name: &str) -> u64 {
        let text = self.registry.render().unwrap();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0, |value| value.parse().unwrap())
    }

    /// How many events were accepted, known before, and refused.
    pub fn events(&self) -> (u64, u64, u64) {
        let count =
            |outcome: &str| self.counted(&format!("yekta_engine_events_total{{outcome=\"{outcome}\"}}"));
        (count("accepted"), count("duplicate"), count("refused"))
    }

    /// Erases from the tenant's streams.
    pub fn expunge(&self) -> Expunge {
        let rules = Arc::clone(&self.rules);
        Expunge::new(
            &self.connection,
            self.names.clone(),
            rules,
            Duration::from_secs(5),
        )
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Puts what is posted into the stream.
    pub fn intake(&self) -> StreamIntake {
        self.intake_within(PATIENCE)
    }

    /// As [`Open::intake`], for a sender that is answered within a time.
    pub fn intake_within(&self, publish_timeout: Duration) -> StreamIntake {
        StreamIntake::new(IntakeParts {
            publisher: Arc::new(Publisher::new(
                &self.connection,
                Names::EVENTS,
                Duration::from_secs(5),
            )),
            names: self.names.clone(),
            rules: Arc::clone(&self.rules),
            waiters: self.waiters.clone(),
            metrics: self.metrics.clone(),
            settings: IntakeSettings {
                commit_wait: PATIENCE,
                publish_timeout,
                ..IntakeSettings::default()
            },
        })
    }

    /// How many events the profile of `u-<number>` counts.
    pub fn events_of(&self, number: usize) -> u64 {
        let key = Key {
            kind: Kind::USER_ID,
            value: format!("u-{number}"),
        };
        let query = self.engine.handle.query();
        let Found::One(id) = query.find(&Address::Identifier(key)).unwrap() else {
            return 0;
        };
        query.portrait(id).unwrap().unwrap().profile.whole.events
    }

    /// Whether the follower ended.
    pub fn has_ended(&self) -> bool {
        self.following.is_finished()
    }

    /// Waits until so many events were accepted, known before, and refused since it was opened.
    pub async fn counts(&self, expected: (u64, u64, u64)) {
        let (accepted, duplicates, refused) = expected;
        until("as many events", || {
            let found = self.events();
            found.0 >= accepted && found.1 >= duplicates && found.2 >= refused
        })
        .await;
        assert_eq!(self.events(), expected);
    }

    /// Stops following, and then the engine.
    pub async fn close(self) {
        self.stop.cancel();
        self.following.await.unwrap().unwrap();
        stopped(self.engine).await;
    }

    /// Waits for the follower to end by itself, and stops the engine.
    pub async fn refused(self) -> FollowError {
        let ended = tokio::time::timeout(PATIENCE, self.following).await;
        let error = ended.expect("an end in time").unwrap().unwrap_err();
        stopped(self.engine).await;
        error
    }
}

async fn stopped(engine: Engine) {
    tokio::task::spawn_blocking(move || engine.stop())
        .await
        .unwrap()
        .unwrap();
}

/// Looks until `condition` holds.
pub async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let looking = async {
        while !condition() {
            tokio::time::sleep(LOOK).await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, looking).await;
    assert!(in_time.is_ok(), "waited in vain for {what}");
}
