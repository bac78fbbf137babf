//! Several tenants behind one door: a request names its tenant at the beginning of its path, and everything behind that is
//! the tenant's own. Owns [`Tenants`], who is served now, and what the process says of all of them together. Must never
//! look at what is asked of a tenant, nor hand one tenant's request to another.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Arc, PoisonError, RwLock},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::{StatusCode, Uri, header::CONTENT_TYPE, uri::PathAndQuery},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::{
    api,
    http::{
        failure::Failure,
        routes::operation::{livez, version},
    },
    telemetry::Registry,
};

/// What the path of a request to a tenant begins with.
const PREFIX: &str = "/t/";
/// Where a tenant says whether it is ready.
const READY: &str = "/readyz";

/// The tenants that are served now. Clones have the same ones.
#[derive(Clone, Debug)]
pub struct Tenants {
    process: Registry,
    served: Arc<RwLock<BTreeMap<String, Served>>>,
}

#[derive(Clone, Debug)]
struct Served {
    router: Router,
    registry: Option<Registry>,
}

impl Tenants {
    /// Nobody yet, in a process that counts in `process`.
    pub fn new(process: Registry) -> Self {
        Self {
            process,
            served: Arc::default(),
        }
    }

    /// Serves a tenant so from now on; what is counted stays where nothing else is given.
    pub fn show(&self, name: &str, router: Router, registry: Option<Registry>) {
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        let before = served.remove(name).and_then(|served| served.registry);
        let registry = registry.or(before);
        served.insert(name.to_owned(), Served { router, registry });
    }

    /// Serves a tenant no longer: its name is that of nobody.
    pub fn hide(&self, name: &str) {
        let mut served = self.served.write().unwrap_or_else(PoisonError::into_inner);
        served.remove(name);
    }

    fn served(&self) -> BTreeMap<String, Served> {
        self.served.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn of(&self, name: &str) -> Option<Router> {
        let served = self.served.read().unwrap_or_else(PoisonError::into_inner);
        served.get(name).map(|served| served.router.clone())
    }

    /// What answers: the tenants below their paths, beside what is said of the process and `pages`, which all have in common.
    pub fn router(&self, pages: Router) -> Router {
        Router::new()
            .route("/livez", get(livez))
            .route("/version", get(version))
            .route(READY, get(readyz))
            .route("/healthz", get(readyz))
            .route("/metrics", get(metrics))
            .fallback(tenant)
            .with_state(self.clone())
            .merge(pages)
    }
}

/// Hands a request to the tenant that it names, without the name.
async fn tenant(State(tenants): State<Tenants>, mut request: Request) -> Response {
    let named = named(request.uri());
    let found = named.and_then(|(name, rest)| Some((tenants.of(&name)?, rest)));
    let Some((router, rest)) = found else {
        return Failure::from(api::Failure::new(
            api::Class::Missing,
            "no_tenant",
            "There is no such tenant",
            "find whom a request is for: expected a path that begins with /t/ and the name of a tenant",
        ))
        .into_response();
    };
    *request.uri_mut() = rest;
    answered(router, request).await
}

/// The tenant that a path names, and the rest of it, which is absolute.
fn named(uri: &Uri) -> Option<(String, Uri)> {
    let behind = uri.path().strip_prefix(PREFIX)?;
    let (name, path) = behind.split_once('/').unwrap_or((behind, ""));
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let rest: PathAndQuery = format!("/{path}{query}").parse().ok()?;
    Some((name.to_owned(), Uri::from(rest)))
}

async fn answered(router: Router, request: Request) -> Response {
    let answered: Result<Response, Infallible> = router.oneshot(request).await;
    answered.unwrap_or_else(|never| match never {})
}

/// Whether all tenants are ready; which of them is not each says itself.
async fn readyz(State(tenants): State<Tenants>) -> (StatusCode, Json<Value>) {
    let (mut all, mut ready) = (0_u64, 0_u64);
    for served in tenants.served().into_values() {
        let asked = Request::builder().uri(READY).body(Body::empty());
        let Ok(asked) = asked else { continue };
        let is_ready = answered(served.router, asked).await.status() == StatusCode::OK;
        all = all.saturating_add(1);
        ready = ready.saturating_add(u64::from(is_ready));
    }
    let (status, word) = match ready == all {
        true => (StatusCode::OK, "ready"),
        false => (StatusCode::SERVICE_UNAVAILABLE, "not_all_ready"),
    };
    (
        status,
        Json(json!({"status": word, "tenants": all, "ready": ready})),
    )
}

/// All that is measured, of each tenant and of the process.
async fn metrics(State(tenants): State<Tenants>) -> Result<impl IntoResponse, Failure> {
    let served = tenants
        .served()
        .into_values()
        .filter_map(|served| served.registry);
    let registries: Vec<Registry> = std::iter::once(tenants.process.clone()).chain(served).collect();
    let text = Registry::render_all(&registries).map_err(|error| Failure::internal(&error))?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}
