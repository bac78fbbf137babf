//! `POST /v1/events`, and what every route that takes events does with them.
//!
//! Each item is handed over, the refused ones too: what was refused can be asked about afterwards. When the answer
//! comes is the intake's matter: after the commit, or, where the events go into a stream, once they stand in it.

use axum::{Json, extract::State, http::HeaderMap};

use crate::{
    engine::writer::intake::IntakeError,
    http::{Http, body::Unread, failure::Failure, posted::Posted},
    wire::{self, Origin, Reason, out::answer::Ingested, stream::TRACE_HEADER, traceparent},
};

/// Takes one event or many: native, or `CloudEvents` in any mode.
pub(crate) async fn events(State(http): State<Http>, posted: Posted) -> Result<Json<Ingested>, Failure> {
    take(&http, posted, |headers, body| {
        let texts = headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        wire::Posted::events(texts, body)
    })
    .await
}

/// Hands over what was posted, read as `reading` says, and answers what became of it.
///
/// # Errors
/// When the whole body is refused, or nobody takes it now.
pub(crate) async fn take(
    http: &Http,
    posted: Posted,
    reading: impl for<'a> FnOnce(&'a HeaderMap, &'a [u8]) -> wire::Posted<'a>,
) -> Result<Json<Ingested>, Failure> {
    let Posted {
        body,
        headers,
        source,
        channel,
        until,
    } = posted;
    let origin = Origin {
        source,
        is_bound: channel.is_some(),
        channel,
        name: None,
        received: (http.api.clock)(),
        trace: trace(&headers),
        place: None,
    };
    let bytes_max = http.settings.ingest_bytes_max;
    let body = body.as_ref();
    let read = match body {
        Ok(body) => reading(&headers, body),
        Err(unread) => unread_body(*unread, bytes_max),
    };
    match (http.intake.take(read, origin, until).await, body) {
        (Ok(answer), _) => {
            let code = Reason::ForeignChannel.code();
            http.settings
                .guard
                .refuses_some(code, None, answer.refused_for(code));
            Ok(Json(answer))
        }
        (Err(IntakeError::Refused(_)), Err(unread)) => Err(unread.failure(bytes_max)),
        (Err(error), _) => Err(error.into()),
    }
}

/// The trace context that the request came with, if it is one.
fn trace(headers: &HeaderMap) -> Option<String> {
    traceparent(headers.get(TRACE_HEADER)?.to_str().ok()?)
}

/// What is kept of a body that could not be read: that there was one.
fn unread_body(unread: Unread, bytes_max: usize) -> wire::Posted<'static> {
    let (reason, message) = match unread {
        Unread::TooLarge => (
            Reason::TooLarge,
            format!("read the body: expected at most {bytes_max} bytes after decompression"),
        ),
        Unread::Packed | Unread::Broken => (
            Reason::NotJson,
            "read the body: expected a whole one, plain or packed with gzip".to_owned(),
        ),
    };
    wire::Posted::Unread(reason, message)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    #[test]
    fn a_request_brings_its_trace_context() {
        let name = HeaderName::from_static(TRACE_HEADER);
        let trace_of = |text: &str| trace(&HeaderMap::from_iter([(name.clone(), text.parse().unwrap())]));
        let context = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(trace_of(context).as_deref(), Some(context));
        assert_eq!(trace_of("sara@example.org"), None);
        assert_eq!(trace(&HeaderMap::new()), None);
    }
}
