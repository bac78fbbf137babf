//! `GET /v1/updates`: what the commits publish, as server-sent events, from any position that is still kept.
//!
//! Each message has its position as its id, so a client that was away goes on where it was. One whose position is kept
//! no longer is told so by a `reset` and goes on from the present.

mod feed;
mod filter;

use std::convert::Infallible;

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures_util::stream;
use serde::Deserialize;

use crate::{
    api,
    engine::Position,
    http::{
        Http,
        body::Asking,
        failure::Failure,
        routes::updates::{feed::Feed, filter::Filter},
    },
};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Asks proxies not to hold messages back.
const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// What a subscriber wants.
#[derive(Deserialize)]
pub(crate) struct Subscription {
    cursor: Option<u64>,
    stream: Option<String>,
    profile: Option<String>,
    channel: Option<String>,
    kind: Option<String>,
}

/// Streams what is published until the client goes or the service drains.
pub(crate) async fn updates(
    State(http): State<Http>,
    Asking(subscription): Asking<Subscription>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let cursor = cursor(&headers, subscription.cursor)?.unwrap_or_else(|| http.api.handle.applied());
    let Subscription {
        stream,
        profile,
        channel,
        kind,
        ..
    } = subscription;
    let filter = Filter::new(stream.as_deref(), profile, channel.as_deref(), kind.as_deref())?;
    let room = http.subscribers.clone().try_acquire_owned();
    let room = room.map_err(|_| api::Failure::overloaded("more subscribers are connected than allowed"))?;
    let feed = Feed::new(http, cursor, filter, room);
    let events = stream::unfold(feed, async |mut feed| {
        let event = feed.next().await?;
        Some((Ok::<Event, Infallible>(event), feed))
    });
    let mut response = Sse::new(events).into_response();
    response.headers_mut().extend([UNBUFFERED]);
    Ok(response)
}

/// Where the client was: a reconnecting one says it in the header, which holds over the query of its first request.
fn cursor(headers: &HeaderMap, asked: Option<u64>) -> Result<Option<Position>, Failure> {
    let Some(last) = headers.get(LAST_EVENT_ID).filter(|id| !id.is_empty()) else {
        return Ok(asked.map(Position));
    };
    let last = last.to_str().ok().and_then(|text| text.trim().parse().ok());
    let expected = || Failure::bad_request("bad_cursor", "expected Last-Event-ID to be the id of a message");
    last.map(|position| Some(Position(position))).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reconnecting_client_goes_on_where_it_was() {
        let last = |text: &str| HeaderMap::from_iter([(LAST_EVENT_ID, text.parse().unwrap())]);
        assert_eq!(cursor(&last("7"), Some(3)).unwrap(), Some(Position(7)));
        assert_eq!(cursor(&last(""), Some(3)).unwrap(), Some(Position(3)));
        assert_eq!(cursor(&HeaderMap::new(), None).unwrap(), None);
        assert!(cursor(&last("x"), Some(3)).is_err());
    }
}
