//! `DELETE /v1/profiles/{who}`: erases somebody; `GET /v1/erasures/{erasure}`: what became of it.

use axum::Json;
use serde::Deserialize;

use crate::{
    api::{EraseRequest, ErasureAnswer, ErasureRequest, Who},
    http::{
        access::Asked,
        body::{Asking, Named},
        failure::Failure,
    },
};

/// How.
#[derive(Deserialize)]
pub(crate) struct Manner {
    #[serde(default)]
    now: bool,
    request_id: Option<String>,
}

/// Erases a person.
pub(crate) async fn erase(
    Asked(api): Asked,
    Named(who): Named<Who>,
    Asking(Manner { now, request_id }): Asking<Manner>,
) -> Result<Json<ErasureAnswer>, Failure> {
    let request = EraseRequest { who, now, request_id };
    Ok(Json(api.erase(request).await?))
}

/// The receipt as it stands.
pub(crate) async fn erasure(
    Asked(api): Asked,
    Named(erasure): Named<String>,
) -> Result<Json<ErasureAnswer>, Failure> {
    Ok(Json(api.erasure(ErasureRequest { erasure }).await?))
}
