//! What is known of every request afterwards: a span, a line, a measurement, an id.
//!
//! All of them name the route's template, never the path: it holds phone numbers and QR tokens.

use std::{collections::BTreeSet, sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};
use tracing::Instrument;
use uuid::Uuid;

use crate::telemetry::HttpMetrics;

/// Names a request in the client's log and ours.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Letters of a client's request id that is taken over.
const REQUEST_ID_LETTERS_MAX: usize = 128;
/// Stands for the template of a path that no route has.
const NO_ROUTE: &str = "none";
/// Stands for the paths of pages, which the API does not know.
const PAGE: &str = "page";

/// What measures requests, and the templates it tells apart.
#[derive(Clone, Debug)]
pub(crate) struct Observer {
    pub(crate) metrics: HttpMetrics,
    pub(crate) templates: Arc<BTreeSet<&'static str>>,
}

impl Observer {
    fn template(&self, request: &Request) -> &'static str {
        let matched = request.extensions().get::<MatchedPath>();
        matched.map_or(NO_ROUTE, |path| {
            self.templates.get(path.as_str()).copied().unwrap_or(PAGE)
        })
    }
}

/// Runs a request inside its span, gives it an id and measures it.
pub(crate) async fn observe(State(observer): State<Observer>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let _counted = observer.metrics.in_flight();
    let (id, route, method) = (
        request_id(&request),
        observer.template(&request),
        request.method().clone(),
    );
    let span = tracing::info_span!(
        "request",
        http.method = %method,
        http.route = route,
        request.id = id.to_str().unwrap_or_default(),
    );
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), started.elapsed());
    observer.metrics.request(route, method.as_str(), status, took);
    let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::debug!(http.status = status, took_us, "answered"));
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The client's id of the request if it is one, else a new one.
fn request_id(request: &Request) -> HeaderValue {
    let is_plain = |id: &&HeaderValue| {
        (1..=REQUEST_ID_LETTERS_MAX).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic)
    };
    let sent = request.headers().get(REQUEST_ID).filter(is_plain).cloned();
    let fresh = || HeaderValue::from_str(&Uuid::now_v7().to_string());
    sent.or_else(|| fresh().ok())
        .unwrap_or(HeaderValue::from_static("none"))
}
