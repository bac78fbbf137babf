//! `POST /v1/values/rank`: has all customers ranked by what they are worth.

use axum::Json;

use crate::{
    api::{RankAnswer, RankRequest},
    http::{access::Asked, body::Document, failure::Failure},
};

/// Asks for it.
pub(crate) async fn rank(
    Asked(api): Asked,
    Document(request): Document<RankRequest>,
) -> Result<Json<RankAnswer>, Failure> {
    Ok(Json(api.rank(request).await?))
}
