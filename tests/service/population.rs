//! How many profiles a service says there are, and how large it says its folder is.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    api::Api,
    measured::sample,
    process::{Service, printed, serve, wait_for, yekta},
};

/// Something that happened on a device, with whoever is logged in there.
fn event(device: u8, name: &str, user: Option<&str>) -> Value {
    let mut identifiers = vec![json!({"kind": "device_id", "value": format!("d-{device}")})];
    identifiers.extend(user.map(|user| json!({"kind": "user_id", "value": user, "trust": "verified"})));
    json!({"id": format!("{name}-{device}"), "channel": "mobile", "type": name, "source": "app", "identifiers": identifiers})
}

fn started(folder: &Path, has_rules: bool) -> Service {
    let mut command = serve(folder);
    if has_rules {
        let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/config/rules");
        command.env("YEKTA_DECIDE__RULES", rules);
    }
    Service::of(command)
}

/// Waits until the service says so many: at a start they are counted first.
fn are(service: &Service, expected: u8) {
    let api = Api::of(&service.url);
    wait_for(&format!("{expected} profiles"), || {
        let told = sample(&api.text("/metrics"), "yekta_engine_profiles");
        (told.to_string() == expected.to_string()).then_some(())
    });
}

#[test]
fn profiles_are_counted_whatever_becomes_of_them_with_rules_and_without() {
    for has_rules in [false, true] {
        let data = tempfile::tempdir().unwrap();
        let service = started(data.path(), has_rules);
        let send = |service: &Service, events: Value| Api::of(&service.url).post("/v1/events", &events);
        let seen: Vec<Value> = (1..=5).map(|device| event(device, "Page Viewed", None)).collect();
        send(&service, Value::from(seen));
        are(&service, 5);
        // Two devices of one customer are one profile.
        for device in [1, 2] {
            send(&service, event(device, "Signed In", Some("u-1")));
        }
        are(&service, 4);
        service.stop();

        let service = started(data.path(), has_rules);
        are(&service, 4);
        let mut erase = yekta(["erase", "user_id:u-1", "--url"]);
        erase.arg(&service.url);
        printed(erase, b"");
        are(&service, 3);
        // Killed, it is counted by what is in the journal.
        send(&service, event(6, "Page Viewed", None));
        are(&service, 4);
        service.running.kill();
        // Where rules come or go, too.
        let service = started(data.path(), !has_rules);
        are(&service, 4);
        send(&service, event(7, "Page Viewed", None));
        are(&service, 5);
        service.stop();
    }
}

#[test]
fn the_folder_is_measured() {
    let data = tempfile::tempdir().unwrap();
    let service = started(data.path(), false);
    Api::of(&service.url).post("/v1/events", &event(1, "Page Viewed", None));
    service.stop();
    // What is measured first is what the last one left.
    let service = started(data.path(), false);
    let api = Api::of(&service.url);
    let told = |name: &str| sample(&api.text("/metrics"), name);
    for name in ["yekta_store_bytes", "yekta_journal_bytes"] {
        wait_for(name, || (told(name) > 0.0).then_some(()));
    }
    // Written out by whoever stopped, and nothing came since.
    assert!(api.text("/metrics").contains("\nyekta_store_behind_bytes "));
    service.stop();
}
