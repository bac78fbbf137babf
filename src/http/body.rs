//! Paths, queries and bodies of questions and commands; bodies are raw bytes whatever the content type, bounded, then
//! read as JSON. What cannot be read is a problem like any other, and repeats nothing of what was sent.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{
        DefaultBodyLimit, FromRef, FromRequest, FromRequestParts, Path, Query, Request,
        rejection::QueryRejection,
    },
    http::{StatusCode, Uri, header::CONTENT_ENCODING, request::Parts},
};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    api,
    http::{failure::Failure, settings::Settings},
};

/// A body read as JSON; an empty one is an empty object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Document<T>(pub(crate) T);

/// What the path of the address names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<T>(pub(crate) T);

/// The query of the address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asking<T>(pub(crate) T);

/// The `min_position` of the query, which is the position that a question waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MinPosition(pub(crate) Option<u64>);

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It has more bytes, unpacked, than allowed.
    TooLarge,
    /// It is packed in an unknown way.
    Packed,
    /// It is not what its encoding says, or it broke off.
    Broken,
}

/// Reads `body` to its end, unpacked, up to `bytes_max`.
pub(crate) async fn read(mut request: Request, bytes_max: usize) -> Result<Bytes, Unread> {
    // What the layer in front unpacked has no such header any more.
    let packed = request
        .headers()
        .get(CONTENT_ENCODING)
        .is_some_and(|name| name != "identity");
    if packed {
        return Err(Unread::Packed);
    }
    DefaultBodyLimit::max(bytes_max).apply(&mut request);
    Bytes::from_request(request, &())
        .await
        .map_err(|failed| match failed.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Unread::TooLarge,
            _ => Unread::Broken,
        })
}

impl Unread {
    /// The refusal of a body of which `bytes_max` are allowed.
    pub(crate) fn failure(self, bytes_max: usize) -> Failure {
        match self {
            Self::TooLarge => api::Failure::too_large(bytes_max).into(),
            Self::Packed => Failure::wrong_encoding(),
            Self::Broken => {
                Failure::bad_request("not_readable", "expected a whole body, packed as its headers say")
            }
        }
    }
}

impl<S, T> FromRequest<S> for Document<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
    Arc<Settings>: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let bytes_max = Arc::<Settings>::from_ref(state).command_bytes_max;
        let bytes = read(request, bytes_max)
            .await
            .map_err(|unread| unread.failure(bytes_max))?;
        Ok(Self(api::read(&bytes)?))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Named<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        // The library's own answer is a text that may hold what was sent.
        let named = Path::from_request_parts(parts, state).await;
        named.map(|Path(named)| Self(named)).map_err(|_| {
            Failure::bad_request(
                "bad_path",
                "expected a path as /openapi.json describes it for this route, percent-encoded UTF-8",
            )
        })
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Asking<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(query)| Self(query))
            .map_err(|_| Failure::unread_query())
    }
}

/// The position that the query of `uri` waits for.
pub(crate) fn min_position(uri: &Uri) -> Result<Option<u64>, QueryRejection> {
    #[derive(Deserialize)]
    struct Wanted {
        min_position: Option<u64>,
    }
    Query::<Wanted>::try_from_uri(uri).map(|Query(wanted)| wanted.min_position)
}

impl<S: Send + Sync> FromRequestParts<S> for MinPosition {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        min_position(&parts.uri).map(Self).map_err(|_| {
            Failure::bad_request(
                "bad_position",
                "expected min_position to be the position of an answer, a number",
            )
        })
    }
}
