//! Who is one person, said and taken back over NATS; and the bucket that follows.

use serde_json::{Value, json};

use crate::{broker::Broker, process::wait_for, server::NatsServer, serving::start_ready};

/// A record that a clerk took down, of somebody without an identifier.
fn walk_in(id: &str, first_name: &str) -> Value {
    json!({"id": id, "source": "test", "channel": "store", "type": "Profile Updated",
        "time": "2026-11-21T10:00:00Z", "identifiers": [], "traits": {"first_name": first_name, "city": "Tehran"}})
}

/// Waits until the bucket has so many profiles; their ids, sorted.
fn wait_for_entries(broker: &Broker, count: usize) -> Vec<String> {
    wait_for("the bucket to follow", || {
        let mut keys = broker.keys();
        keys.sort_unstable();
        (keys.len() == count).then_some(keys)
    })
}

#[test]
fn a_steward_merges_and_undoes_over_nats_and_the_bucket_follows() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let service = start_ready(&server, data.path());
    let broker = Broker::of(&server);
    broker.tell_all(&[walk_in("1", "Sara"), walk_in("2", "Sarah"), walk_in("3", "Kaveh")]);
    let before = wait_for_entries(&broker, 3);
    let sara = |name: &str| {
        let is_called = |id: &&String| broker.entry(id).unwrap()["document"]["traits"]["first_name"] == name;
        before.iter().find(is_called).unwrap().clone()
    };
    let two = json!({"a": sara("Sara"), "b": sara("Sarah"), "by": "clerk 7", "why": "one card"});
    let apart = broker.ask("q.explain", &two);
    assert_eq!(
        (&apart["one"], &apart["profiles"]),
        (&json!(false), &json!([two["a"], two["b"]]))
    );
    let said = broker.ask("c.merge", &two);
    assert_eq!(said["profiles"].as_array().map(Vec::len), Some(1));
    let one = broker.ask("q.explain", &two);
    assert_eq!(
        (&one["one"], &one["evidence"][0]["reason"]),
        (&json!(true), &json!("said"))
    );
    wait_for_entries(&broker, 2);
    broker.ask("c.undo", &json!({"word": said["word"]}));
    assert_eq!(wait_for_entries(&broker, 3), before);
    broker.ask("c.undo", &json!({"event": {"source": "test", "id": "3"}}));
    wait_for_entries(&broker, 2);
    let kept = broker.ask("c.separate", &two);
    assert_eq!(kept["profiles"].as_array().map(Vec::len), Some(2));
    let refusal = broker
        .ask_by(None, "c.undo", &json!({"word": "none"}))
        .unwrap_err();
    assert!(
        refusal.0 == 404 && refusal.1.starts_with("nothing_to_undo: "),
        "{refusal:?}"
    );
    assert_eq!(broker.ask("q.matches", &json!({}))["matches"], json!([]));
    service.stop();
}
