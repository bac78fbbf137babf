//! The edge around routes that need no engine: what is posted comes back as its length and its source.

use std::{io::Write as _, time::Duration};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, StatusCode},
    routing::{MethodRouter, get, post},
};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use tower::ServiceExt;

use super::*;
use crate::{
    api::guard::{Action, Credentials, Guard},
    domain::{role::Role, time::Timestamp},
    http::{
        access::{Access, Keys, WriteKey},
        body::Document,
        posted::Posted,
        router::behind,
    },
    telemetry::{HttpMetrics, Registry},
    wire::digest::Digest,
};

async fn echo(posted: Posted) -> Result<String, Failure> {
    let body = posted.body.map_err(|unread| unread.failure(1024))?;
    Ok(format!("{} {}", body.len(), posted.source.unwrap_or_default()))
}

fn router(settings: Settings) -> (Router, Registry) {
    let settings = Arc::new(settings);
    let on = |access, handler: MethodRouter<Arc<Settings>>| behind(access, handler, &settings);
    let routes = Router::new()
        .route("/send", on(Access::Write, post(echo)))
        .route(
            "/ask/{who}",
            on(Access::Ask(Action::Profile), get(async || "sara")),
        )
        .route(
            "/tell",
            on(
                Access::Ask(Action::Profile),
                post(async |Document(_): Document<HeadersSent>| "told"),
            ),
        )
        .route(
            "/slow",
            on(Access::Open, get(async || std::future::pending::<()>().await)),
        )
        .with_state(Arc::clone(&settings));
    let registry = Registry::new("1").unwrap();
    let metrics = HttpMetrics::register(&registry).unwrap();
    let observer = Observer {
        metrics,
        templates: Arc::new(["/send", "/ask/{who}"].into()),
    };
    (around(routes, &settings, observer), registry)
}

#[derive(serde::Deserialize)]
struct HeadersSent {}

fn keyed() -> Settings {
    let keys = Keys::new(vec![WriteKey::new("shop", None, Digest::of(b"wk"))]);
    let mut credentials = Credentials::default();
    credentials.key(Digest::of(b"rk"), "desk", Role::Admin);
    Settings {
        keys,
        guard: Guard::new(credentials, Default::default(), || Timestamp::MIN),
        ingest_bytes_max: 1024,
        ..Settings::default()
    }
}

async fn send(router: &Router, request: Request) -> (StatusCode, HeaderMap, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, headers, String::from_utf8(body.to_vec()).unwrap())
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request {
    let request = Request::builder().method(method).uri(path);
    headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value))
        .body(body.into())
        .unwrap()
}

async fn status(router: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
    send(router, request(method, path, headers, "{}"))
        .await
        .0
        .as_u16()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[tokio::test]
async fn the_write_key_opens_sending_and_the_read_key_asking() {
    let (router, _) = router(keyed());
    let (write, read) = (("authorization", "Bearer wk"), ("authorization", "Bearer rk"));
    assert_eq!(status(&router, "POST", "/send", &[write]).await, 200);
    assert_eq!(status(&router, "POST", "/send", &[read]).await, 401);
    assert_eq!(status(&router, "POST", "/send", &[]).await, 401);
    assert_eq!(status(&router, "GET", "/ask/1", &[read]).await, 200);
    assert_eq!(status(&router, "GET", "/ask/1", &[write]).await, 401);
    assert_eq!(status(&router, "POST", "/tell", &[]).await, 401);
    // Kotlin's SDK sends the key as the last member of the body alone.
    let in_body = request(
        "POST",
        "/send",
        &[],
        r#"{"batch":[{"writeKey":"x"}],"writeKey":"wk"}"#,
    );
    assert_eq!(send(&router, in_body).await.2, "44 shop");
}

#[tokio::test]
async fn a_source_is_the_keys_and_without_keys_the_headers() {
    let source = [
        ("x-yekta-source", "pos/tehran-12"),
        ("authorization", "Bearer wk"),
    ];
    let (closed, _) = router(keyed());
    assert_eq!(
        send(&closed, request("POST", "/send", &source, "{}")).await.2,
        "2 shop"
    );
    let (open, _) = router(Settings::default());
    assert_eq!(
        send(&open, request("POST", "/send", &source, "{}")).await.2,
        "2 pos/tehran-12"
    );
}

#[tokio::test]
async fn a_body_is_bounded_after_it_is_unpacked() {
    let (router, _) = router(Settings {
        ingest_bytes_max: 1024,
        ..Settings::default()
    });
    let post =
        |encoding: &str, body: Vec<u8>| request("POST", "/send/", &[("content-encoding", encoding)], body);
    let (status, _, body) = send(&router, post("gzip", gzip(&[b' '; 1024]))).await;
    assert_eq!((status.as_u16(), body.as_str()), (200, "1024 "));
    let bomb = gzip(&vec![b' '; 50 << 20]);
    assert!(bomb.len() < 60_000);
    for (encoding, body, expected) in [
        ("gzip", bomb, 413),
        ("identity", vec![b' '; 1025], 413),
        ("gzip", b"{}".to_vec(), 400),
        ("br", b"{}".to_vec(), 415),
    ] {
        let (status, headers, body) = send(&router, post(encoding, body)).await;
        assert_eq!(status.as_u16(), expected, "{encoding}");
        assert_eq!(headers["content-type"], "application/problem+json");
        assert!(serde_json::from_str::<Value>(&body).unwrap()["code"].is_string());
    }
}

#[tokio::test]
async fn pages_of_other_origins_may_send_and_not_ask() {
    let (router, _) = router(keyed());
    let preflight = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "POST"),
        // As RudderStack's SDK asks when it tries again.
        (
            "access-control-request-headers",
            "anonymousid,authorization,content-type,rsa-retry-attempt,rsa-retry-reason,sentat",
        ),
    ];
    let (status, headers, _) = send(&router, request("OPTIONS", "/send", &preflight, "")).await;
    assert_eq!(
        (status, &headers["access-control-allow-origin"]),
        (StatusCode::OK, &"https://shop.example".parse().unwrap())
    );
    assert_eq!(headers["access-control-max-age"], "900");
    let allowed = headers["access-control-allow-headers"].to_str().unwrap();
    assert_eq!(allowed, preflight[2].1);
    let (_, headers, _) = send(&router, request("OPTIONS", "/ask/1", &preflight, "")).await;
    assert!(!headers.contains_key("access-control-allow-origin"));
    // A refusal can be read, too: the SDKs go by its status.
    let (status, headers, _) = send(&router, request("POST", "/send", &preflight[..1], "{}")).await;
    assert_eq!(headers["access-control-expose-headers"], "retry-after");
    assert_eq!(
        (status.as_u16(), &headers["access-control-allow-origin"]),
        (401, &"https://shop.example".parse().unwrap())
    );
}

#[tokio::test]
async fn only_the_configured_origins_may_send() {
    let origins = Origins::Only(vec!["https://shop.example".parse().unwrap()]);
    let (router, _) = router(Settings {
        origins,
        ..Settings::default()
    });
    for (origin, allowed) in [("https://shop.example", true), ("https://evil.example", false)] {
        let (_, headers, _) = send(&router, request("POST", "/send", &[("origin", origin)], "{}")).await;
        assert_eq!(
            headers.contains_key("access-control-allow-origin"),
            allowed,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn what_no_route_takes_is_a_problem_as_well() {
    let (router, _) = router(Settings::default());
    for (method, path, expected) in [
        ("GET", "/nothing", 404),
        ("DELETE", "/send", 405),
        ("GET", "/send//", 405),
    ] {
        let (status, headers, body) = send(&router, request(method, path, &[], "")).await;
        assert_eq!(status.as_u16(), expected, "{method} {path}");
        assert_eq!(headers["content-type"], "application/problem+json");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            (&body["status"], &body["detail"]),
            (&expected.into(), &body["message"])
        );
    }
    let (status, _, body) = send(&router, request("POST", "/tell", &[], "{\"sara\":")).await;
    assert_eq!(status.as_u16(), 400);
    assert!(!body.contains("sara"), "{body}");
}

#[tokio::test]
async fn requests_are_bounded_in_number() {
    let (router, registry) = router(Settings {
        in_flight_max: 1,
        ..Settings::default()
    });
    let slow = tokio::spawn(router.clone().oneshot(request("GET", "/slow", &[], "")));
    tokio::task::yield_now().await;
    let (status, headers, _) = send(&router, request("GET", "/ask/1", &[], "")).await;
    assert_eq!(
        (status.as_u16(), &headers["retry-after"]),
        (503, &"1".parse().unwrap())
    );
    assert!(
        registry
            .render()
            .unwrap()
            .contains("yekta_http_requests_in_flight 1")
    );
    // A client that goes makes room.
    slow.abort();
    assert!(slow.await.unwrap_err().is_cancelled());
    assert_eq!(
        send(&router, request("GET", "/ask/1", &[], "")).await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_request_is_bounded_in_time() {
    let (router, _) = router(Settings {
        request_timeout: Duration::from_millis(1),
        ..Settings::default()
    });
    let (status, headers, body) = send(&router, request("GET", "/slow", &[], "")).await;
    assert_eq!(
        (status.as_u16(), &headers["retry-after"]),
        (503, &"1".parse().unwrap())
    );
    assert!(body.contains("timed_out"), "{body}");
}

#[tokio::test]
async fn a_request_has_an_id_and_is_counted_under_its_template() {
    let (router, registry) = router(Settings::default());
    let (_, headers, _) = send(
        &router,
        request("GET", "/ask/phone:+98", &[("x-request-id", "r-7")], ""),
    )
    .await;
    assert_eq!(headers["x-request-id"], "r-7");
    for odd in ["", "a b", &"x".repeat(129)] {
        let (_, headers, _) = send(&router, request("GET", "/ask/1", &[("x-request-id", odd)], "")).await;
        assert_eq!(headers["x-request-id"].len(), 36, "{odd}");
    }
    send(&router, request("GET", "/nothing/+98", &[], "")).await;
    let text = registry.render().unwrap();
    assert!(
        text.contains(r#"yekta_http_requests_total{method="GET",route="/ask/{who}",status="2xx"} 4"#),
        "{text}"
    );
    assert!(text.contains(r#"route="none",status="4xx"} 1"#), "{text}");
    assert!(!text.contains("+98"), "{text}");
}
