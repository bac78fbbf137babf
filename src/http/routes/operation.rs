//! What operators and their tools ask: is it alive, is it ready, which version, what is measured, what is the API.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::IntoResponse,
};
use serde_json::{Value, json};

use crate::{
    api::Following,
    engine::writer::handle::Health,
    http::{Http, failure::Failure},
};

/// The description of this API.
pub(crate) const OPENAPI: &str = include_str!("../openapi.json");
/// The description of what flows over NATS and over the stream of updates.
pub(crate) const ASYNCAPI: &str = include_str!("../asyncapi.yaml");

/// The process answers.
pub(crate) async fn livez() -> Json<Value> {
    Json(json!({"status": "alive"}))
}

/// The service takes events and answers questions of the present; 503 otherwise.
pub(crate) async fn readyz(State(http): State<Http>) -> (StatusCode, Json<Value>) {
    let following = *http.following.borrow();
    let handle = &http.api.handle;
    let (status, word) = match (handle.health(), handle.has_room()) {
        (Health::Ready, false) => (StatusCode::SERVICE_UNAVAILABLE, "disk_full"),
        (health, _) => readiness(health, following),
    };
    (status, Json(json!({"status": word, "role": http.duty.as_str()})))
}

const fn readiness(health: Health, following: Following) -> (StatusCode, &'static str) {
    match (health, following) {
        (Health::Ready | Health::Standby, Following::Nothing | Following::Live) => (StatusCode::OK, "ready"),
        (Health::Ready | Health::Standby, Following::Disconnected) => {
            (StatusCode::SERVICE_UNAVAILABLE, "disconnected")
        }
        (Health::Ready | Health::Standby, Following::Stalled) => (StatusCode::SERVICE_UNAVAILABLE, "stalled"),
        (Health::Ready | Health::Standby, Following::CatchingUp) => {
            (StatusCode::SERVICE_UNAVAILABLE, "catching_up")
        }
        (Health::Draining, _) => (StatusCode::SERVICE_UNAVAILABLE, "draining"),
        (Health::Failed, _) => (StatusCode::SERVICE_UNAVAILABLE, "failed"),
    }
}

/// Name and version.
pub(crate) async fn version() -> Json<Value> {
    Json(json!({"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")}))
}

/// All that is measured, for Prometheus.
pub(crate) async fn metrics(State(http): State<Http>) -> Result<impl IntoResponse, Failure> {
    let text = http
        .registry
        .render()
        .map_err(|error| Failure::internal(&error))?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}

/// The API.
pub(crate) async fn openapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], OPENAPI)
}

/// What flows over NATS and over the stream of updates.
pub(crate) async fn asyncapi() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/yaml")], ASYNCAPI)
}
