//! What is posted over HTTP beside a broker: in the stream when it is answered, committed when that was asked for.

use serde_json::{Value, json};

use crate::{
    api::Api,
    broker::{Broker, EVENTS},
    process::wait_for,
    server::NatsServer,
    serving::start_ready,
};

fn event(id: &str) -> Value {
    json!({"id": id, "source": "web/shop", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "u-1"}]})
}

#[test]
fn a_posted_body_is_in_the_stream_when_it_is_answered() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let service = start_ready(&server, data.path());
    let (api, broker) = (Api::of(&service.url), Broker::of(&server));
    let mut answer = api.post("/v1/events", &json!([event("e-1"), event("e-2"), {"id": "bad"}]));
    assert!(
        broker.last_sequence(EVENTS) >= 2,
        "it was answered before it was stored"
    );
    let rejected = answer["rejected"].take();
    assert_eq!(
        answer,
        json!({"success": true, "status": "queued", "accepted": 2, "duplicates": null, "rejected": null,
            "position": null})
    );
    assert_eq!(
        (rejected.as_array().unwrap().len(), &rejected[0]["index"]),
        (1, &json!(2))
    );
    broker.wait_until_consumed();
    assert_eq!(api.profile("user_id", "u-1")["counters"]["events"], 2);
    // What was refused is kept once.
    let refused = api.get("/v1/rejections");
    assert_eq!(refused["rejections"].as_array().unwrap().len(), 1, "{refused}");

    let track = json!({"messageId": "m-1", "userId": "u-1", "event": "Product Viewed"});
    assert_eq!(api.post("/v1/track", &track)["status"], "queued");
    wait_for("the Segment event", || {
        (api.profile("user_id", "u-1")["counters"]["events"] == 3).then_some(())
    });
    service.stop();
}

#[test]
fn whoever_waits_for_the_commit_gets_the_whole_answer() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let service = start_ready(&server, data.path());
    let api = Api::of(&service.url);
    let body = json!([event("e-1"), event("e-2"), {"id": "bad"}]);
    let answer = api.post("/v1/events?wait=commit", &body);
    assert_eq!(
        (&answer["status"], &answer["accepted"], &answer["duplicates"]),
        (&json!("committed"), &json!(2), &json!(0)),
        "{answer}"
    );
    assert_eq!(answer["rejected"][0]["index"], 2);
    // The position can be waited for, and shows what was written.
    let position = answer["position"].as_u64().unwrap();
    let profile = api.get(&format!("/v1/profiles/user_id:u-1?min_position={position}"));
    assert_eq!(profile["counters"]["events"], 2);
    let again = api.post("/v1/events?wait=commit", &json!([event("e-1"), event("e-3")]));
    assert_eq!(
        (&again["accepted"], &again["duplicates"]),
        (&json!(1), &json!(1)),
        "{again}"
    );
    assert!(again["position"].as_u64().unwrap() > position);
    service.stop();
}
