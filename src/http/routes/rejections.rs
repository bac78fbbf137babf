//! `/v1/rejections`: what was refused, and why.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};

use crate::{
    engine::query::RejectionView,
    http::{Http, ask::Reached, body::Asking, failure::Failure},
    wire::out::{dlq::Origin, scalar::Time},
};

/// Rejections that are listed where the request does not say.
const LISTED: usize = 50;

/// How many to list.
#[derive(Deserialize)]
pub(crate) struct Page {
    limit: Option<usize>,
}

/// The latest rejections.
#[derive(Serialize)]
pub(crate) struct Rejections {
    rejections: Vec<Rejection>,
}

#[derive(Serialize)]
struct Rejection {
    sequence: u64,
    time: Time,
    code: String,
    message: String,
    id: Option<String>,
    source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Origin>,
    /// The beginning of what was sent; bytes that are no text are replaced.
    body: String,
}

impl From<RejectionView> for Rejection {
    fn from(view: RejectionView) -> Self {
        let RejectionView {
            sequence,
            at,
            code,
            message,
            id,
            source,
            origin,
            body,
        } = view;
        let body = String::from_utf8_lossy(&body).into_owned();
        Self {
            sequence,
            time: Time(at),
            code,
            message,
            id,
            source,
            origin: origin.map(Origin::from),
            body,
        }
    }
}

/// The latest first.
pub(crate) async fn rejections(
    State(http): State<Http>,
    _: Reached,
    Asking(page): Asking<Page>,
) -> Result<Json<Rejections>, Failure> {
    let limit = page
        .limit
        .unwrap_or(LISTED)
        .clamp(1, http.settings.rejections_max);
    let rejections = http
        .ask("rejections", move |query| query.rejections(limit))
        .await?;
    Ok(Json(Rejections {
        rejections: rejections.into_iter().map(Rejection::from).collect(),
    }))
}
