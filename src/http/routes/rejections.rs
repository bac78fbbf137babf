//! `/v1/rejections`: what was refused, and why.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};

use crate::{
    api::{Rejection, RejectionRequest, RejectionsAnswer, RejectionsRequest},
    http::{
        Http,
        access::Asked,
        body::{Asking, MinPosition, Named},
        failure::Failure,
    },
    wire::out::{answer::Status, dlq::Origin},
};

/// How many to list.
#[derive(Deserialize)]
pub(crate) struct Page {
    limit: Option<usize>,
}

/// The latest first.
pub(crate) async fn rejections(
    Asked(api): Asked,
    MinPosition(min_position): MinPosition,
    Asking(Page { limit }): Asking<Page>,
) -> Result<Json<RejectionsAnswer>, Failure> {
    let request = RejectionsRequest { limit, min_position };
    Ok(Json(api.rejections(request).await?))
}

/// One of them.
pub(crate) async fn rejection(
    Asked(api): Asked,
    Named(sequence): Named<u64>,
    MinPosition(min_position): MinPosition,
) -> Result<Json<Rejection>, Failure> {
    let request = RejectionRequest {
        sequence,
        min_position,
    };
    Ok(Json(api.rejection(request).await?))
}

/// A refused item that was put into the input stream once more.
#[derive(Serialize)]
pub(crate) struct Retried {
    status: Status,
    /// Where it stands now.
    origin: Origin,
}

/// Takes one in once more, after what refused it was mended.
pub(crate) async fn retry(
    State(http): State<Http>,
    Named(sequence): Named<u64>,
    MinPosition(min_position): MinPosition,
) -> Result<Json<Retried>, Failure> {
    let request = RejectionRequest {
        sequence,
        min_position,
    };
    let place = http.api.place_of_rejection(request).await?;
    let origin = http.retry.retry(place).await?.into();
    let status = Status::Queued;
    Ok(Json(Retried { status, origin }))
}
