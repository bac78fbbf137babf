//! `/v1/rejections`: what was refused, and why.

use axum::{Json, extract::State};
use serde::Deserialize;

use crate::{
    api::{Api, RejectionsAnswer, RejectionsRequest},
    http::{
        body::{Asking, MinPosition},
        failure::Failure,
    },
};

/// How many to list.
#[derive(Deserialize)]
pub(crate) struct Page {
    limit: Option<usize>,
}

/// The latest first.
pub(crate) async fn rejections(
    State(api): State<Api>,
    MinPosition(min_position): MinPosition,
    Asking(Page { limit }): Asking<Page>,
) -> Result<Json<RejectionsAnswer>, Failure> {
    let request = RejectionsRequest { limit, min_position };
    Ok(Json(api.rejections(request).await?))
}
