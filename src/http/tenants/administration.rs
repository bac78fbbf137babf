//! Who there is, asked and said over HTTP: owns [`Administration`], the routes by which operators list, add, change and remove
//! tenants of a process. What becomes of that is for whoever hosts the tenants ([`Change`]).
//!
//! A key of the process' own configuration opens them, whose role may [`Action::Tenants`]; a tenant's key opens its tenant
//! alone. Where the process has no keys, whoever reaches it may, as everywhere in the service: that is for loopback, and ends
//! with the first tenant that has keys, which others would be put in place of ([`Tenants::guard`]). Never tells anything of a
//! file but what is wrong with it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Extension, Json, Router,
    extract::{Request, State},
    http::{Method, StatusCode},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::{MethodRouter, delete, get, put},
};
use serde_json::{Value, json};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};

use crate::{
    api::guard::{Action, Caller},
    http::{
        access::Access,
        body::{self, Named},
        edge,
        failure::{Failure, UNAUTHORIZED},
        observe::Observer,
        router::behind,
        settings::Settings,
        tenants::{
            Status, Tenants, Told,
            change::{Asking, Change, Changed, Refused, Wanted},
            no_tenant,
        },
    },
    telemetry::{HttpMetrics, Secret},
};

/// Bytes of a tenant's file.
const FILE_BYTES_MAX: usize = 256 << 10;
/// Between two looks at whether a tenant is ready.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// By what the tenants of a process are administered.
#[derive(Clone, Debug)]
pub struct Administration {
    /// The process' own keys and bounds.
    pub settings: Arc<Settings>,
    /// The process' own.
    pub metrics: HttpMetrics,
    /// To whoever hosts the tenants.
    pub changes: mpsc::Sender<Change>,
}

/// What the routes go by.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    tenants: Tenants,
    administration: Administration,
}

/// The routes.
#[rustfmt::skip]
pub(super) fn table() -> [(Method, &'static str, MethodRouter<Desk>); 4] {
    const ALL: &str = "/v1/tenants";
    const ONE: &str = "/v1/tenants/{name}";
    [
        (Method::GET,    ALL, get(list)),
        (Method::GET,    ONE, get(one)),
        (Method::PUT,    ONE, put(replace)),
        (Method::DELETE, ONE, delete(remove)),
    ]
}

impl Administration {
    /// The routes by which `tenants` are administered.
    pub(super) fn router(self, tenants: Tenants) -> Router {
        let settings = Arc::clone(&self.settings);
        let observer = Observer {
            metrics: self.metrics.clone(),
            templates: Arc::new(table().iter().map(|(_, path, _)| *path).collect()),
        };
        let desk = Desk {
            tenants,
            administration: self,
        };
        let guarded = from_fn_with_state(desk.clone(), unless_open_to_all);
        let routes = table()
            .into_iter()
            .fold(Router::new(), |routes, (_, path, handler)| {
                let handler = behind(Access::Ask(Action::Tenants), handler, &settings);
                routes.route(path, handler.layer(guarded.clone()))
            });
        edge::before(routes.with_state(desk), &settings, observer)
    }
}

/// Refuses everybody where nobody has a key and some are to be kept out.
async fn unless_open_to_all(
    State(desk): State<Desk>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let guard = &desk.administration.settings.guard;
    if guard.is_open() && desk.tenants.known(|known| known.is_guarded) {
        let failure = Failure::unauthorized(
            "administer tenants: expected a key of the process' own configuration with the role admin, and it has none",
        );
        guard.refuses(UNAUTHORIZED, None);
        return Err(failure);
    }
    Ok(next.run(request).await)
}

async fn list(State(desk): State<Desk>) -> Json<Value> {
    Json(json!({"tenants": desk.tenants.all_told().await}))
}

async fn one(State(desk): State<Desk>, Named(name): Named<String>) -> Result<Json<Told>, Failure> {
    let told = desk.tenants.told(&name).await;
    told.map(Json).ok_or_else(nobody)
}

async fn replace(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Named(name): Named<String>,
    request: Request,
) -> Result<(StatusCode, Json<Told>), Failure> {
    let text = body::read(request, FILE_BYTES_MAX)
        .await
        .map_err(|unread| unread.failure(FILE_BYTES_MAX))?;
    let text = String::from_utf8(text.into()).map_err(|_| {
        let problem = format!("tenants.{name}: expected TOML, which is UTF-8");
        Failure::from(Refused::Unusable(vec![problem]))
    })?;
    let changed = desk
        .change(&caller, &name, Wanted::Text(Secret::new(text)))
        .await?;
    let status = match changed {
        Changed::Added => StatusCode::CREATED,
        Changed::Replaced | Changed::Removed | Changed::Missing => StatusCode::OK,
    };
    let told = desk.started(&name).await.ok_or_else(nobody)?;
    Ok((status, Json(told)))
}

async fn remove(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Named(name): Named<String>,
) -> Result<StatusCode, Failure> {
    match desk.change(&caller, &name, Wanted::Nothing).await? {
        Changed::Missing => Err(nobody()),
        Changed::Added | Changed::Replaced | Changed::Removed => Ok(StatusCode::NO_CONTENT),
    }
}

fn nobody() -> Failure {
    no_tenant("find a tenant: expected the name of one that is served, or whose file cannot be used")
}

impl Desk {
    /// Has something changed. It goes on where nobody waits for it any more.
    async fn change(&self, caller: &Caller, name: &str, wanted: Wanted) -> Result<Changed, Failure> {
        let (answer, answered) = oneshot::channel();
        let change = Change {
            name: name.to_owned(),
            wanted,
            asking: Asking {
                who: caller.logged().to_owned(),
                role: caller.role.as_str(),
                answer,
            },
        };
        let sent = self.administration.changes.send(change).await;
        sent.map_err(|_| Refused::Stopping)?;
        Ok(answered.await.unwrap_or(Err(Refused::Stopping))?)
    }

    /// How a tenant fares once it is ready, or could not be for as long as may be waited.
    async fn started(&self, name: &str) -> Option<Told> {
        let begun = Instant::now();
        loop {
            let told = self.tenants.told(name).await;
            let is_starting = told.as_ref().is_some_and(|told| told.status == Status::Starting);
            if !is_starting || begun.elapsed() > self.administration.settings.request_timeout / 2 {
                return told;
            }
            sleep(LOOK_EVERY).await;
        }
    }
}
