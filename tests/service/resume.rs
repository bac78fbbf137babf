//! A subscriber who goes and comes back: nothing is lost and nothing is told twice.

use serde_json::json;

use crate::{api::Api, process::Service, updates::Updates};

const VISITS: u64 = 30;

#[test]
fn a_subscriber_goes_on_where_it_was() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    let api = Api::of(&service.url);
    let visit = |number: u64| {
        let event = json!({
            "id": format!("v-{number}"), "channel": "web", "type": "Page Viewed", "source": "web/shop",
            "time": "2026-11-22T10:15:00Z", "identifiers": [{"kind": "user_id", "value": "u-1"}],
        });
        assert_eq!(api.post("/v1/events", &event)["accepted"], 1);
    };
    let mut versions = Vec::new();
    let mut last = 0;
    let mut read = |url: &str, count: usize| {
        let mut updates = Updates::after(url, "updates", last);
        for _ in 0..count {
            let message = updates.next();
            assert!(message.id > last);
            last = message.id;
            versions.push(message.data["version"].as_u64().unwrap());
        }
    };
    (0..10).for_each(visit);
    // Leaves in the middle of what there is, comes back to what was sent meanwhile, and again after a restart.
    read(&service.url, 4);
    (10..20).for_each(visit);
    read(&service.url, 9);
    (20..VISITS).for_each(visit);
    service.stop();
    let service = Service::start(data.path());
    read(&service.url, 17);
    assert_eq!(versions, (1..=VISITS).collect::<Vec<_>>());
}

#[test]
fn a_subscriber_is_told_while_it_waits() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    let mut updates = Updates::after(&service.url, "updates,context", 0);
    let event = json!({
        "id": "v-1", "channel": "web", "type": "Page Viewed", "source": "web/shop",
        "identifiers": [{"kind": "user_id", "value": "u-1"}],
    });
    Api::of(&service.url).post("/v1/events", &event);
    let told = [updates.next(), updates.next()].map(|message| message.stream);
    assert_eq!(told, ["updates", "context"]);
}
