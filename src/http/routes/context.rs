//! `/v1/context/{view}`: what one consumer is told about a customer. Always an answer, with its `match`.

use axum::{Json, http::HeaderMap, response::Response};
use serde::Deserialize;

use crate::{
    api::{AskedIdentifier, ContextAnswer, ContextRequest, Who},
    http::{
        access::Asked,
        answer::tagged,
        body::{Asking, Document, MinPosition, Named},
        failure::Failure,
    },
};

/// How the answer is to be shaped.
#[derive(Deserialize)]
pub(crate) struct Form {
    #[serde(default)]
    flat: bool,
    region: Option<String>,
    deadline_ms: Option<u64>,
    store_id: Option<String>,
}

/// How the answer is to be shaped, where the body says the rest.
#[derive(Deserialize)]
pub(crate) struct Flatness {
    #[serde(default)]
    flat: bool,
}

/// Who is asked for.
#[derive(Deserialize)]
pub(crate) struct Question {
    identifiers: Vec<AskedIdentifier>,
    #[serde(default)]
    flat: bool,
    region: Option<String>,
    deadline_ms: Option<u64>,
    store_id: Option<String>,
}

/// The context of whoever holds the identifier, or of a profile's id.
pub(crate) async fn get(
    Asked(api): Asked,
    Named((view, who)): Named<(String, Who)>,
    MinPosition(min_position): MinPosition,
    Asking(form): Asking<Form>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let request = ContextRequest {
        view,
        who: Some(who),
        identifiers: None,
        flat: form.flat,
        region: form.region,
        deadline_ms: form.deadline_ms,
        min_position,
        store_id: form.store_id,
    };
    tagged(&headers, &api.context(request).await?)
}

/// The context of whoever holds the identifiers; they stay out of the address.
pub(crate) async fn post(
    Asked(api): Asked,
    Named(view): Named<String>,
    MinPosition(min_position): MinPosition,
    Asking(form): Asking<Flatness>,
    Document(question): Document<Question>,
) -> Result<Json<ContextAnswer>, Failure> {
    let request = ContextRequest {
        view,
        who: None,
        identifiers: Some(question.identifiers),
        flat: form.flat || question.flat,
        region: question.region,
        deadline_ms: question.deadline_ms,
        min_position,
        store_id: question.store_id,
    };
    Ok(Json(api.context(request).await?))
}
