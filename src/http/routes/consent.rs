//! `PUT /v1/profiles/{who}/consent`: what a customer decided, written down by who asked them.

use axum::Json;
use serde::Deserialize;

use crate::{
    api::{ConsentAnswer, ConsentRequest, Decisions, Who},
    http::{
        access::Asked,
        body::{Asking, Document, Named},
        failure::Failure,
    },
};

/// A repeat under the same id gets the first answer.
#[derive(Deserialize)]
pub(crate) struct Repeatable {
    request_id: Option<String>,
}

/// Records decisions.
pub(crate) async fn put(
    Asked(api): Asked,
    Named(who): Named<Who>,
    Asking(Repeatable { request_id }): Asking<Repeatable>,
    Document(consent): Document<Decisions>,
) -> Result<Json<ConsentAnswer>, Failure> {
    let request = ConsentRequest {
        who,
        consent,
        request_id,
    };
    Ok(Json(api.consent(request).await?))
}
