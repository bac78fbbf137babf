//! Bodies of events: the raw bytes, whatever the content type, and whose they are.
//!
//! SDKs send JSON as text or as a form, gzip or not, in chunks or not; so nothing is asked of the headers but the key.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{FromRef, FromRequest, Query, Request},
    http::{HeaderMap, Uri},
};
use serde::Deserialize;

use crate::{
    domain::event::Name,
    engine::writer::intake::Until,
    http::{
        access::Sender,
        body::{self, Unread},
        failure::{Failure, UNAUTHORIZED},
        settings::Settings,
    },
};

/// Names the source of events that name none, where the write key does not.
const SOURCE_HEADER: &str = "x-yekta-source";

/// What a sender posted.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    /// The bytes, or why there are none.
    pub(crate) body: Result<Bytes, Unread>,
    /// The request's headers.
    pub(crate) headers: HeaderMap,
    /// The source of events that name none.
    pub(crate) source: Option<Name>,
    /// The channel of events that name none.
    pub(crate) channel: Option<Name>,
    /// When the sender wants its answer: `?wait=commit` waits for the commit.
    pub(crate) until: Until,
}

impl<S> FromRequest<S> for Posted
where
    S: Send + Sync,
    Arc<Settings>: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let settings = Arc::<Settings>::from_ref(state);
        let (headers, uri) = (request.headers().clone(), request.uri().clone());
        let body = body::read(request, settings.ingest_bytes_max).await;
        let (source, channel) = sender(&settings, &headers, &uri, &body)?;
        Ok(Self {
            until: until(&uri),
            body,
            headers,
            source,
            channel,
        })
    }
}

fn sender(
    settings: &Settings,
    headers: &HeaderMap,
    uri: &Uri,
    body: &Result<Bytes, Unread>,
) -> Result<(Option<Name>, Option<Name>), Failure> {
    let in_body = || write_key(body.as_ref().ok()?);
    match settings.keys.sender(headers, uri, in_body) {
        Sender::Known(name, channel) => Ok((Some(name), channel)),
        Sender::Anybody => {
            let named = headers
                .get(SOURCE_HEADER)
                .and_then(|name| name.to_str().ok())
                .map(str::trim);
            Ok((named.filter(|name| !name.is_empty()).map(str::to_owned), None))
        }
        Sender::Stranger => {
            settings.guard.refuses(UNAUTHORIZED, None);
            Err(Failure::unauthorized(
                "send the write key: as basic user, bearer token, or writeKey in body or query",
            ))
        }
    }
}

/// Any other word is nobody's that we know, and no reason to refuse events.
pub(crate) fn until(uri: &Uri) -> Until {
    #[derive(Deserialize)]
    struct Asked {
        wait: Option<String>,
    }
    let wait = Query::<Asked>::try_from_uri(uri)
        .ok()
        .and_then(|asked| asked.0.wait);
    match wait.as_deref() {
        Some("commit") => Until::Committed,
        _ => Until::Durable,
    }
}

/// The `writeKey` beside the messages of a body, wherever in it: Kotlin's SDK writes it last.
fn write_key(body: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Keyed {
        #[serde(rename = "writeKey")]
        write_key: String,
    }
    serde_json::from_slice::<Keyed>(body)
        .ok()
        .map(|keyed| keyed.write_key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_may_wait_for_the_commit() {
        for (uri, expected) in [
            ("/v1/events", Until::Durable),
            ("/v1/events?wait=commit", Until::Committed),
            ("/v1/b?writeKey=k&wait=commit", Until::Committed),
            ("/v1/events?wait=forever", Until::Durable),
            ("/v1/events?wait", Until::Durable),
        ] {
            assert_eq!(until(&uri.parse().unwrap()), expected, "{uri}");
        }
    }
}
