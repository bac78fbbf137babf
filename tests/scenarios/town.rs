//! A running engine on a folder of its own, for tests.

use std::collections::BTreeMap;
use std::time::Duration;

use tempfile::TempDir;
use yekta::domain::channel::{Channel, Channels, Source};
use yekta::domain::context::View;
use yekta::domain::event::Place;
use yekta::domain::identifier::{IdentifierRules, Kind};
use yekta::domain::identity::Key;
use yekta::domain::profile::FoldLimits;
use yekta::domain::time::Timestamp;
use yekta::engine::query::{Address, Found, Portrait};
use yekta::engine::{
    Engine, EngineConfig, HandleLimits, Opened, Rules, WorkerConfig,
    api::{Receipt, Submission},
};
use yekta::journal::file::FileJournalConfig;
use yekta::store::StoreConfig;
use yekta::telemetry::{EngineMetrics, Registry};
use yekta::wire::{DecodeLimits, DecodeRules, Origin, decode_events};

/// 2026-11-22T12:00:00Z.
pub const NOW: Timestamp = Timestamp::from_micros(1_795_348_800_000_000);

/// An engine and what it goes by.
pub struct Town {
    pub engine: Option<Engine>,
    pub rules: DecodeRules,
    pub dir: TempDir,
    pub runtime: tokio::runtime::Runtime,
}

pub fn decode_rules() -> DecodeRules {
    let channel = |view: &str, shared: bool| Channel {
        place: Place {
            shared_devices: shared,
            hands_over: shared,
        },
        region: Some("IR".parse().unwrap()),
        view: view.to_owned(),
    };
    let channels = BTreeMap::from([
        ("web".to_owned(), channel("web", false)),
        ("mobile".to_owned(), channel("mobile", false)),
        ("store".to_owned(), channel("pos", true)),
        ("callcenter".to_owned(), channel("callcenter", false)),
    ]);
    let sources = BTreeMap::from([(
        "crm".to_owned(),
        Source {
            may_alias: true,
            ..Source::default()
        },
    )]);
    DecodeRules {
        channels: Channels { channels, sources },
        identifiers: IdentifierRules::standard(),
        limits: DecodeLimits::default(),
    }
}

pub fn engine_config(dir: &std::path::Path) -> EngineConfig {
    EngineConfig {
        dir: dir.to_owned(),
        queue_jobs_max: 64,
        handle: HandleLimits {
            batch_events_max: 256,
            submit_wait: Duration::from_secs(30),
        },
        worker: WorkerConfig {
            batch_events_max: 256,
            flush_interval: Duration::from_secs(60),
        },
        journal: FileJournalConfig::default(),
        store: StoreConfig {
            cache_bytes: 64 << 20,
        },
    }
}

pub fn engine_rules(decode: &DecodeRules) -> Rules {
    let views = View::standard()
        .into_iter()
        .map(|view| (view.name.clone(), view))
        .collect();
    let channel_views = decode
        .channels
        .channels
        .iter()
        .map(|(name, channel)| (name.clone(), channel.view.clone()))
        .collect();
    Rules {
        tenant: "default".to_owned(),
        identifiers: decode.identifiers.clone(),
        fold: FoldLimits::STANDARD,
        views,
        channel_views,
        rejections_max: 100,
    }
}

impl Town {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let rules = decode_rules();
        let mut town = Self {
            engine: None,
            rules,
            dir,
            runtime: tokio::runtime::Runtime::new().unwrap(),
        };
        town.open();
        town
    }

    pub fn open(&mut self) {
        let config = engine_config(self.dir.path());
        let metrics = EngineMetrics::register(&Registry::new("test").unwrap()).unwrap();
        let opened = Opened::open(&config).unwrap();
        self.engine = Some(
            opened
                .start(&config, engine_rules(&self.rules), metrics, || NOW)
                .unwrap(),
        );
    }

    pub fn reopen(&mut self) {
        self.engine.take().unwrap().stop().unwrap();
        self.open();
    }

    pub fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    pub fn send(&self, events: &[serde_json::Value]) -> Receipt {
        let body = serde_json::to_vec(&events).unwrap();
        let origin = Origin {
            source: None,
            channel: None,
            name: None,
            received: NOW,
        };
        let decoded = decode_events(None, &body, &origin, &self.rules).unwrap();
        let items = decoded.items.into_iter().map(|item| match item {
            Ok(event) => Submission::Event(Box::new(event)),
            Err(rejection) => Submission::Refused(Box::new(rejection)),
        });
        self.runtime
            .block_on(self.engine().handle.submit(items.collect()))
            .unwrap()
    }

    pub fn find(&self, kind: &str, value: &str) -> Found {
        let key = Key {
            kind: Kind::new(kind).unwrap(),
            value: value.to_owned(),
        };
        self.engine()
            .handle
            .query()
            .find(&Address::Identifier(key))
            .unwrap()
    }

    pub fn person(&self, kind: &str, value: &str) -> Portrait {
        let Found::One(id) = self.find(kind, value) else {
            panic!("{:?}", self.find(kind, value))
        };
        self.engine().handle.query().portrait(id).unwrap().unwrap()
    }
}
