//! `/v1/profiles/{who}`: the profile, its timeline, why it is one person, all that is kept about them, who was told of them.

use axum::{
    Json,
    body::Body,
    http::{
        HeaderMap, HeaderName,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use crate::{
    api::{
        ExportRequest, IdentityRequest, ProfileRequest, ReadersAnswer, ReadersRequest, TimelineRequest, Who,
    },
    http::{
        access::Asked,
        answer::tagged,
        body::{Asking, MinPosition, Named},
        failure::Failure,
    },
};

/// The profile.
pub(crate) async fn profile(
    Asked(api): Asked,
    Named(who): Named<Who>,
    MinPosition(min_position): MinPosition,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let request = ProfileRequest { who, min_position };
    tagged(&headers, &api.profile(request).await?)
}

/// Which page of a timeline.
#[derive(Deserialize)]
pub(crate) struct Page {
    limit: Option<usize>,
    cursor: Option<String>,
    channel: Option<String>,
}

/// A page of the profile's events, the latest first.
pub(crate) async fn timeline(
    Asked(api): Asked,
    Named(who): Named<Who>,
    MinPosition(min_position): MinPosition,
    Asking(page): Asking<Page>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let request = TimelineRequest {
        who,
        limit: page.limit,
        cursor: page.cursor,
        channel: page.channel,
        min_position,
    };
    tagged(&headers, &api.timeline(request).await?)
}

/// The members of a profile and what united them or kept others apart.
pub(crate) async fn identity(
    Asked(api): Asked,
    Named(who): Named<Who>,
    MinPosition(min_position): MinPosition,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let request = IdentityRequest { who, min_position };
    tagged(&headers, &api.identity(request).await?)
}

/// All that is kept about a person, and where it came from. Nothing on the way is to keep it.
pub(crate) async fn export(
    Asked(api): Asked,
    Named(who): Named<Who>,
    MinPosition(min_position): MinPosition,
) -> Result<Response, Failure> {
    let answer = api.export(ExportRequest { who, min_position }).await?;
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    Ok((headers, Body::from(answer.into_json())).into_response())
}

/// Which page of who was told.
#[derive(Deserialize)]
pub(crate) struct Readings {
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Who was told of the person. Nothing on the way is to keep it: each asking adds to it.
pub(crate) async fn readers(
    Asked(api): Asked,
    Named(who): Named<Who>,
    MinPosition(min_position): MinPosition,
    Asking(Readings { limit, cursor }): Asking<Readings>,
) -> Result<([(HeaderName, &'static str); 1], Json<ReadersAnswer>), Failure> {
    let request = ReadersRequest {
        who,
        limit,
        cursor,
        min_position,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(api.readers(request).await?)))
}
