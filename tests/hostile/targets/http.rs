//! Requests over HTTP, to a service that holds a few events: paths, queries, headers and bodies.
//!
//! Nothing that anybody sends is answered 500 or makes the service unready; a refusal is a problem with a code.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    runtime::{Builder, Runtime},
    sync::{Semaphore, watch},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use yekta::{
    api::{Api, Following, Limits},
    app::{engine_config, engine_rules},
    engine::{Engine, Opened, writer::intake::Direct},
    http::{Http, duty::Duty, router, settings::Settings},
    telemetry::{EngineMetrics, HttpMetrics, QueryMetrics, Registry},
};

use super::world::{NOW, scratch, settings};

const ANSWER_BYTES_MAX: usize = 8 << 20;
/// What the service holds: a customer with a basket on two channels, and somebody else.
const EVENTS: &str = r#"[
    {"id":"e-1","channel":"web","type":"login","identifiers":[{"kind":"user_id","value":"u-1"},{"kind":"anonymous_id","value":"a-1"}]},
    {"id":"e-2","channel":"web","type":"product_added","identifiers":[{"kind":"anonymous_id","value":"a-1"}],"properties":{"product_id":"p","price":1.50}},
    {"id":"e-3","channel":"callcenter","type":"call_started","identifiers":[{"kind":"phone","value":"09123456789"},{"kind":"call_id","value":"c-1"}]},
    {"id":"e-4","channel":"store","type":"identify","identifiers":[{"kind":"user_id","value":"u-2"},{"kind":"email","value":"s@x.ir"}]}
]"#;

struct Service {
    router: Router,
    runtime: Runtime,
    _engine: Engine,
    _folder: TempDir,
}

// Never dropped: the process ends with it.
static SERVICE: LazyLock<Mutex<Service>> = LazyLock::new(|| Mutex::new(Service::new()));

/// The first line is method and target, headers follow up to an empty line, then the body.
pub fn asked(bytes: &[u8]) {
    let Some((request, is_stream)) = request(bytes) else {
        return;
    };
    let service = SERVICE.lock().unwrap_or_else(PoisonError::into_inner);
    let (status, body) = service.ask(request, is_stream);
    assert!(status != 500, "answered 500");
    if status >= 400 && !body.is_empty() {
        let problem: Value = serde_json::from_slice(&body).expect("a refusal is JSON");
        assert!(
            problem["code"].is_string() && problem["status"] == status,
            "a problem with a code: {problem}"
        );
    }
    let ready = Request::get("/readyz").body(Body::empty()).unwrap();
    assert_eq!(service.ask(ready, false).0, 200, "not ready any more");
}

/// The request in `bytes`, and whether its answer has no end.
fn request(bytes: &[u8]) -> Option<(Request<Body>, bool)> {
    let end = bytes
        .windows(2)
        .position(|two| two == b"\n\n")
        .unwrap_or(bytes.len());
    let (head, rest) = bytes.split_at(end);
    let mut lines = head.split(|byte| *byte == b'\n');
    let (method, target) = std::str::from_utf8(lines.next()?).ok()?.split_once(' ')?;
    let mut request = Request::builder().method(method).uri(target);
    for line in lines {
        let at = line.iter().position(|byte| *byte == b':')?;
        request = request.header(&line[..at], line[at + 1..].trim_ascii());
    }
    let body = rest.get(2..).unwrap_or_default().to_vec();
    let request = request.body(Body::from(body)).ok()?;
    let is_stream = request.uri().path().trim_end_matches('/') == "/v1/updates";
    Some((request, is_stream))
}

impl Service {
    fn new() -> Self {
        let folder = scratch();
        let settings = settings(folder.path());
        let registry = Registry::new("test").unwrap();
        let config = engine_config(&settings);
        let metrics = EngineMetrics::register(&registry).unwrap();
        let opened = Opened::open(&config).unwrap();
        let engine = opened
            .start(&config, engine_rules(&settings), metrics, || NOW)
            .unwrap();
        let service = Self {
            router: router::build(http(&settings, &engine, registry), Router::new()),
            runtime: Builder::new_current_thread().enable_all().build().unwrap(),
            _engine: engine,
            _folder: folder,
        };
        let events = Request::post("/v1/events").body(Body::from(EVENTS)).unwrap();
        let (status, body) = service.ask(events, false);
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        service
    }

    fn ask(&self, request: Request<Body>, is_stream: bool) -> (u16, Vec<u8>) {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let status = response.status().as_u16();
            if is_stream && status == 200 {
                return (status, Vec::new());
            }
            let body = to_bytes(response.into_body(), ANSWER_BYTES_MAX)
                .await
                .expect("an answer is bounded");
            (status, body.to_vec())
        })
    }
}

fn http(settings: &yekta::config::Settings, engine: &Engine, registry: Registry) -> Http {
    let rules = Arc::new(settings.decode_rules());
    let api = Api {
        handle: engine.handle.clone(),
        rules: Arc::clone(&rules),
        views: Arc::new(settings.views.clone()),
        limits: Arc::new(Limits {
            region: "IR".parse().ok(),
            // Nobody else commits: waiting for a position is in vain.
            position_wait: std::time::Duration::ZERO,
            ..Limits::default()
        }),
        metrics: QueryMetrics::register(&registry).unwrap(),
        clock: || NOW,
        audit: None,
        caller: None,
    };
    let direct = Arc::new(Direct::new(engine.handle.clone(), rules));
    let edge = Settings::default();
    Http {
        duty: Duty::Owner,
        gateway: None,
        api,
        following: watch::channel(Following::Nothing).1,
        intake: direct.clone(),
        retry: direct,
        subscribers: Arc::new(Semaphore::new(edge.subscribers_max)),
        cards: Arc::new(Semaphore::new(edge.cards_max)),
        settings: Arc::new(edge),
        metrics: HttpMetrics::register(&registry).unwrap(),
        registry,
        draining: CancellationToken::new(),
    }
}
