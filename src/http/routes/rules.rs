//! `/v1/rules`, `/v1/flows` and `/v1/segments`: the tenant's rules, a flow that is started by hand, who is in a segment.

use axum::Json;
use serde::Deserialize;

use crate::{
    api::{MembersAnswer, MembersRequest, RulebookAnswer, RulebookRequest, StartAnswer, StartRequest, Who},
    http::{
        access::Asked,
        body::{Asking, Document, MinPosition, Named},
        failure::Failure,
    },
};

/// The rules that hold, and how they fare.
pub(crate) async fn rulebook(
    Asked(api): Asked,
    MinPosition(min_position): MinPosition,
) -> Result<Json<RulebookAnswer>, Failure> {
    Ok(Json(api.rulebook(RulebookRequest { min_position }).await?))
}

/// For whom a flow is started.
#[derive(Deserialize)]
pub(crate) struct Start {
    who: Option<Who>,
    segment: Option<String>,
    request_id: Option<String>,
}

/// Starts a flow.
pub(crate) async fn start(
    Asked(api): Asked,
    Named(flow): Named<String>,
    Document(start): Document<Start>,
) -> Result<Json<StartAnswer>, Failure> {
    let request = StartRequest {
        flow,
        who: start.who,
        segment: start.segment,
        request_id: start.request_id,
    };
    Ok(Json(api.start_flow(request).await?))
}

/// Which page of a segment.
#[derive(Deserialize)]
pub(crate) struct Page {
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Who is in a segment.
pub(crate) async fn members(
    Asked(api): Asked,
    Named(segment): Named<String>,
    MinPosition(min_position): MinPosition,
    Asking(Page { limit, cursor }): Asking<Page>,
) -> Result<Json<MembersAnswer>, Failure> {
    let request = MembersRequest {
        segment,
        limit,
        cursor,
        min_position,
    };
    Ok(Json(api.members(request).await?))
}
