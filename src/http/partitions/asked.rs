//! A request as it came: what it says of whom it is about, and its copies for partitions.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequestParts, Query, Request},
    http::{
        HeaderMap, Method, Uri,
        header::{CONTENT_LENGTH, TRANSFER_ENCODING},
        uri::PathAndQuery,
    },
};
use serde_json::{Map, Value};

use crate::{
    api::{Order, START_FLOW, Shown},
    http::{
        access,
        body::{self, Named},
        failure::Failure,
    },
};

/// The member of a query or a body with the position that a question waits for.
const MIN_POSITION: &str = "min_position";

/// A request whose body is read. `Debug` is none: it names customers.
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    headers: HeaderMap,
    /// What the path names.
    named: Vec<(String, String)>,
    query: Vec<(String, String)>,
    body: Bytes,
    /// The members of a body that is an object, as it is or not: whoever answers says what is wrong with it.
    members: Map<String, Value>,
    /// The same for the owner of a partition, of who cannot be sent there.
    order: Option<Order>,
}

impl Asked {
    /// Reads a request with a body of at most `bytes_max`.
    ///
    /// # Errors
    /// Where its path or its body cannot be read.
    pub(crate) async fn read(request: Request, bytes_max: usize) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let Named(named) = Named::<Vec<(String, String)>>::from_request_parts(&mut parts, &()).await?;
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
        let order = parts.extensions.remove::<Order>();
        let body = body::read(Request::from_parts(parts, body), bytes_max)
            .await
            .map_err(|unread| unread.failure(bytes_max))?;
        Ok(Self {
            method,
            uri,
            headers,
            named,
            query: query.map(|Query(query)| query).unwrap_or_default(),
            members: serde_json::from_slice(&body).unwrap_or_default(),
            body,
            order,
        })
    }

    /// Whether whoever asks cannot be sent to another process, so that this one has to ask there.
    pub(crate) const fn is_order(&self) -> bool {
        self.order.is_some()
    }

    /// What whoever asks shows.
    pub(crate) fn shown(&self) -> Shown {
        access::shown(&self.headers)
    }

    /// What the path names so.
    pub(crate) fn in_path(&self, name: &str) -> Option<&str> {
        found(&self.named, name)
    }

    /// What the query says of it.
    pub(crate) fn in_query(&self, name: &str) -> Option<&str> {
        found(&self.query, name)
    }

    /// What the body says of it.
    pub(crate) fn in_body(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// All of the body, where it is an object.
    pub(crate) fn body_value(&self) -> Value {
        Value::Object(self.members.clone())
    }

    /// The same of a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.in_body(name)?.as_str()
    }

    /// What is said of it in the query, else in the body.
    pub(crate) fn said(&self, name: &str) -> Option<&str> {
        self.in_query(name).or_else(|| self.text(name))
    }

    /// The position that it waits for; of the query, else of the body.
    pub(crate) fn min_position(&self) -> Option<u64> {
        let queried = self.in_query(MIN_POSITION).and_then(|text| text.parse().ok());
        queried.or_else(|| self.in_body(MIN_POSITION)?.as_u64())
    }

    /// How long its answer may take where it says so; `flat_max` of a flat answer that does not.
    pub(crate) fn deadline(&self, flat_max: Duration) -> Option<Duration> {
        let queried = self.in_query("deadline_ms").and_then(|text| text.parse().ok());
        let said = queried.or_else(|| self.in_body("deadline_ms")?.as_u64());
        let is_flat = self.in_query("flat") == Some("true")
            || self.in_body("flat").and_then(Value::as_bool) == Some(true);
        said.map(Duration::from_millis)
            .or_else(|| is_flat.then_some(flat_max))
    }

    /// Path and query, as they came.
    pub(crate) fn rest(&self) -> &str {
        self.uri.path_and_query().map_or("/", PathAndQuery::as_str)
    }

    /// The same for a partition, where it waits for `min_position` of its journal; that stands where it stood, as not every route
    /// reads both.
    ///
    /// # Errors
    /// Where it cannot be written again.
    pub(crate) fn copied(&self, min_position: Option<u64>) -> Result<Request, Failure> {
        let mut members = self.members.clone();
        let order = self.order.clone();
        if members.remove(MIN_POSITION).is_none() {
            return self.with(min_position, self.body.clone(), order);
        }
        if self.in_query(MIN_POSITION).is_some() {
            return self.with(min_position, written(&members)?, order);
        }
        members.extend(min_position.map(|position| (MIN_POSITION.to_owned(), position.into())));
        self.with(None, written(&members)?, order)
    }

    /// The same with other members in its body.
    ///
    /// # Errors
    /// Where it cannot be written again.
    pub(crate) fn saying(&self, name: &str, value: Value) -> Result<Request, Failure> {
        let mut members = self.members.clone();
        members.insert(name.to_owned(), value.clone());
        let order = self.order.clone().map(|order| order.saying(name, value));
        self.with(None, written(&members)?, order)
    }

    /// The same of who starts a flow in each partition, whatever process owns it.
    ///
    /// # Errors
    /// Where it cannot be written again.
    pub(crate) fn starting(&self) -> Result<Request, Failure> {
        let flow = self.in_path("flow").unwrap_or_default();
        let order = Order {
            call: START_FLOW,
            members: self.members.clone(),
        };
        self.with(None, self.body.clone(), Some(order.saying("flow", flow.into())))
    }

    fn with(&self, min_position: Option<u64>, body: Bytes, order: Option<Order>) -> Result<Request, Failure> {
        let mut request = Request::new(Body::from(body));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = at(&self.uri, min_position).map_err(|error| Failure::internal(&error))?;
        *request.headers_mut() = self.headers.clone();
        // It may be another body than that which came.
        for header in [CONTENT_LENGTH, TRANSFER_ENCODING] {
            request.headers_mut().remove(header);
        }
        if let Some(order) = order {
            request.extensions_mut().insert(order);
        }
        Ok(request)
    }
}

fn written(members: &Map<String, Value>) -> Result<Bytes, Failure> {
    let body = serde_json::to_vec(members).map_err(|error| Failure::internal(&error))?;
    Ok(body.into())
}

fn found<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let pair = pairs.iter().find(|(named, _)| named == name);
    pair.map(|(_, value)| value.as_str())
}

/// The same path and query, but for the position that is waited for.
pub(crate) fn at(uri: &Uri, min_position: Option<u64>) -> Result<Uri, axum::http::uri::InvalidUri> {
    let others = uri.query().into_iter().flat_map(|query| query.split('&'));
    let others = others.filter(|pair| pair.split('=').next() != Some(MIN_POSITION));
    let mut pairs: Vec<String> = others.map(str::to_owned).collect();
    pairs.extend(min_position.map(|position| format!("{MIN_POSITION}={position}")));
    match pairs.is_empty() {
        true => uri.path().parse(),
        false => format!("{}?{}", uri.path(), pairs.join("&")).parse(),
    }
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    async fn asked(uri: &str, body: &str) -> Asked {
        let mut request = Request::new(Body::from(body.to_owned()));
        *request.uri_mut() = uri.parse().unwrap();
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .unwrap()
            .0;
        Asked {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            named: Vec::new(),
            query,
            members: serde_json::from_slice(&bytes).unwrap_or_default(),
            body: bytes,
            order: None,
        }
    }

    async fn told(request: Request) -> (String, String) {
        let uri = request.uri().to_string();
        let bytes = to_bytes(request.into_body(), usize::MAX).await.unwrap();
        (uri, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_copy_waits_for_what_its_partition_knows() {
        let one = asked("/v1/a?x=1&min_position=7&y=%20", r#"{"b": 1}"#).await;
        assert_eq!(one.min_position(), Some(7));
        let body = r#"{"b": 1}"#.to_owned();
        let expected = ("/v1/a?x=1&y=%20&min_position=3".to_owned(), body.clone());
        assert_eq!(told(one.copied(Some(3)).unwrap()).await, expected);
        let expected = ("/v1/a?x=1&y=%20".to_owned(), body);
        assert_eq!(told(one.copied(None).unwrap()).await, expected);

        let one = asked("/v1/a", r#"{"min_position":9,"b":1}"#).await;
        assert_eq!(one.min_position(), Some(9));
        let expected = ("/v1/a".to_owned(), r#"{"b":1,"min_position":3}"#.to_owned());
        assert_eq!(told(one.copied(Some(3)).unwrap()).await, expected);
        let expected = ("/v1/a".to_owned(), r#"{"b":1}"#.to_owned());
        assert_eq!(told(one.copied(None).unwrap()).await, expected);

        let one = asked("/v1/a?min_position=7", r#"{"min_position":9,"b":1}"#).await;
        let expected = ("/v1/a?min_position=3".to_owned(), r#"{"b":1}"#.to_owned());
        assert_eq!(told(one.copied(Some(3)).unwrap()).await, expected);
    }

    /// The order is of the same as the copy.
    #[tokio::test]
    async fn what_goes_to_an_owner_says_what_its_copy_says() {
        let mut one = asked("/v1/qr/settle", r#"{"redemptions":[1,2],"store_id":"s"}"#).await;
        let order = |request: &Request| request.extensions().get::<Order>().cloned();
        assert_eq!(order(&one.copied(None).unwrap()), None);
        let members = one.members.clone();
        let whole = Order {
            call: "c.qr.settle",
            members,
        };
        one.order = Some(whole.clone());
        assert_eq!(order(&one.copied(None).unwrap()), Some(whole.clone()));
        let some = one.saying("redemptions", Value::from(vec![2])).unwrap();
        let expected = whole.saying("redemptions", Value::from(vec![2]));
        assert_eq!(order(&some), Some(expected.clone()));
        assert_eq!(told(some).await.1, Value::from(expected.members).to_string());

        let mut start = asked("/v1/flows/greet/start", r#"{"segment":"s","request_id":"r"}"#).await;
        start.named = vec![("flow".to_owned(), "greet".to_owned())];
        let order = order(&start.starting().unwrap()).unwrap();
        let expected = serde_json::json!({"flow": "greet", "segment": "s", "request_id": "r"});
        assert_eq!((order.call, Value::from(order.members)), (START_FLOW, expected));
    }

    #[tokio::test]
    async fn a_body_that_cannot_be_read_is_for_its_partition_to_refuse() {
        for body in ["", "[", "[1]", "{\"a\":"] {
            let one = asked("/v1/a", body).await;
            assert_eq!(one.in_body("a"), None);
            assert_eq!(told(one.copied(None).unwrap()).await.1, body);
        }
    }

    #[tokio::test]
    async fn an_answer_may_take_as_long_as_is_said() {
        let flat = Duration::from_millis(250);
        for (uri, body, expected) in [
            ("/v1/a", "{}", None),
            ("/v1/a?flat=true", "{}", Some(flat)),
            ("/v1/a", r#"{"flat":true}"#, Some(flat)),
            (
                "/v1/a?deadline_ms=70",
                r#"{"flat":true}"#,
                Some(Duration::from_millis(70)),
            ),
            ("/v1/a", r#"{"deadline_ms":80}"#, Some(Duration::from_millis(80))),
        ] {
            assert_eq!(asked(uri, body).await.deadline(flat), expected, "{uri} {body}");
        }
    }
}
