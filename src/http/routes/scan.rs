//! `POST /v1/scan`: whatever a till's scanner typed.

use axum::{Json, extract::State};

use crate::{
    api::{Api, ScanAnswer, ScanRequest},
    http::{body::Document, failure::Failure},
};

/// What was scanned.
pub(crate) async fn scan(
    State(api): State<Api>,
    Document(request): Document<ScanRequest>,
) -> Result<Json<ScanAnswer>, Failure> {
    Ok(Json(api.scan(request).await?))
}
