//! `GET /v1/updates`: what the commits publish, as server-sent events, from any position that is still kept.
//!
//! Each message has its position as its id, so a client that was away goes on where it was. One whose position is kept
//! no longer is told so by a `reset` and goes on from the present. With `snapshot=true` it begins with a copy of every
//! profile instead, here and after a `reset`.

mod copying;
mod cursor;
mod feed;
mod filter;
mod subscriber;
mod united;

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
use tokio::sync::OwnedSemaphorePermit;

use crate::{
    api::{self, Api},
    http::{
        Http,
        access::Asked,
        body::Asking,
        failure::Failure,
        routes::updates::{
            cursor::{Cursor, Place},
            feed::Feed,
            filter::Filter,
            subscriber::{Subscriber, next},
            united::United,
        },
    },
};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Asks proxies not to hold messages back.
pub(crate) const UNBUFFERED: (HeaderName, HeaderValue) = (
    HeaderName::from_static("x-accel-buffering"),
    HeaderValue::from_static("no"),
);

/// What a subscriber wants.
#[derive(Deserialize)]
pub(crate) struct Subscription {
    cursor: Option<String>,
    #[serde(default)]
    snapshot: bool,
    stream: Option<String>,
    profile: Option<String>,
    channel: Option<String>,
    kind: Option<String>,
}

/// Streams what is published until the client goes or the service drains.
pub(crate) async fn updates(
    State(http): State<Http>,
    Asked(api): Asked,
    Asking(subscription): Asking<Subscription>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let Subscription {
        cursor: asked,
        snapshot,
        stream,
        profile,
        channel,
        kind,
    } = subscription;
    let filter = Filter::new(stream.as_deref(), profile, channel.as_deref(), kind.as_deref())?;
    let said = said(&headers, asked.as_deref());
    if let Some(gateway) = &http.gateway {
        let partitions = gateway.partitions();
        // A copy of all profiles while they move is each partition's to tell.
        if snapshot {
            return Err(partitions.parted());
        }
        let journals = usize::try_from(partitions.count())
            .unwrap_or(usize::MAX)
            .saturating_add(1);
        let cursor = said.map(|text| united::Cursor::parse(text, journals).ok_or_else(bad_cursor));
        let cursor = cursor.transpose()?;
        let handles = partitions.all()?.into_iter().map(|one| one.handle).collect();
        let room = room(&http, &api).await?;
        let feed = United::new(Http { api, ..http }, handles, (cursor, filter), room);
        return Ok(streamed(feed));
    }
    let cursor = cursor(said)?.unwrap_or_else(|| {
        let position = http.api.handle.applied();
        match snapshot {
            true => Cursor::Within(Place::before_all(position)),
            false => Cursor::At(position),
        }
    });
    if (snapshot || matches!(cursor, Cursor::Within(_))) && !filter.wants_every_update() {
        return Err(Failure::bad_request(
            "bad_snapshot",
            "expected a snapshot to go on with the stream updates, and with every kind of them",
        ));
    }
    let room = room(&http, &api).await?;
    let feed = Feed::new(Http { api, ..http }, cursor, snapshot, filter, room);
    Ok(streamed(feed))
}

/// Room for one more subscriber, whose token lets them hear of many customers.
async fn room(http: &Http, api: &Api) -> Result<OwnedSemaphorePermit, Failure> {
    let room = http.subscribers.clone().try_acquire_owned();
    let room = room.map_err(|_| api::Failure::overloaded("more subscribers are connected than allowed"))?;
    api.tells_of_many().await?;
    Ok(room)
}

fn streamed(subscriber: impl Subscriber) -> Response {
    let events = stream::unfold(subscriber, async |mut subscriber| {
        let event = next(&mut subscriber).await?;
        Some((Ok::<Event, Infallible>(event), subscriber))
    });
    let mut response = Sse::new(events).into_response();
    response.headers_mut().extend([UNBUFFERED]);
    response
}

/// Where the client says that it was: a reconnecting one says it in the header, which holds over the query of its first request.
fn said<'a>(headers: &'a HeaderMap, asked: Option<&'a str>) -> Option<&'a str> {
    let last = headers.get(LAST_EVENT_ID).filter(|id| !id.is_empty());
    let said = last.map_or(asked, |last| Some(last.to_str().unwrap_or_default()));
    said.map(str::trim)
}

fn cursor(said: Option<&str>) -> Result<Option<Cursor>, Failure> {
    said.map(|text| Cursor::parse(text).ok_or_else(bad_cursor))
        .transpose()
}

fn bad_cursor() -> Failure {
    let expected = "expected Last-Event-ID or cursor to be the id of an event";
    Failure::bad_request("bad_cursor", expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Position;

    #[test]
    fn a_reconnecting_client_goes_on_where_it_was() {
        let last = |text: &str| HeaderMap::from_iter([(LAST_EVENT_ID, text.parse().unwrap())]);
        let at = |position| Some(Cursor::At(Position(position)));
        let cursor = |headers: &HeaderMap, asked| super::cursor(said(headers, asked));
        assert_eq!(cursor(&last("7"), Some("3")).unwrap(), at(7));
        assert_eq!(cursor(&last(""), Some("3")).unwrap(), at(3));
        assert_eq!(cursor(&HeaderMap::new(), None).unwrap(), None);
        let within = Cursor::Within(Place::before_all(Position(7)));
        assert_eq!(cursor(&last("7/"), None).unwrap(), Some(within));
        assert!(cursor(&last("x"), Some("3")).is_err());
        assert!(cursor(&HeaderMap::new(), Some("")).is_err());
    }
}
