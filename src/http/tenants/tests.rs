//! The routes of a process of several tenants: what is described of them, whom they let in, and what of a change is told.

use std::{collections::BTreeSet, sync::Arc};

use axum::body::to_bytes;
use tokio::sync::mpsc;

use super::{administration::table, *};
use crate::{
    api::guard::{Credentials, Guard},
    domain::{role::Role, time::Timestamp},
    http::{settings::Settings, switch},
    telemetry::HttpMetrics,
    wire::digest::Digest,
};

/// A process whose administrator and agent have keys, or where nobody has one.
struct Process {
    tenants: Tenants,
    router: Router,
    changes: mpsc::Receiver<Change>,
}

impl Process {
    fn new(has_keys: bool) -> Self {
        let mut credentials = Credentials::default();
        if has_keys {
            credentials.key(Digest::of(b"of-the-operator"), "operator", Role::Admin);
            credentials.key(Digest::of(b"of-the-desk"), "desk", Role::Agent);
        }
        let settings = Settings {
            guard: Guard::new(credentials, BTreeMap::new(), || Timestamp::MIN),
            ..Settings::default()
        };
        let registry = Registry::new("1").unwrap();
        let metrics = HttpMetrics::register(&registry).unwrap();
        let tenants = Tenants::new(registry);
        let (sent, changes) = mpsc::channel(4);
        let administration = Administration {
            settings: Arc::new(settings),
            metrics,
            changes: sent,
        };
        Self {
            router: tenants.router(administration, Router::new()),
            tenants,
            changes,
        }
    }

    /// What is answered to whoever shows a key.
    async fn asked(&self, [method, path]: [&str; 2], key: &str, body: &str) -> (u16, Value) {
        let mut request = Request::builder().method(method).uri(path);
        if !key.is_empty() {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = answered(self.router.clone(), request).await;
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// What is answered to the operator, who asks for a change of which this becomes.
    async fn changed(&mut self, method: &str, became: Result<Changed, Refused>) -> (u16, Value) {
        let Self { router, changes, .. } = self;
        let request = Request::builder().method(method).uri("/v1/tenants/shop");
        let request = request.header("authorization", "Bearer of-the-operator");
        let request = request.body(Body::from("a text")).unwrap();
        let asking = answered(router.clone(), request);
        let carrying_out = async {
            let change = changes.recv().await.unwrap();
            assert_eq!(change.name, "shop");
            match change.wanted {
                Wanted::Text(text) => assert_eq!((method, text.expose()), ("PUT", "a text")),
                Wanted::Nothing => assert_eq!(method, "DELETE"),
            }
            change.asking.answer.send(became).unwrap();
        };
        let (response, ()) = tokio::join!(asking, carrying_out);
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }
}

/// A tenant that says that it is ready.
fn ready() -> Router {
    Router::new().route(READY, get(async || "ready"))
}

fn description() -> Value {
    serde_json::from_str(OPENAPI).unwrap()
}

#[tokio::test]
async fn what_is_described_is_what_is_answered() {
    let process = Process::new(true);
    let description = description();
    let mut described = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = method.to_uppercase();
            let (status, _) = process.asked([&method, path], "", "").await;
            let is_open = operation["security"].is_null();
            assert_eq!(status, if is_open { 200 } else { 401 }, "{method} {path}");
            if !is_open {
                described.insert((method, path.clone()));
            }
        }
    }
    let routed = table().map(|(method, path, _)| (method.to_string(), path.to_owned()));
    assert_eq!(described, BTreeSet::from(routed));
    let (status, problem) = process
        .asked(["POST", "/v1/tenants"], "of-the-operator", "")
        .await;
    assert_eq!((status, &problem["code"]), (405, &json!("method_not_allowed")));
    for path in ["/v1/tenants/a/b", "/v1/tenants/", "/v1/events", "/v1"] {
        let (status, problem) = process.asked(["GET", path], "of-the-operator", "").await;
        assert_eq!((status, &problem["code"]), (404, &json!("no_tenant")), "{path}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let description = description();
    let references = OPENAPI.split("\"$ref\": \"#").skip(1);
    let references: BTreeSet<&str> = references.filter_map(|rest| rest.split('"').next()).collect();
    assert!(references.len() > 4, "{references:?}");
    for pointer in references {
        assert!(description.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
}

#[tokio::test]
async fn an_administrator_of_the_process_is_let_in_and_nobody_else() {
    let process = Process::new(true);
    process.tenants.show("shop", ready(), None);
    for (key, expected) in [
        ("", 401),
        ("of-a-stranger", 401),
        ("of-the-desk", 403),
        ("of-the-operator", 200),
    ] {
        for path in ["/v1/tenants", "/v1/tenants/shop"] {
            let (status, _) = process.asked(["GET", path], key, "").await;
            assert_eq!(status, expected, "{key} at {path}");
        }
    }
}

/// On loopback, as long as nobody has to be kept out of a tenant.
#[tokio::test]
async fn without_keys_everybody_is_let_in_until_somebody_has_one() {
    let process = Process::new(false);
    assert_eq!(process.asked(["GET", "/v1/tenants"], "", "").await.0, 200);
    process.tenants.guard();
    for method in ["GET", "PUT", "DELETE"] {
        let (status, problem) = process.asked([method, "/v1/tenants/shop"], "any", "").await;
        assert_eq!(
            (status, &problem["code"]),
            (401, &json!("unauthorized")),
            "{method}"
        );
    }
}

#[tokio::test]
async fn each_tenant_is_told_as_it_fares() {
    let process = Process::new(true);
    process.tenants.show("shop", ready(), None);
    process.tenants.show("bank", switch::closed(), None);
    process.tenants.show("airline", ready(), None);
    let told = |name: &str, status: &str, problem: Value| {
        let path = format!("/t/{name}");
        json!({"name": name, "path": path, "status": status, "problem": problem})
    };
    for name in ["airline", "Garden"] {
        process.tenants.judge(name, Some("it is ill".to_owned()));
    }
    let expected = json!({"tenants": [
        told("Garden", "refused", json!("it is ill")),
        told("airline", "refused", json!("it is ill")),
        told("bank", "starting", Value::Null),
        told("shop", "ready", Value::Null),
    ]});
    let all = process.asked(["GET", "/v1/tenants"], "of-the-operator", "").await;
    assert_eq!(all, (200, expected));
    process.tenants.judge("airline", None);
    let one = process
        .asked(["GET", "/v1/tenants/airline"], "of-the-operator", "")
        .await;
    assert_eq!(one, (200, told("airline", "ready", Value::Null)));
    process.tenants.judge("Garden", None);
    process.tenants.hide("airline");
    for name in ["Garden", "airline", "nobody"] {
        let path = format!("/v1/tenants/{name}");
        let (status, problem) = process.asked(["GET", &path], "of-the-operator", "").await;
        assert_eq!((status, &problem["code"]), (404, &json!("no_tenant")), "{name}");
    }
}

#[tokio::test]
async fn what_became_of_a_change_is_told() {
    let mut process = Process::new(true);
    process.tenants.show("shop", ready(), None);
    let told = json!({"name": "shop", "path": "/t/shop", "status": "ready", "problem": null});
    assert_eq!(
        process.changed("PUT", Ok(Changed::Added)).await,
        (201, told.clone())
    );
    assert_eq!(process.changed("PUT", Ok(Changed::Replaced)).await, (200, told));
    assert_eq!(
        process.changed("DELETE", Ok(Changed::Removed)).await,
        (204, Value::Null)
    );
    for (method, became, expected) in [
        ("DELETE", Ok(Changed::Missing), (404, "no_tenant")),
        ("PUT", Err(Refused::Away), (503, "tenants_away")),
        ("DELETE", Err(Refused::Stopping), (503, "stopped")),
        (
            "PUT",
            Err(Refused::Failed("at /secret/place".to_owned())),
            (500, "internal"),
        ),
    ] {
        let (status, problem) = process.changed(method, became).await;
        assert_eq!((status, problem["code"].as_str().unwrap()), expected);
        assert!(!problem.to_string().contains("/secret/place"), "{problem}");
    }
    let problems = vec!["one".to_owned(), "another".to_owned()];
    let (status, problem) = process
        .changed("PUT", Err(Refused::Unusable(problems.clone())))
        .await;
    assert_eq!((status, &problem["code"]), (422, &json!("bad_tenant")));
    assert_eq!(problem["problems"], json!(problems));
}

#[tokio::test]
async fn what_cannot_be_a_file_changes_nothing() {
    let mut process = Process::new(true);
    let text = "#".repeat((256 << 10) + 1);
    let (status, problem) = process
        .asked(["PUT", "/v1/tenants/shop"], "of-the-operator", &text)
        .await;
    assert_eq!((status, &problem["code"]), (413, &json!("too_large")));
    let request = Request::put("/v1/tenants/shop").header("authorization", "Bearer of-the-operator");
    let request = request.body(Body::from(vec![0xff, 0xfe])).unwrap();
    let response = answered(process.router.clone(), request).await;
    assert_eq!(response.status().as_u16(), 422);
    assert!(process.changes.try_recv().is_err(), "something is to change");
}

/// A change that nobody carries out any more.
#[tokio::test]
async fn a_process_that_stops_changes_nothing() {
    let mut process = Process::new(true);
    process.changes.close();
    let (status, problem) = process
        .asked(["DELETE", "/v1/tenants/shop"], "of-the-operator", "")
        .await;
    assert_eq!((status, &problem["code"]), (503, &json!("stopped")));
}
