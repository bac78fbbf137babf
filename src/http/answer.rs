//! Answers that a client may keep: JSON with an entity tag, and 304 where the client has it already.

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{http::failure::Failure, wire::digest::Digest};

/// The answer `value` to a request with `headers`: its bytes, or 304 if the client holds just these.
pub(crate) fn tagged(headers: &HeaderMap, value: &impl Serialize) -> Result<Response, Failure> {
    let bytes = serde_json::to_vec(value).map_err(|error| Failure::internal(&error))?;
    let tag = format!("\"{}\"", Digest::of(&bytes));
    let mut response = if holds(headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, "application/json")], Body::from(bytes)).into_response()
    };
    let answered = response.headers_mut();
    answered.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    answered.insert(
        ETAG,
        HeaderValue::from_str(&tag).map_err(|error| Failure::internal(&error))?,
    );
    Ok(response)
}

fn holds(headers: &HeaderMap, tag: &str) -> bool {
    let held = headers
        .get_all(IF_NONE_MATCH)
        .into_iter()
        .filter_map(|text| text.to_str().ok());
    let mut held = held.flat_map(|text| text.split(',')).map(str::trim);
    held.any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(held: &str) -> StatusCode {
        let headers = HeaderMap::from_iter([(IF_NONE_MATCH, held.parse().unwrap())]);
        tagged(&headers, &"sara").unwrap().status()
    }

    #[test]
    fn a_client_that_holds_the_answer_is_not_sent_it_again() {
        let first = tagged(&HeaderMap::new(), &"sara").unwrap();
        assert_eq!(first.status(), StatusCode::OK);
        let tag = first.headers()[ETAG].to_str().unwrap();
        for held in [tag.to_owned(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            assert_eq!(status(&held), StatusCode::NOT_MODIFIED, "{held}");
        }
        for held in ["\"x\"", tag.trim_matches('"'), ""] {
            assert_eq!(status(held), StatusCode::OK, "{held}");
        }
    }
}
