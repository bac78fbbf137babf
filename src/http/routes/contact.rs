//! `POST /v1/contacts/decide`: whether a message is sent.

use axum::Json;

use crate::{
    api::{ContactAnswer, ContactRequest},
    http::{access::Asked, body::Document, failure::Failure},
};

/// Decides whether a message is sent.
pub(crate) async fn decide(
    Asked(api): Asked,
    Document(request): Document<ContactRequest>,
) -> Result<Json<ContactAnswer>, Failure> {
    Ok(Json(api.contact(request).await?))
}
