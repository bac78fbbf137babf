//! `POST /v1/lookup`: who holds these identifiers. Always an answer, so that a phone menu needs no error branch.

use axum::Json;

use crate::{
    api::{LookupAnswer, LookupRequest},
    http::{
        access::Asked,
        body::{Document, MinPosition},
        failure::Failure,
    },
};

/// Looks up. The position may stand in the query or in the body; the query's holds.
pub(crate) async fn lookup(
    Asked(api): Asked,
    MinPosition(min_position): MinPosition,
    Document(request): Document<LookupRequest>,
) -> Result<Json<LookupAnswer>, Failure> {
    let request = LookupRequest {
        min_position: min_position.or(request.min_position),
        ..request
    };
    Ok(Json(api.lookup(request).await?))
}
