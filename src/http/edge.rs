//! What every request passes through before its route: measured, bounded in number and time, unpacked.
//!
//! Knows no route and needs no engine.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{self, Next},
    response::Response,
};
use tokio::sync::Semaphore;
use tower::Layer;
use tower_http::{
    cors::{AllowHeaders, AllowOrigin, CorsLayer},
    decompression::RequestDecompressionLayer,
    normalize_path::NormalizePathLayer,
};

use crate::{
    api,
    http::{
        failure::Failure,
        observe::{Observer, observe},
        settings::{Origins, Settings},
    },
};

/// How long a browser remembers what it may send.
const PREFLIGHT_AGE: std::time::Duration = std::time::Duration::from_secs(900);
/// What of an answer the browser SDKs go by beside its status.
const TOLD_HEADERS: [HeaderName; 1] = [header::RETRY_AFTER];

/// Puts `routes` behind what every request passes through.
pub(crate) fn around(routes: Router, settings: &Arc<Settings>, observer: Observer) -> Router {
    let inner = before(routes.fallback(async || Failure::no_route()), settings, observer);
    // In front of the routes, since SDKs drop what is answered with a redirect.
    Router::new().fallback_service(NormalizePathLayer::trim_trailing_slash().layer(inner))
}

/// The same of routes beside others, which have what is no route here.
pub(crate) fn before(routes: Router, settings: &Arc<Settings>, observer: Observer) -> Router {
    let room = Arc::new(Semaphore::new(settings.in_flight_max));
    routes
        .method_not_allowed_fallback(async || Failure::wrong_method())
        .layer(RequestDecompressionLayer::new().pass_through_unaccepted(true))
        .layer(middleware::from_fn_with_state(Arc::clone(settings), in_time))
        .layer(middleware::from_fn_with_state(room, if_there_is_room))
        .layer(middleware::from_fn_with_state(observer, observe))
        .layer(middleware::map_response(plain))
}

/// Lets pages of these origins send from browsers: what the routes behind it take is no answer about a customer.
pub(crate) fn cors(origins: &Origins) -> CorsLayer {
    let origins = match origins {
        Origins::Any => AllowOrigin::mirror_request(),
        Origins::Only(origins) => AllowOrigin::list(origins.iter().cloned()),
    };
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST])
        // SDKs send more with each version, some only when they try again; none of it opens anything.
        .allow_headers(AllowHeaders::mirror_request())
        .expose_headers(TOLD_HEADERS)
        .max_age(PREFLIGHT_AGE)
}

async fn in_time(
    State(settings): State<Arc<Settings>>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let answered = tokio::time::timeout(settings.request_timeout, next.run(request));
    answered.await.map_err(|_| api::Failure::timed_out().into())
}

/// Health and metrics are told in any case: an operator asks just when there is no room.
async fn if_there_is_room(
    State(room): State<Arc<Semaphore>>,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    if matches!(
        request.uri().path(),
        "/livez" | "/readyz" | "/healthz" | "/metrics"
    ) {
        return Ok(next.run(request).await);
    }
    let _taken = room
        .try_acquire()
        .map_err(|_| api::Failure::overloaded("more requests are going on than allowed"))?;
    Ok(next.run(request).await)
}

/// No answer is to be taken for another type than it says it is.
async fn plain(mut response: Response) -> Response {
    response.headers_mut().insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

#[cfg(test)]
mod tests;
