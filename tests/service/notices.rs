//! What subscribers are told of ids that end.

use serde_json::{Value, json};

use crate::{api::Api, process::Service, updates::Updates};

fn event(id: &str, name: &str, time: &str, user: Option<&str>) -> Value {
    let mut identifiers = vec![json!({"kind": "device_id", "value": "d-1"})];
    identifiers.extend(user.map(|user| json!({"kind": "user_id", "value": user, "trust": "verified"})));
    json!({
        "id": id, "channel": "mobile", "type": name, "source": "app", "time": time, "identifiers": identifiers,
    })
}

/// Two log-ins of one batch, the later told first: what nobody owned goes to the one and from there to the other.
#[test]
fn an_id_that_ends_is_told_however_far_its_events_went() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    let api = Api::of(&service.url);
    let send = |events: &[Value]| api.post("/v1/events", &Value::from(events.to_vec()));
    send(&[event("e-1", "Page Viewed", "2026-11-20T08:00:00Z", None)]);
    let nobody = api.profile("device_id", "d-1")["id"].clone();
    send(&[
        event("e-2", "Signed In", "2026-11-20T10:00:00Z", Some("u-late")),
        event("e-3", "Signed In", "2026-11-20T09:00:00Z", Some("u-early")),
    ]);
    let survivor = api.profile("user_id", "u-early");
    assert_eq!(survivor["counters"]["events"], 2);
    // A dead letter ends what there is to read.
    api.post("/v1/events", &json!([{"id": "the-end"}]));
    let told = Updates::after(&service.url, "updates,dlq", 0).until(|message| message.stream == "dlq");
    let notice = told.iter().find(|message| message.data["kind"] == "merged");
    let notice = &notice.expect("nobody is told that an id ended").data;
    assert_eq!(notice["from"], json!([nobody]));
    assert_eq!(notice["into"], json!([survivor["id"]]));
    let former = api.get(&format!("/v1/profiles/{}", nobody.as_str().unwrap()));
    assert_eq!(former["id"], survivor["id"]);
}
