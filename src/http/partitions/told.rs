//! Answers of partitions, as the tenant tells them: each position with whose journal it is of, and nobody is sent to a
//! partition but to the tenant, wherever the one that owns the partition serves it.

use axum::{
    body::{Body, to_bytes},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION},
    },
    response::Response,
};
use serde_json::{Map, Value};

use crate::{
    engine::Numbered,
    http::{
        duty::POSITION_HEADER,
        failure::Failure,
        partitions::{asked::Asked, served::Served},
        tenants::PREFIX,
    },
};

/// The member of an answer to a command with the position that shows what it did.
const POSITION: &str = "position";

/// The answer of a partition to a request, as `tenant` tells it.
///
/// # Errors
/// Where what a command was answered cannot be read.
pub(crate) async fn told(
    response: Response,
    (tenant, partition): (&str, &Served),
    (asked, is_command): (&Asked, bool),
) -> Result<Response, Failure> {
    let (mut parts, body) = response.into_parts();
    let at = |number| {
        let partition = Some(partition.index);
        Numbered { partition, number }.told()
    };
    if let Some(position) = parts.headers.get_mut(&POSITION_HEADER) {
        let number = position.to_str().ok().and_then(|text| text.parse().ok());
        if let Some(number) = number {
            *position = HeaderValue::from(at(number));
        }
    }
    if let Some(location) = parts.headers.get_mut(LOCATION) {
        let there = location
            .to_str()
            .ok()
            .and_then(|location| through(location, (tenant, &partition.name), asked.rest()));
        if let Some(there) = there.and_then(|there| HeaderValue::from_str(&there).ok()) {
            *location = there;
        }
    }
    let is_json = parts
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/json");
    if !is_command || !is_json || parts.status != StatusCode::OK {
        return Ok(Response::from_parts(parts, body));
    }
    let mut members = read(body).await?;
    if let Some(number) = members.get(POSITION).and_then(Value::as_u64) {
        members.insert(POSITION.to_owned(), at(number).into());
    }
    let bytes = serde_json::to_vec(&members).map_err(|error| Failure::internal(&error))?;
    parts.headers.remove(CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// The members of an answer that is an object.
///
/// # Errors
/// Where it is none.
pub(crate) async fn read(body: Body) -> Result<Map<String, Value>, Failure> {
    let bytes = to_bytes(body, usize::MAX).await;
    let bytes = bytes.map_err(|error| Failure::internal(&error))?;
    serde_json::from_slice(&bytes).map_err(|error| Failure::internal(&error))
}

/// Where a request for a tenant is to be sent again, whose partition sends it to `location`: to the tenant there, which finds the
/// partition once more.
fn through(location: &str, (tenant, partition): (&str, &str), rest: &str) -> Option<String> {
    // What stands behind may be the path as the partition was asked it.
    let (before, _) = location.split_once(&format!("{PREFIX}{partition}/"))?;
    Some(format!("{before}{PREFIX}{tenant}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_sent_elsewhere_is_sent_to_the_tenant_there() {
        let rest = "/v1/qr?min_position=70368744177667";
        let location = "https://b.example/yekta/t/acme-p3/v1/qr?min_position=3";
        assert_eq!(
            through(location, ("acme", "acme-p3"), rest).as_deref(),
            Some("https://b.example/yekta/t/acme/v1/qr?min_position=70368744177667")
        );
        for other in ["https://b.example/v1/qr", "https://b.example/t/acme-p30/v1/qr"] {
            assert_eq!(through(other, ("acme", "acme-p3"), rest), None, "{other}");
        }
    }
}
