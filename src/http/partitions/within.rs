//! The gateway as another edge of this process asks it: the same routes without a socket. Whoever asks there can be sent to no
//! other process.

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderValue, Method, StatusCode, Uri, header::CONTENT_TYPE},
};
use serde::Deserialize;

use crate::{
    api::{self, AsOne, OnRoute, Refusal, Telling},
    http::{access::showing, switch::Switch, tenants::answered},
};

/// What answers for a tenant with partitions, for whoever does not ask over HTTP.
#[derive(Clone, Debug)]
pub struct Within(Switch);

impl Within {
    /// The routes of [`within`](crate::http::router::within), whatever they are at the moment.
    pub const fn of(routes: Switch) -> Self {
        Self(routes)
    }

    async fn answered(&self, asked: OnRoute) -> Result<Vec<u8>, Refusal> {
        let response = answered(self.0.router(), request(asked)?).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await;
        let bytes = bytes.map_err(|error| api::Failure::internal(&error))?;
        match parts.status {
            StatusCode::OK => Ok(bytes.to_vec()),
            status if status.is_redirection() => Err(api::Failure::no_owner().into()),
            status => Err(refusal(status, &bytes)),
        }
    }
}

impl AsOne for Within {
    fn answer(&self, asked: OnRoute) -> Telling<'_> {
        Box::pin(self.answered(asked))
    }
}

fn request(asked: OnRoute) -> Result<Request, api::Failure> {
    let uri: Uri = asked.path.parse().map_err(|_| {
        let message = "expected whom or what a request names to be no longer than an address may be";
        api::Failure::bad_request("bad_address", message)
    })?;
    let mut request = Request::new(Body::from(asked.body));
    *request.method_mut() =
        Method::from_bytes(asked.method.as_bytes()).map_err(|error| api::Failure::internal(&error))?;
    *request.uri_mut() = uri;
    *request.headers_mut() = showing(&asked.shown);
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(CONTENT_TYPE, json);
    if let Some(order) = asked.order {
        request.extensions_mut().insert(order);
    }
    Ok(request)
}

/// What a problem says.
fn refusal(status: StatusCode, body: &[u8]) -> Refusal {
    #[derive(Deserialize)]
    struct Says {
        code: String,
        message: String,
    }
    match serde_json::from_slice(body) {
        Ok(Says { code, message }) => Refusal {
            status: status.as_u16(),
            code,
            message,
        },
        Err(error) => api::Failure::internal(&error).into(),
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        Json, Router,
        http::{HeaderMap, header::LOCATION},
        response::IntoResponse,
    };
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::{
        api::{Order, Shown},
        http::failure::Failure,
    };

    fn asked(path: &str) -> OnRoute {
        OnRoute {
            method: "PUT",
            path: path.to_owned(),
            body: b"{}".to_vec(),
            shown: Shown {
                secret: Some("k".to_owned()),
                purpose: Some("a call".to_owned()),
            },
            order: Some(Order {
                call: "c.consent",
                members: Map::new(),
            }),
        }
    }

    async fn told(router: Router, path: &str) -> Result<Value, (u16, String)> {
        let switch = Switch::default();
        switch.turn_to(router);
        let answer = Within::of(switch).answer(asked(path)).await;
        let answer = answer.map_err(|refusal| (refusal.status, refusal.to_string()))?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    #[tokio::test]
    async fn what_is_asked_comes_as_it_would_over_http() {
        let router = Router::new().fallback(async |headers: HeaderMap, request: Request| {
            let text = |name: &str| headers[name].to_str().unwrap().to_owned();
            let order = request.extensions().get::<Order>().unwrap();
            let told = [request.method().as_str(), request.uri().path(), order.call].map(str::to_owned);
            Json(json!([told, text("authorization"), text("yekta-purpose")]))
        });
        let expected = json!([["PUT", "/v1/a%20b", "c.consent"], "Bearer k", "a call"]);
        assert_eq!(told(router, "/v1/a%20b?x=1").await, Ok(expected));
    }

    #[tokio::test]
    async fn a_problem_is_told_as_it_is_and_nobody_is_sent_away() {
        let problem = Router::new().fallback(async || Failure::from(api::Failure::used_request_id()));
        let (status, text) = told(problem, "/v1/a").await.unwrap_err();
        assert_eq!(status, 409);
        assert_eq!(text, api::Failure::used_request_id().to_string());
        let sent = Router::new().fallback(async || {
            (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, "http://b/v1/a")]).into_response()
        });
        let (status, text) = told(sent, "/v1/a").await.unwrap_err();
        assert_eq!(status, 503);
        assert!(text.starts_with("no_owner: "), "{text}");
        let text = Router::new().fallback(async || (StatusCode::NOT_FOUND, "nothing").into_response());
        assert_eq!(told(text, "/v1/a").await.unwrap_err().0, 500);
    }

    #[tokio::test]
    async fn a_name_that_fits_into_no_address_names_nobody() {
        let path = format!("/v1/{}", "a".repeat(1 << 17));
        let (status, text) = told(Router::new(), &path).await.unwrap_err();
        assert_eq!(status, 400);
        assert!(text.starts_with("bad_address: "), "{text}");
    }
}
