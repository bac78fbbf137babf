//! What a process answers itself, and what it leaves to another: owns [`Duty`] and the redirects of a standby.
//!
//! A standby answers every question from its own store, and takes events wherever they go into a stream. What needs the
//! writer it leaves to the owner: the client is sent there, with the method and the body it came with. A process in a shop does
//! the same, but for what tills do all the time: that goes over the line by itself (`routes::till`).

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue, Method, StatusCode, Uri,
        header::{CONTENT_TYPE, LOCATION},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::sync::watch;

use crate::{
    api::{self, Line},
    engine::{Position, writer::intake::Until},
    http::{access::Access, body::min_position, failure::Failure, posted::until},
    wire::out::problem::Problem,
};

/// The position of the journal that an answer is from, or a later one.
pub(crate) const POSITION_HEADER: HeaderName = HeaderName::from_static("yekta-position");
/// The code of what another process has to carry out.
const NOT_OWNER: &str = "not_owner";

/// What this process is to its tenant.
#[derive(Clone, Debug)]
pub enum Duty {
    /// It writes, and answers everything.
    Owner,
    /// Another one writes; where that is reached, if there is one.
    Standby(watch::Receiver<Option<String>>),
    /// The same, over a line that may be down.
    Shop(watch::Receiver<Option<String>>, Arc<dyn Line>),
}

impl Duty {
    /// How operators are told.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Standby(_) => "standby",
            Self::Shop(..) => "shop",
        }
    }
}

/// Whether a route needs the writer, whatever is sent.
pub(crate) fn needs_owner(method: &Method, access: Access) -> bool {
    matches!(access, Access::Ask(action) if *method != Method::GET && action.is_command())
}

/// Sends the client to the owner.
pub(crate) async fn to_owner(State(owner): State<watch::Receiver<Option<String>>>, uri: Uri) -> Response {
    let owner = owner.borrow().clone();
    let Some(owner) = owner else {
        return Failure::from(api::Failure::no_owner()).into_response();
    };
    let rest = uri.path_and_query().map_or("/", |rest| rest.as_str());
    let location = HeaderValue::from_str(&format!("{}{rest}", owner.trim_end_matches('/')));
    let Ok(location) = location else {
        let message = "send a client to the owner: expected cluster.url of the owner to be a URL";
        return Failure::internal(&message).into_response();
    };
    let status = StatusCode::TEMPORARY_REDIRECT;
    let title = "Another process owns the tenant";
    let problem = Problem::new(
        status.as_u16(),
        NOT_OWNER,
        title,
        "send the same to the location in the header",
    );
    let headers = [
        (LOCATION, location),
        (CONTENT_TYPE, HeaderValue::from_static(Problem::MEDIA_TYPE)),
    ];
    (status, headers, Json(problem)).into_response()
}

/// Takes events, but for those whose sender waits for the commit: that only the owner knows of.
pub(crate) async fn unless_awaited(
    State(owner): State<watch::Receiver<Option<String>>>,
    request: Request,
    next: Next,
) -> Response {
    match until(request.uri()) {
        Until::Committed => to_owner(State(owner), request.uri().clone()).await,
        Until::Durable => next.run(request).await,
    }
}

/// Says from which position of the journal an answer is.
pub(crate) async fn stamped(
    State(applied): State<watch::Receiver<Position>>,
    request: Request,
    next: Next,
) -> Response {
    // Before it is worked on, as what comes meanwhile may not be in it; what it waits for is.
    let (at, awaited) = (applied.borrow().0, min_position(request.uri()));
    let mut response = next.run(request).await;
    let at = match (awaited, response.status().is_success()) {
        (Ok(Some(awaited)), true) => at.max(awaited),
        _ => at,
    };
    response
        .headers_mut()
        .entry(POSITION_HEADER)
        .or_insert_with(|| HeaderValue::from(at));
    response
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;
    use crate::api::guard::Action;

    async fn sent(owner: Option<&str>) -> (StatusCode, Option<String>, String) {
        let (_told, owner) = watch::channel(owner.map(str::to_owned));
        let uri = "/v1/qr?min_position=3".parse().unwrap();
        let response = to_owner(State(owner), uri).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let location = headers
            .get(LOCATION)
            .map(|location| location.to_str().unwrap().to_owned());
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        (status, location, body["code"].as_str().unwrap().to_owned())
    }

    #[tokio::test]
    async fn a_client_is_sent_to_the_owner_with_what_it_asked_for() {
        let there = "http://a:8080/v1/qr?min_position=3".to_owned();
        for owner in ["http://a:8080", "http://a:8080/"] {
            let expected = (
                StatusCode::TEMPORARY_REDIRECT,
                Some(there.clone()),
                "not_owner".to_owned(),
            );
            assert_eq!(sent(Some(owner)).await, expected);
        }
        let nobody = (StatusCode::SERVICE_UNAVAILABLE, None, "no_owner".to_owned());
        assert_eq!(sent(None).await, nobody);
    }

    #[test]
    fn only_what_changes_something_needs_the_owner() {
        for (method, action, expected) in [
            (Method::POST, Action::MintQr, true),
            (Method::DELETE, Action::Erase, true),
            (Method::GET, Action::Erase, false),
            (Method::POST, Action::Lookup, false),
            (Method::GET, Action::Profile, false),
        ] {
            assert_eq!(
                needs_owner(&method, Access::Ask(action)),
                expected,
                "{method} {action:?}"
            );
        }
        assert!(!needs_owner(&Method::POST, Access::Write));
    }
}
