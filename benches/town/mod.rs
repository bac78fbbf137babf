//! A running engine on a folder of its own, with the documented defaults. Every bench starts from it.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use yekta::app::{clock, engine_config, engine_rules};
use yekta::config::{LoadOptions, Settings};
use yekta::domain::time::Timestamp;
use yekta::engine::api::{Receipt, Submission};
use yekta::engine::{Engine, Opened};
use yekta::telemetry::{EngineMetrics, Registry};
use yekta::wire::{DecodeRules, Origin, decode_events};

/// An engine and what it goes by.
#[derive(Debug)]
pub struct Town {
    pub decode: DecodeRules,
    pub engine: Engine,
    pub runtime: Runtime,
    pub dir: TempDir,
}

/// The documented defaults over a data folder, with a port of the system's choice; other settings from the environment, as
/// the service takes them.
pub fn settings(dir: &Path) -> Settings {
    settings_with(dir, &[])
}

/// The same with `more`, settings by their keys.
pub fn settings_with(dir: &Path, more: &[(&str, String)]) -> Settings {
    let own = [
        ("data.dir", dir.display().to_string()),
        ("http.listen", "127.0.0.1:0".to_owned()),
    ];
    let overrides = own.iter().chain(more);
    Settings::load(LoadOptions {
        file: None,
        env: std::env::vars().filter(|(name, _)| !name.starts_with("YEKTA_BENCH_")),
        overrides: overrides
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect(),
    })
    .unwrap()
}

impl Town {
    pub fn new() -> Self {
        Self::on(tempfile::tempdir().unwrap())
    }

    /// On a folder that may hold one.
    pub fn on(dir: TempDir) -> Self {
        Self::with(dir, &[])
    }

    /// The same with `more`, settings by their keys.
    pub fn with(dir: TempDir, more: &[(&str, String)]) -> Self {
        Self::by(dir, more, clock::now)
    }

    /// The same by a `clock` of the bench's own.
    pub fn by(dir: TempDir, more: &[(&str, String)], clock: fn() -> Timestamp) -> Self {
        let settings = settings_with(dir.path(), more);
        let config = engine_config(&settings);
        let metrics = EngineMetrics::register(&Registry::new("bench").unwrap()).unwrap();
        let engine = Opened::open(&config)
            .unwrap()
            .start(&config, engine_rules(&settings), metrics, clock)
            .unwrap();
        Self {
            decode: settings.decode_rules(),
            engine,
            runtime: Runtime::new().unwrap(),
            dir,
        }
    }

    /// Events as an edge hands them over.
    pub fn submissions(&self, events: &[Value]) -> Vec<Submission> {
        submissions(&serde_json::to_vec(events).unwrap(), &self.decode)
    }

    /// Waits until there is nothing left to be done.
    pub fn rest(&self) {
        let mut working = self.engine.handle.working();
        self.runtime
            .block_on(working.wait_for(|working| !working))
            .unwrap();
    }

    /// Stops the engine; its folder.
    pub fn stop(self) -> TempDir {
        self.engine.stop().unwrap();
        self.dir
    }

    /// Hands items over and waits until they are durable and visible.
    pub fn submit(&self, items: Vec<Submission>) -> Receipt {
        self.runtime.block_on(self.engine.handle.submit(items)).unwrap()
    }
}

/// What a body of native events holds, as an edge hands it over.
pub fn submissions(body: &[u8], rules: &DecodeRules) -> Vec<Submission> {
    let origin = Origin {
        source: None,
        channel: None,
        name: None,
        received: clock::now(),
        is_bound: false,
        trace: None,
        place: None,
    };
    let items = decode_events(None, body, &origin, rules).unwrap().items;
    let handed = items.into_iter().map(|item| match item {
        Ok(event) => Submission::Event(Box::new(event)),
        Err(rejection) => Submission::Refused(Box::new(rejection)),
    });
    handed.collect()
}
