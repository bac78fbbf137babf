//! Refusals and failures as RFC 9457 problems: owns [`Failure`], the only way a route says no.
//!
//! An internal cause is logged once, here, under an id that the client is told; the client is never told the cause.

use std::fmt;

use axum::{
    Json,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use crate::{
    engine::{
        ProfileId, QueryError,
        api::{CommandError, SubmitError},
        intake::IntakeError,
    },
    wire::{Reason, Rejection, out::problem::Problem},
};

/// Seconds after which what the service cannot take now may be sent again. SDKs read whole seconds.
const RETRY_AFTER_SECONDS: &str = "1";

/// Why a request has no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    problem: Box<Problem>,
    again: bool,
}

impl Failure {
    fn new(status: StatusCode, code: &'static str, title: &'static str, detail: impl Into<String>) -> Self {
        Self {
            problem: Box::new(Problem::new(status.as_u16(), code, title, detail.into())),
            again: false,
        }
    }

    fn retried(self) -> Self {
        Self { again: true, ..self }
    }

    /// What was sent is not what the route takes; `detail` says what it does.
    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            code,
            "The request cannot be read",
            detail,
        )
    }

    /// No key, or a wrong one.
    pub(crate) fn unauthorized(detail: &'static str) -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "A key is needed",
            detail,
        )
    }

    /// There is no such thing.
    pub(crate) fn not_found(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, "There is no such thing", detail)
    }

    /// The route takes other methods.
    pub(crate) fn wrong_method() -> Self {
        let detail = "see /openapi.json for the methods of this route";
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "The route takes other methods",
            detail,
        )
    }

    /// Several profiles are meant.
    pub(crate) fn several(profiles: &[ProfileId]) -> Self {
        let detail = "several profiles are meant: ask for one of them by its id";
        let failure = Self::new(
            StatusCode::CONFLICT,
            "several_profiles",
            "Several profiles are meant",
            detail,
        );
        let ids = profiles.iter().map(ToString::to_string).collect();
        Self {
            problem: Box::new(failure.problem.with_profiles(ids)),
            ..failure
        }
    }

    /// The request id belongs to another kind of command.
    pub(crate) fn used_request_id() -> Self {
        let detail = "another kind of command was sent under this request_id: choose a new one";
        Self::new(
            StatusCode::CONFLICT,
            "request_id_used",
            "The request id is used",
            detail,
        )
    }

    /// The body is bigger than the route takes.
    pub(crate) fn too_large(bytes_max: usize) -> Self {
        let detail = format!("expected at most {bytes_max} bytes after decompression");
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "The body is too large",
            detail,
        )
    }

    /// The body is packed in a way that the service does not unpack.
    pub(crate) fn wrong_encoding() -> Self {
        let detail = "expected a content encoding of gzip or identity";
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_encoding",
            "The body cannot be unpacked",
            detail,
        )
    }

    /// The position that was asked for did not come in time.
    pub(crate) fn not_reached() -> Self {
        let detail = "the position of min_position was not reached in time: ask again, or without it";
        Self::new(
            StatusCode::GATEWAY_TIMEOUT,
            "position_not_reached",
            "The position was not reached",
            detail,
        )
        .retried()
    }

    /// The request took too long.
    pub(crate) fn timed_out() -> Self {
        let detail =
            "the request took too long: what it changes may still happen, send it again under the same id";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "timed_out",
            "The request took too long",
            detail,
        )
        .retried()
    }

    /// More is going on than the service takes at once.
    pub(crate) fn overloaded(detail: &'static str) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "overloaded",
            "The service is busy",
            detail,
        )
        .retried()
    }

    /// A fault of the service: `cause` goes to the log, an id to the client.
    pub(crate) fn internal(cause: &dyn fmt::Display) -> Self {
        let id = Uuid::new_v4();
        tracing::error!(error.id = %id, error = %cause, "answer a request");
        let detail = format!("the fault is in the log under {id}");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "The service failed",
            detail,
        )
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, Json(&*self.problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(Problem::MEDIA_TYPE));
        if self.again {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<SubmitError> for Failure {
    fn from(error: SubmitError) -> Self {
        let (status, code, title) = match error {
            SubmitError::Busy => (StatusCode::TOO_MANY_REQUESTS, "busy", "The queue is full"),
            SubmitError::Stopped => (
                StatusCode::SERVICE_UNAVAILABLE,
                "stopped",
                "The service takes nothing now",
            ),
        };
        Self::new(status, code, title, error.to_string()).retried()
    }
}

impl From<IntakeError> for Failure {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Refused(rejection) => Self::from(&*rejection),
            IntakeError::Submit(error) => error.into(),
            IntakeError::Unreachable => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "stream_unreachable",
                "The input stream does not answer",
                error.to_string(),
            )
            .retried(),
        }
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::NobodyThere => Self::not_found("nobody_there", error.to_string()),
            CommandError::Several(profiles) => Self::several(&profiles),
            CommandError::Nameless => Self::new(
                StatusCode::CONFLICT,
                "nameless",
                "The profile cannot be reached",
                error.to_string(),
            ),
            CommandError::Unavailable(error) => error.into(),
        }
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::BadCursor => Self::bad_request(
                "bad_cursor",
                "expected the next of the page before, of the same profile",
            ),
            QueryError::Gone { first } => {
                let detail = format!("what was asked for is kept no longer: the first position is {first}");
                Self::new(StatusCode::GONE, "gone", "It is kept no longer", detail)
            }
            error => Self::internal(&error),
        }
    }
}

/// Of a whole body.
impl From<&Rejection> for Failure {
    fn from(rejection: &Rejection) -> Self {
        let status = match rejection.reason {
            Reason::TooLarge | Reason::TooMany => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        };
        let code = rejection.reason.code();
        Self::new(
            status,
            code,
            "The body holds no events that can be taken",
            rejection.message.clone(),
        )
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn shape(failure: Failure) -> (u16, Option<String>, serde_json::Value) {
        let response = failure.into_response();
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        let after = response
            .headers()
            .get(RETRY_AFTER)
            .map(|text| text.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 4096).await.unwrap();
        (status, after, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn a_full_queue_and_a_stopped_writer_are_told_apart_and_may_be_retried() {
        let (status, after, body) = shape(SubmitError::Busy.into()).await;
        assert_eq!(
            (status, after.as_deref(), &body["code"]),
            (429, Some("1"), &"busy".into())
        );
        let (status, after, body) = shape(SubmitError::Stopped.into()).await;
        assert_eq!(
            (status, after.as_deref(), &body["code"]),
            (503, Some("1"), &"stopped".into())
        );
    }

    #[tokio::test]
    async fn a_stream_that_does_not_answer_is_asked_again() {
        let (status, after, body) = shape(IntakeError::Unreachable.into()).await;
        assert_eq!(
            (status, after.as_deref(), &body["code"]),
            (503, Some("1"), &"stream_unreachable".into())
        );
    }

    #[tokio::test]
    async fn an_internal_cause_stays_inside() {
        let (status, after, body) = shape(Failure::internal(&"open /secret/place")).await;
        assert_eq!((status, after), (500, None));
        assert_eq!(body["code"], "internal");
        assert!(!body.to_string().contains("secret"), "{body}");
        assert_eq!(body["detail"], body["message"]);
    }

    #[tokio::test]
    async fn several_profiles_are_named() {
        let ids = [ProfileId([1; 16]), ProfileId([2; 16])];
        let (status, _, body) = shape(CommandError::Several(ids.to_vec()).into()).await;
        assert_eq!(status, 409);
        assert_eq!(
            body["profiles"],
            serde_json::json!([ids[0].to_string(), ids[1].to_string()])
        );
    }
}
