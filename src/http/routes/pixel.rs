//! Events told by an image that a page or a letter shows, as `RudderStack`'s pixel tells them: `GET /pixel/v1/track` and
//! `/pixel/v1/page`.
//!
//! Whoever shows the image cannot read an answer, so it is shown for what is refused as well, which is found among the
//! rejections. Whoever only asks whether there is an image told nothing.

use axum::{
    extract::State,
    http::{
        HeaderName, Method,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

use crate::{
    http::{Http, body::Asking, failure::Failure, posted::Posted, routes::segment},
    wire::{Call, pixel},
};

/// One transparent dot.
const DOT: &[u8] =
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00\x21\xf9\x04\x01\x00\x00\x00\x00\
    \x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b";

/// What the query says.
type Said = Asking<Vec<(String, String)>>;

const HEADERS: [(HeaderName, &str); 2] = [(CONTENT_TYPE, "image/gif"), (CACHE_CONTROL, "no-store")];

/// Takes what somebody did.
pub(crate) async fn track(
    State(http): State<Http>,
    method: Method,
    said: Said,
    posted: Posted,
) -> Result<Response, Failure> {
    shown(Call::Track, http, &method, (said, posted)).await
}

/// Takes which page somebody saw.
pub(crate) async fn page(
    State(http): State<Http>,
    method: Method,
    said: Said,
    posted: Posted,
) -> Result<Response, Failure> {
    shown(Call::Page, http, &method, (said, posted)).await
}

async fn shown(
    call: Call,
    http: Http,
    method: &Method,
    (Asking(said), posted): (Said, Posted),
) -> Result<Response, Failure> {
    if method == Method::HEAD {
        return Ok(HEADERS.into_response());
    }
    // Each time that it is shown is an event of its own.
    let id = uuid::Uuid::now_v7().to_string();
    let message = pixel::message(said, &id, (http.api.clock)());
    let posted = Posted {
        body: Ok(message.into()),
        ..posted
    };
    match segment::message(call, http, posted).await {
        Ok(_) => {}
        // It is kept among the refused.
        Err(failure) if failure.is_for_good() => {}
        Err(failure) => return Err(failure),
    }
    Ok((HEADERS, DOT).into_response())
}
