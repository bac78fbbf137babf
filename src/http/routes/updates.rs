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
    engine::Position,
    http::{
        Http,
        access::Asked,
        body::Asking,
        failure::Failure,
        routes::updates::{
            cursor::{Copying, Cursor},
            feed::Feed,
            filter::Filter,
            subscriber::{Subscriber, next},
            united::{Positions, United},
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
        let journals = usize::try_from(partitions.count())
            .unwrap_or(usize::MAX)
            .saturating_add(1);
        let cursor = cursor(said, |text| Positions::parse(text, journals))?;
        let copies = copies(snapshot, cursor.as_ref(), &filter)?;
        let handles = partitions.all()?.into_iter().map(|one| one.handle).collect();
        let room = room(&http, &api).await?;
        let feed = United::new(Http { api, ..http }, handles, (cursor, copies), filter, room);
        return Ok(streamed(feed));
    }
    let cursor = cursor(said, |text| text.parse().ok().map(Position))?;
    let copies = copies(snapshot, cursor.as_ref(), &filter)?;
    let cursor = cursor.unwrap_or_else(|| Cursor {
        at: http.api.handle.applied(),
        copying: copies.then(Copying::default),
    });
    let room = room(&http, &api).await?;
    let feed = Feed::new(Http { api, ..http }, cursor, copies, filter, room);
    Ok(streamed(feed))
}

/// Whether a subscriber gets a snapshot, here or where it cannot go on.
fn copies<At>(snapshot: bool, cursor: Option<&Cursor<At>>, filter: &Filter) -> Result<bool, Failure> {
    let copies = snapshot || cursor.is_some_and(|cursor| cursor.copying.is_some());
    if copies && !filter.wants_every_update() {
        return Err(Failure::bad_request(
            "bad_snapshot",
            "expected a snapshot to go on with the stream updates, and with every kind of them",
        ));
    }
    Ok(copies)
}

/// How many profiles of a snapshot are read at once, where so many messages are: profiles are larger.
const fn copies_at_once(messages: usize) -> usize {
    messages.div_ceil(4)
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

fn cursor<At>(
    said: Option<&str>,
    at: impl FnOnce(&str) -> Option<At>,
) -> Result<Option<Cursor<At>>, Failure> {
    let bad_cursor = || {
        let expected = "expected Last-Event-ID or cursor to be the id of an event";
        Failure::bad_request("bad_cursor", expected)
    };
    said.map(|text| Cursor::parse(text, at).ok_or_else(bad_cursor))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reconnecting_client_goes_on_where_it_was() {
        let last = |text: &str| HeaderMap::from_iter([(LAST_EVENT_ID, text.parse().unwrap())]);
        let at = |position| {
            let (at, copying) = (Position(position), None);
            Some(Cursor { at, copying })
        };
        let cursor = |headers: &HeaderMap, asked| {
            super::cursor(said(headers, asked), |text| text.parse().ok().map(Position))
        };
        assert_eq!(cursor(&last("7"), Some("3")).unwrap(), at(7));
        assert_eq!(cursor(&last(""), Some("3")).unwrap(), at(3));
        assert_eq!(cursor(&HeaderMap::new(), None).unwrap(), None);
        let within = Cursor {
            at: Position(7),
            copying: Some(Copying::default()),
        };
        assert_eq!(cursor(&last("7/"), None).unwrap(), Some(within));
        assert!(cursor(&last("x"), Some("3")).is_err());
        assert!(cursor(&HeaderMap::new(), Some("")).is_err());
    }
}
