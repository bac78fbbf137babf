//! Segment's interface, as its own and RudderStack's SDKs call it.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use crate::{
    http::{Http, body::Named, failure::Failure, posted::Posted, routes::ingest},
    wire::{self, Call, Shape, out::answer::Ingested},
};

/// Takes one message of `call`, or a batch.
pub(crate) async fn message(call: Call, http: Http, posted: Posted) -> Result<Json<Ingested>, Failure> {
    ingest::take(&http, posted, |_, body| {
        wire::Posted::Body(Shape::Segment(call), body)
    })
    .await
}

/// Measurements of the SDKs about themselves: taken, and not kept.
pub(crate) async fn metrics(_: Posted) -> Json<Value> {
    Json(json!({"success": true}))
}

/// The least that `RudderStack`'s SDKs want to know: they send, to nobody else, and report nothing about themselves.
pub(crate) async fn source_config() -> Json<Value> {
    let off = json!({"enabled": false});
    Json(json!({
        "source": {
            "id": "yekta", "name": "yekta", "workspaceId": "yekta", "enabled": true, "destinations": [],
            "config": {"statsCollection": {"errors": off, "metrics": off}},
        },
    }))
}

/// The least that web and mobile SDKs want to know before they send: where to, and that there is nothing else.
pub(crate) async fn settings(State(http): State<Http>, Named(key): Named<String>) -> Json<Value> {
    let url = &http.api.limits.public_url;
    let (protocol, host) = url.split_once("://").unwrap_or(("http", url));
    let segment = json!({"apiKey": key, "apiHost": format!("{host}/v1"), "protocol": protocol});
    Json(json!({
        "integrations": {"Segment.io": segment},
        "plan": {},
        "metrics": {"sampleRate": 0},
    }))
}
