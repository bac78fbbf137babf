//! Refusals and failures as RFC 9457 problems: owns [`Failure`], the only way a route says no.
//!
//! What is no matter of HTTP's is said by [`api::Failure`]; here are the words that HTTP has beside it, and the headers.

use std::fmt;

use axum::{
    Json,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};

use crate::{
    api,
    engine::{
        api::SubmitError,
        writer::intake::{IntakeError, RetryError},
    },
    wire::{Reason, Rejection, out::problem::Problem},
};

/// Seconds after which what the service cannot take now may be sent again. SDKs read whole seconds.
const RETRY_AFTER_SECONDS: &str = "1";

/// The code of who shows no key, or a wrong one.
pub(crate) const UNAUTHORIZED: &str = "unauthorized";

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

    /// What was sent is not what the route takes; `detail` says what it does.
    pub(crate) fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        api::Failure::bad_request(code, detail.into()).into()
    }

    /// No key, or a wrong one.
    pub(crate) fn unauthorized(detail: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, UNAUTHORIZED, "A key is needed", detail)
    }

    /// What was sent can be read and not be used; `problems` are all that is wrong with it.
    pub(crate) fn unusable(code: &'static str, detail: &'static str, problems: Vec<String>) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        let refused = Self::new(status, code, "What was sent cannot be used", detail);
        Self {
            problem: Box::new(refused.problem.with_problems(problems)),
            ..refused
        }
    }

    /// There is no such route.
    pub(crate) fn no_route() -> Self {
        api::Failure::not_found("no_route", "see /openapi.json for the routes").into()
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

    /// A query that cannot be read.
    pub(crate) fn unread_query() -> Self {
        Self::bad_request(
            "bad_query",
            "expected a query as /openapi.json describes it for this route",
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

    /// A fault of the service: `cause` goes to the log, an id to the client.
    pub(crate) fn internal(cause: &dyn fmt::Display) -> Self {
        api::Failure::internal(cause).into()
    }

    /// Whether it is for what was sent, and would be the same another time.
    pub(crate) fn is_for_good(&self) -> bool {
        self.status().is_client_error() && !self.again
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

impl From<api::Failure> for Failure {
    fn from(failure: api::Failure) -> Self {
        Self {
            again: failure.class().passes(),
            problem: Box::new(failure.into_problem()),
        }
    }
}

impl From<SubmitError> for Failure {
    fn from(error: SubmitError) -> Self {
        api::Failure::from(error).into()
    }
}

impl From<RetryError> for Failure {
    fn from(error: RetryError) -> Self {
        let (class, code, title) = match error {
            RetryError::NotKept => (
                api::Class::Conflict,
                "not_retryable",
                "The item cannot be taken from here",
            ),
            RetryError::Gone(_) => (api::Class::Gone, "gone", "It is kept no longer"),
            RetryError::Unreachable => (
                api::Class::Unavailable,
                "stream_unreachable",
                "The input stream does not answer",
            ),
        };
        api::Failure::new(class, code, title, error.to_string()).into()
    }
}

impl From<IntakeError> for Failure {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Refused(rejection) => Self::from(&*rejection),
            IntakeError::Submit(error) => error.into(),
            IntakeError::Unreachable => api::Failure::new(
                api::Class::Unavailable,
                "stream_unreachable",
                "The input stream does not answer",
                error.to_string(),
            )
            .into(),
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
    use crate::engine::{ProfileId, api::CommandError};

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
        let failure = api::Failure::from(CommandError::Several(ids.to_vec()));
        let (status, _, body) = shape(failure.into()).await;
        assert_eq!(status, 409);
        assert_eq!(
            body["profiles"],
            serde_json::json!([ids[0].to_string(), ids[1].to_string()])
        );
    }
}
