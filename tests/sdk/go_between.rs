//! What stands between an SDK and the service: passes everything on, and can be told to fail first.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, OnceLock},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode, Uri, header},
};
use tokio::{net::TcpListener, runtime::Runtime};
use ureq::Agent;

use crate::process::PATIENCE;

/// What becomes of a request that posts something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 503, and nobody took it.
    Unavailable,
    /// 429 with a second to wait, and nobody took it.
    TooMany,
    /// The service took it, but the sender is told 503.
    Taken,
}

/// A running one. Requests of other kinds than POST, such as preflights, always pass.
pub struct GoBetween {
    pub url: String,
    passing: Arc<Passing>,
    _runtime: Runtime,
}

struct Passing {
    service: OnceLock<String>,
    agent: Agent,
    faults: Mutex<VecDeque<Fault>>,
    /// Events that the service said it knew already.
    known: Mutex<u64>,
}

impl GoBetween {
    pub fn start(faults: &[Fault]) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build();
        let passing = Arc::new(Passing {
            service: OnceLock::new(),
            agent: config.new_agent(),
            faults: Mutex::new(faults.iter().copied().collect()),
            known: Mutex::new(0),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&passing));
        let (url, runtime) = serve(router);
        Self {
            url,
            passing,
            _runtime: runtime,
        }
    }

    /// Says where the service is.
    pub fn to(&self, service: &str) {
        self.passing.service.set(service.to_owned()).unwrap();
    }

    /// Whether all faults happened.
    pub fn is_healed(&self) -> bool {
        self.passing.faults.lock().unwrap().is_empty()
    }

    /// Events that came more than once.
    pub fn repeated(&self) -> u64 {
        *self.passing.known.lock().unwrap()
    }
}

/// Serves on a free port of loopback.
pub fn serve(router: Router) -> (String, Runtime) {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, router).await });
    (url, runtime)
}

async fn answer(
    State(passing): State<Arc<Passing>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let fault = match method {
        Method::POST => passing.faults.lock().unwrap().pop_front(),
        _ => None,
    };
    let origin = headers.get(header::ORIGIN).cloned();
    let pass = move || passing.pass(&method, &uri, &headers, &body);
    if fault.is_none() || fault == Some(Fault::Taken) {
        let passed = tokio::task::spawn_blocking(pass).await.unwrap();
        if fault.is_none() {
            return passed;
        }
    }
    let mut refused = Response::builder().status(match fault {
        Some(Fault::TooMany) => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    });
    if fault == Some(Fault::TooMany) {
        refused = refused.header(header::RETRY_AFTER, "1");
    }
    // As the service does, so that a page may see what it is.
    if let Some(origin) = origin {
        refused = refused
            .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin)
            .header(header::ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after");
    }
    refused.body(Body::empty()).unwrap()
}

impl Passing {
    fn pass(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Response<Body> {
        let service = self.service.get().expect("the service is known");
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{service}{}", uri.path_and_query().unwrap()));
        for (name, value) in headers.iter().filter(|(name, _)| !is_of_the_connection(name)) {
            request = request.header(name, value);
        }
        let answered = self.agent.run(request.body(body.to_vec()).unwrap());
        let (parts, mut body) = answered.unwrap().into_parts();
        let body = body.read_to_vec().unwrap();
        let told: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        *self.known.lock().unwrap() += told["duplicates"].as_u64().unwrap_or_default();
        let mut response = Response::builder().status(parts.status);
        for (name, value) in parts
            .headers
            .iter()
            .filter(|(name, _)| !is_of_the_connection(name))
        {
            response = response.header(name, value);
        }
        response.body(Body::from(body)).unwrap()
    }
}

fn is_of_the_connection(name: &HeaderName) -> bool {
    [
        header::HOST,
        header::CONTENT_LENGTH,
        header::CONNECTION,
        header::TRANSFER_ENCODING,
    ]
    .contains(name)
}
