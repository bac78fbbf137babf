//! A running service on a folder of its own, without a socket: the engine, and the HTTP routes called in process.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, BodyDataStream, to_bytes},
    http::{HeaderMap, Request},
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use yekta::{
    api::{
        Api, Following, Limits,
        guard::{Action, Guard},
    },
    app::{engine_config, engine_rules, http_settings},
    config::Settings,
    decide::rule::{Book, Rulebook},
    domain::{identifier::Kind, identity::Key, time::Timestamp},
    engine::{
        Engine, EngineConfig, Opened, Part, ProfileId, Query,
        api::{Command, Receipt, Submission},
        queries::query::{Address, Found, Portrait},
        writer::intake::Direct,
    },
    http::{Http, duty::Duty, partitions::Gateway, router, settings::Settings as HttpSettings},
    telemetry::{EngineMetrics, GuardMetrics, HttpMetrics, QueryMetrics, Registry},
    wire::{Origin, decode_events},
};

use crate::folder;

/// 2026-11-22T12:00:00Z.
pub const NOW: Timestamp = Timestamp::from_micros(1_795_348_800_000_000);

/// What never takes so long does not come.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A service and the folder it lives in.
pub struct Town {
    engine: Option<Engine>,
    api: Option<Api>,
    router: Router,
    settings: Settings,
    clock: fn() -> Timestamp,
    /// The tenant's rules, where a test says what they are.
    book: Option<Book>,
    /// Which of the tenant's customers it has, and the way to those who have them.
    part: (Part, Option<Gateway>),
    runtime: tokio::runtime::Runtime,
    dir: TempDir,
}

/// What a route answered.
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    /// The body, `null` where there is none.
    pub body: Value,
}

impl Town {
    pub fn new() -> Self {
        Self::with("")
    }

    /// A town whose configuration file goes on with `more`.
    pub fn with(more: &str) -> Self {
        Self::at(crate::scratch::folder(), more)
    }

    /// A town whose settings are changed in a way that no configuration may ask for.
    pub fn adjusted(adjust: impl FnOnce(&mut Settings)) -> Self {
        let mut town = Self::new();
        town.stop();
        adjust(&mut town.settings);
        town.open();
        town
    }

    /// A town whose store has the keys of this number: with them its ids, and the order in which it finds things.
    pub fn keyed(number: u8) -> Self {
        Self::keyed_with(number, "")
    }

    /// The same with a configuration file that goes on with `more`.
    pub fn keyed_with(number: u8, more: &str) -> Self {
        Self::at(folder::keys(number), more)
    }

    fn at(dir: TempDir, more: &str) -> Self {
        Self::with_part(dir, more, (Part::Whole, None))
    }

    /// A town in `dir` that has a part of the tenant's customers, or none and the way to those who have them.
    pub fn with_part(dir: TempDir, more: &str, part: (Part, Option<Gateway>)) -> Self {
        let mut town = Self {
            engine: None,
            api: None,
            router: Router::new(),
            settings: folder::settings(&dir, more),
            clock: || NOW,
            book: None,
            part,
            runtime: tokio::runtime::Runtime::new().unwrap(),
            dir,
        };
        town.open();
        town
    }

    /// Goes on after a stop.
    pub fn open(&mut self) {
        let registry = Registry::new("test").unwrap();
        let metrics = EngineMetrics::register(&registry).unwrap();
        let config = engine_config(&self.settings);
        let opened = Opened::open(&config).unwrap();
        let mut engine_rules = engine_rules(&self.settings);
        engine_rules.part = self.part.0;
        if let Some(book) = &self.book {
            engine_rules.decide.book = book.clone();
        }
        let engine = opened.start(&config, engine_rules, metrics, self.clock).unwrap();
        let region = self.settings.channels.channels["callcenter"].region;
        let rules = Arc::new(self.settings.decode_rules());
        let api = Api {
            handle: engine.handle.clone(),
            rules: Arc::clone(&rules),
            views: Arc::new(self.settings.views.clone()),
            limits: Arc::new(Limits {
                region,
                flat_deadline: PATIENCE,
                ..Limits::default()
            }),
            metrics: QueryMetrics::register(&registry).unwrap(),
            clock: self.clock,
            audit: None,
            caller: None,
        };
        let settings = HttpSettings {
            // So small that whoever follows reads many.
            update_page: 8,
            ..http_settings(&self.settings).unwrap()
        };
        let settings = settings.counted(GuardMetrics::register(&registry).unwrap());
        let direct = Arc::new(Direct::new(engine.handle.clone(), rules));
        let http = Http {
            duty: Duty::Owner,
            gateway: self.part.1.clone(),
            api: api.clone(),
            following: watch::channel(Following::Nothing).1,
            intake: direct.clone(),
            retry: direct,
            subscribers: Arc::new(Semaphore::new(settings.subscribers_max)),
            cards: Arc::new(Semaphore::new(settings.cards_max)),
            settings: Arc::new(settings),
            metrics: HttpMetrics::register(&registry).unwrap(),
            registry,
            draining: CancellationToken::new(),
        };
        let anybody = Guard::default().admit(None, Action::Profile).unwrap();
        self.api = Some(api.answering(anybody));
        self.router = router::build(http, Router::new());
        self.engine = Some(engine);
    }

    /// Stops, and answers where the store is.
    pub fn stop(&mut self) -> std::path::PathBuf {
        self.router = Router::new();
        self.api = None;
        self.engine.take().unwrap().stop().unwrap();
        self.dir.path().join("data/default/store")
    }

    /// How it is configured.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where and how its folder is opened.
    pub fn folder(&self) -> EngineConfig {
        engine_config(&self.settings)
    }

    pub fn reopen(&mut self) {
        self.stop();
        self.open();
    }

    /// Goes on with other settings.
    pub fn reopen_with(&mut self, more: &str) {
        self.stop();
        self.settings = folder::settings(&self.dir, more);
        self.open();
    }

    /// Waits until all is as the settings' rules want it, and is told.
    pub fn settle(&self) {
        let mut changes = self.engine().handle.changes();
        // Of nobody's code: whoever is answered behind a commit is told of it, where the store may show it before.
        let command = Command::RevokeQr { token: String::new() };
        self.wait(async {
            while !self.query().kept_by().unwrap().settled {
                changes.changed().await.unwrap();
            }
            drop(self.engine().handle.command(None, command).await);
        });
    }

    /// A town whose tenant has these rules.
    pub fn ruled(mut self, rules: Rulebook) -> Self {
        self.stop();
        self.book.insert(Book::default()).replace(rules);
        self.open();
        self
    }

    /// Goes on by another clock.
    pub fn reopen_at(&mut self, clock: fn() -> Timestamp) {
        self.clock = clock;
        self.reopen();
    }

    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// Goes on beside whatever else there is.
    pub fn beside(&self, doing: impl Future<Output = ()> + Send + 'static) {
        drop(self.runtime.spawn(doing));
    }

    pub fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    pub fn query(&self) -> Query {
        self.engine().handle.query()
    }

    /// What every edge asks.
    pub fn api(&self) -> &Api {
        self.api.as_ref().unwrap()
    }

    /// What `asking` ends with.
    pub fn wait<T>(&self, asking: impl Future<Output = T>) -> T {
        let in_time = async { tokio::time::timeout(PATIENCE, asking).await };
        self.runtime.block_on(in_time).expect("an answer in time")
    }

    /// Hands native events to the engine, past HTTP.
    pub fn send(&self, events: &[Value]) -> Receipt {
        let body = serde_json::to_vec(&events).unwrap();
        let origin = Origin {
            source: None,
            channel: None,
            name: None,
            received: (self.clock)(),
            is_bound: false,
            trace: None,
            place: None,
        };
        let decoded = decode_events(None, &body, &origin, &self.settings.decode_rules()).unwrap();
        let items = decoded.items.into_iter().map(|item| match item {
            Ok(event) => Submission::Event(Box::new(event)),
            Err(rejection) => Submission::Refused(Box::new(rejection)),
        });
        let submitted = self.engine().handle.submit(items.collect());
        self.runtime.block_on(submitted).unwrap()
    }

    pub fn find(&self, kind: &str, value: &str) -> Found {
        let key = Key {
            kind: Kind::new(kind).unwrap(),
            value: value.to_owned(),
        };
        self.query().find(&Address::Identifier(key)).unwrap()
    }

    pub fn person(&self, kind: &str, value: &str) -> Portrait {
        let Found::One(id) = self.find(kind, value) else {
            panic!("{:?}", self.find(kind, value))
        };
        self.query().portrait(id).unwrap().unwrap()
    }

    /// The ids and fingerprints of all live profiles.
    pub fn profiles(&self) -> BTreeMap<ProfileId, [u8; 32]> {
        let mut profiles = BTreeMap::new();
        let visit = |id, fingerprint| profiles.extend([(id, fingerprint)]);
        self.query().fingerprints(visit).unwrap();
        profiles
    }

    /// Asks the routes.
    pub fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Reply {
        self.runtime
            .block_on(call(self.router.clone(), request(method, path, headers, body)))
    }

    /// What is served at `path`, which need not be JSON.
    pub fn text(&self, path: &str) -> (HeaderMap, String) {
        let asked = self.router.clone().oneshot(request("GET", path, &[], Vec::new()));
        let (parts, body) = self.wait(asked).unwrap().into_parts();
        let bytes = self.wait(to_bytes(body, 8 << 20)).unwrap();
        (parts.headers, String::from_utf8(bytes.to_vec()).unwrap())
    }

    /// Opens a stream of what is published; `last` is the id of the last event that the client got.
    pub fn stream(&self, path: &str, last: Option<&str>) -> BodyDataStream {
        let headers: Vec<(&str, &str)> = last.map(|last| ("last-event-id", last)).into_iter().collect();
        let asked = self
            .router
            .clone()
            .oneshot(request("GET", path, &headers, Vec::new()));
        let response = self.wait(asked).unwrap();
        assert_eq!(response.status(), 200);
        response.into_body().into_data_stream()
    }

    /// The status with which a stream is opened to whoever shows `authorization`.
    pub fn opened(&self, path: &str, authorization: &str) -> u16 {
        let headers = [("authorization", authorization)];
        let asked = self
            .router
            .clone()
            .oneshot(request("GET", path, &headers, Vec::new()));
        self.wait(asked).unwrap().status().as_u16()
    }

    /// Asks the routes the same thing `times` times at once.
    pub fn race(&self, path: &str, body: &Value, times: usize) -> Vec<Reply> {
        let racing = (0..times).map(|_| {
            let request = request("POST", path, &[], body.to_string().into_bytes());
            self.runtime.spawn(call(self.router.clone(), request))
        });
        let racing: Vec<_> = racing.collect();
        racing
            .into_iter()
            .map(|one| self.runtime.block_on(one).unwrap())
            .collect()
    }

    /// The answer to a question, which has to be one.
    pub fn get(&self, path: &str) -> Value {
        let reply = self.call("GET", path, &[], Vec::new());
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply.body
    }

    /// The answer to what is posted, which has to be one.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        let reply = self.call("POST", path, &[], body.to_string().into_bytes());
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply.body
    }

    /// Posts native events, all of which have to be accepted.
    pub fn tell(&self, events: &[Value]) {
        let answer = self.post("/v1/events", &Value::from(events));
        assert_eq!(answer["accepted"], events.len(), "{answer}");
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if headers.iter().all(|(name, _)| *name != "content-type") {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body)).unwrap()
}

async fn call(router: Router, request: Request<Body>) -> Reply {
    let response = router.oneshot(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = to_bytes(response.into_body(), 8 << 20).await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    Reply {
        status,
        headers,
        body,
    }
}
