//! Several tenants behind one door: a request names its tenant at the beginning of its path, and everything behind that is
//! the tenant's own. Owns [`Tenants`], who is served now, and what the process says of all of them together; which there
//! are, [`Administration`] has others say. Must never look at what is asked of a tenant, nor hand one tenant's request to
//! another.

mod administration;
mod change;

#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
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
use serde::Serialize;
use serde_json::{Value, json};
use tower::ServiceExt;

pub use self::{
    administration::Administration,
    change::{Asking, Change, Changed, Refused, Wanted},
};
use crate::{
    api,
    http::{
        failure::Failure,
        routes::operation::{livez, version},
    },
    telemetry::Registry,
};

/// What the path of a request to a tenant begins with.
pub(crate) const PREFIX: &str = "/t/";
/// Where a tenant says whether it is ready.
const READY: &str = "/readyz";
/// What the process answers itself.
const OPENAPI: &str = include_str!("tenants/openapi.json");

/// The tenants that are served now. Clones have the same ones.
#[derive(Clone, Debug)]
pub struct Tenants {
    process: Registry,
    known: Arc<RwLock<Known>>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    served: BTreeMap<String, Served>,
    /// What is wrong with a file that cannot be used, by the name of its tenant.
    refused: BTreeMap<String, String>,
    /// Whether nobody administers them without a key.
    is_guarded: bool,
}

#[derive(Clone, Debug)]
struct Served {
    router: Router,
    registry: Option<Registry>,
}

/// A tenant, as operators are told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Told {
    name: String,
    path: String,
    status: Status,
    /// What is wrong with its file.
    problem: Option<String>,
}

/// How a tenant fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Ready,
    /// Served, and not ready.
    Starting,
    /// Its file cannot be used. Who was served before is served as before.
    Refused,
}

impl Tenants {
    /// Nobody yet, in a process that counts in `process`.
    pub fn new(process: Registry) -> Self {
        Self {
            process,
            known: Arc::default(),
        }
    }

    /// Serves a tenant so from now on; what is counted stays where nothing else is given.
    pub fn show(&self, name: &str, router: Router, registry: Option<Registry>) {
        self.change(|known| {
            let before = known.served.remove(name).and_then(|served| served.registry);
            let registry = registry.or(before);
            known.served.insert(name.to_owned(), Served { router, registry });
        });
    }

    /// Serves a tenant no longer: its name is that of nobody.
    pub fn hide(&self, name: &str) {
        self.change(|known| {
            known.served.remove(name);
        });
    }

    /// Says what is wrong with a tenant's file, which holds no secret; nothing is with one that is used.
    pub fn judge(&self, name: &str, problem: Option<String>) {
        self.change(|known| {
            known.refused.remove(name);
            let problem = problem.map(|problem| (name.to_owned(), problem));
            known.refused.extend(problem);
        });
    }

    /// From now on nobody administers the tenants without a key, also where the process asks for none: there are others to be
    /// kept out.
    pub fn guard(&self) {
        self.change(|known| known.is_guarded = true);
    }

    fn change(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn known<T>(&self, read: impl FnOnce(&Known) -> T) -> T {
        read(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn served(&self) -> BTreeMap<String, Served> {
        self.known(|known| known.served.clone())
    }

    /// What answers for a tenant now, if there is one of this name.
    pub(crate) fn of(&self, name: &str) -> Option<Router> {
        self.known(|known| known.served.get(name).map(|served| served.router.clone()))
    }

    /// Whom there is, served or refused, in the order of their names.
    async fn all_told(&self) -> Vec<Told> {
        let names: BTreeSet<String> = self.known(|known| {
            let names = known.served.keys().chain(known.refused.keys());
            names.cloned().collect()
        });
        let mut told = Vec::with_capacity(names.len());
        for name in names {
            told.extend(self.told(&name).await);
        }
        told
    }

    /// How a tenant fares, if there is one of this name.
    async fn told(&self, name: &str) -> Option<Told> {
        let problem = self.known(|known| known.refused.get(name).cloned());
        let status = match (&problem, self.of(name)) {
            (Some(_), _) => Status::Refused,
            (None, Some(router)) => match is_ready(router).await {
                true => Status::Ready,
                false => Status::Starting,
            },
            (None, None) => return None,
        };
        Some(Told {
            name: name.to_owned(),
            path: format!("{PREFIX}{name}"),
            status,
            problem,
        })
    }

    /// What answers: the tenants below their paths, beside what is said of the process, who says which tenants there are, and
    /// `pages`, which all have in common.
    pub fn router(&self, administration: Administration, pages: Router) -> Router {
        Router::new()
            .route("/livez", get(livez))
            .route("/version", get(version))
            .route(READY, get(readyz))
            .route("/healthz", get(readyz))
            .route("/metrics", get(metrics))
            .route("/openapi.json", get(openapi))
            .fallback(tenant)
            .with_state(self.clone())
            .merge(administration.router(self.clone()))
            .merge(pages)
    }
}

/// Hands a request to the tenant that it names, without the name.
async fn tenant(State(tenants): State<Tenants>, mut request: Request) -> Response {
    let named = named(request.uri());
    let found = named.and_then(|(name, rest)| Some((tenants.of(&name)?, rest)));
    let Some((router, rest)) = found else {
        let message =
            "find whom a request is for: expected a path that begins with /t/ and the name of a tenant";
        return no_tenant(message).into_response();
    };
    *request.uri_mut() = rest;
    answered(router, request).await
}

fn no_tenant(message: &'static str) -> Failure {
    let title = "There is no such tenant";
    api::Failure::new(api::Class::Missing, "no_tenant", title, message).into()
}

/// The tenant that a path names, and the rest of it, which is absolute.
fn named(uri: &Uri) -> Option<(String, Uri)> {
    let behind = uri.path().strip_prefix(PREFIX)?;
    let (name, path) = behind.split_once('/').unwrap_or((behind, ""));
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let rest: PathAndQuery = format!("/{path}{query}").parse().ok()?;
    Some((name.to_owned(), Uri::from(rest)))
}

/// What a router answers.
pub(crate) async fn answered(router: Router, request: Request) -> Response {
    let answered: Result<Response, Infallible> = router.oneshot(request).await;
    answered.unwrap_or_else(|never| match never {})
}

/// Whether a tenant says that it is ready.
async fn is_ready(tenant: Router) -> bool {
    let mut asked = Request::new(Body::empty());
    *asked.uri_mut() = Uri::from_static(READY);
    answered(tenant, asked).await.status() == StatusCode::OK
}

/// Whether all tenants are ready; which of them is not each says itself.
async fn readyz(State(tenants): State<Tenants>) -> (StatusCode, Json<Value>) {
    let (mut all, mut ready) = (0_u64, 0_u64);
    for served in tenants.served().into_values() {
        let is_ready = is_ready(served.router).await;
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

/// What the process answers; what a tenant does is described below its path.
async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], OPENAPI)
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
