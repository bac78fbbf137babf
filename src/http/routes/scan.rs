//! `POST /v1/scan`: whatever a till's scanner typed.

use axum::Json;

use crate::{
    api::{ScanAnswer, ScanRequest},
    http::{access::Asked, body::Document, failure::Failure},
};

/// What was scanned.
pub(crate) async fn scan(
    Asked(api): Asked,
    Document(request): Document<ScanRequest>,
) -> Result<Json<ScanAnswer>, Failure> {
    Ok(Json(api.scan(request).await?))
}
