//! What was refused, and why.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    api::{Api, Class, Failure},
    domain::event::StreamPlace,
    engine::{queries::query::RejectionView, writer::intake::RetryError},
    wire::out::{dlq::Origin, scalar::Time},
};

/// Rejections that are listed where the request does not say.
const LISTED: usize = 50;

/// Asks what was refused: `{limit, min_position}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct RejectionsRequest {
    /// How many to list, 50 where it is not said; never more than
    /// [`rejections_max`](crate::api::Limits::rejections_max).
    pub limit: Option<usize>,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// Asks for one refused item: `{sequence, min_position}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct RejectionRequest {
    /// Its number in the list.
    pub sequence: u64,
    /// The position to wait for.
    pub min_position: Option<u64>,
}

/// The latest rejections: `{rejections: [{sequence, time, code, message, id, source, origin, body}]}`.
#[derive(Serialize)]
pub struct RejectionsAnswer {
    rejections: Vec<Rejection>,
}

/// How many: what was sent stays out.
impl fmt::Debug for RejectionsAnswer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "RejectionsAnswer({})", self.rejections.len())
    }
}

/// One refused item: `{sequence, time, code, message, id, source, origin, body}`.
#[derive(Serialize)]
pub struct Rejection {
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

/// Which: what was sent stays out.
impl fmt::Debug for Rejection {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Rejection({})", self.sequence)
    }
}

impl Api {
    /// One refused item.
    ///
    /// # Errors
    /// `no_such_rejection` where there is none or it is kept no longer, `position_not_reached`.
    pub async fn rejection(&self, request: RejectionRequest) -> Result<Rejection, Failure> {
        Ok(self.refused(request).await?.into())
    }

    /// Where a refused item stands in the input stream.
    ///
    /// # Errors
    /// As [`Api::rejection`], and `not_retryable` where it came by no stream.
    pub async fn place_of_rejection(&self, request: RejectionRequest) -> Result<StreamPlace, Failure> {
        self.refused(request).await?.origin.ok_or_else(|| {
            let message = RetryError::NotKept.to_string();
            Failure::new(
                Class::Conflict,
                "not_retryable",
                "The item cannot be taken from here",
                message,
            )
        })
    }

    async fn refused(&self, request: RejectionRequest) -> Result<RejectionView, Failure> {
        self.reached(request.min_position).await?;
        let sequence = request.sequence;
        let found = self
            .ask("rejections", move |query| query.rejection(sequence))
            .await?;
        self.tells_of_many().await?;
        found.ok_or_else(|| {
            Failure::not_found(
                "no_such_rejection",
                "no refused item has this number, or it is kept no longer",
            )
        })
    }

    /// What was refused, the latest first.
    ///
    /// # Errors
    /// `position_not_reached`.
    pub async fn rejections(&self, request: RejectionsRequest) -> Result<RejectionsAnswer, Failure> {
        self.reached(request.min_position).await?;
        let limit = request
            .limit
            .unwrap_or(LISTED)
            .clamp(1, self.limits.rejections_max);
        let rejections = self
            .ask("rejections", move |query| query.rejections(limit))
            .await?;
        self.tells_of_many().await?;
        Ok(RejectionsAnswer {
            rejections: rejections.into_iter().map(Rejection::from).collect(),
        })
    }
}
