//! `POST /v1/routing/decide`: who serves a customer who calls.

use axum::Json;

use crate::{
    api::{RoutingAnswer, RoutingRequest},
    http::{access::Asked, body::Document, failure::Failure},
};

/// Decides who serves somebody.
pub(crate) async fn decide(
    Asked(api): Asked,
    Document(request): Document<RoutingRequest>,
) -> Result<Json<RoutingAnswer>, Failure> {
    Ok(Json(api.route(request).await?))
}
