//! The configuration that operators begin with: one event goes through from a channel to a reader, each of whom may do
//! what they need and nothing else.

use async_nats::ConnectOptions;
use serde_json::{Value, json};

use crate::{
    broker::{Broker, EVENTS, JOURNAL, OUT},
    process::{Service, printed, wait_for, yekta},
    server::NatsServer,
    serving::{serve_on, wait_until_ready},
    streams,
};

const CONF: &str = include_str!("../../config/examples/nats-server.conf");
const PASSWORDS: [(&str, &str); 3] = [
    ("YEKTA_PASSWORD", "of-yekta"),
    ("YEKTA_CHANNEL_PASSWORD", "of-channel"),
    ("YEKTA_READER_PASSWORD", "of-reader"),
];

fn connected(server: &NatsServer, user: &str) -> Broker {
    let options = ConnectOptions::with_user_and_password(user.to_owned(), format!("of-{user}"));
    let options = match user {
        "yekta" => options,
        other => options.custom_inbox_prefix(format!("_INBOX_{other}")),
    };
    Broker::with(server, options)
}

fn event(id: &str) -> Value {
    json!({"id": id, "source": "web/shop", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "u-1"}]})
}

#[test]
fn an_event_goes_through_and_nobody_may_do_more_than_they_need() {
    let (server, data) = (
        NatsServer::within(CONF, &[], &PASSWORDS),
        tempfile::tempdir().unwrap(),
    );
    let mut command = serve_on(&server, data.path());
    command
        .env("YEKTA_NATS__USER", "yekta")
        .env("YEKTA_NATS__PASSWORD", "of-yekta");
    let service = Service::of(command);
    let [owner, channel, reader] = ["yekta", "channel", "reader"].map(|user| connected(&server, user));
    channel.tell(&event("e-1"));
    let update = &reader.read(streams::of(OUT, "yekta.v1.default.profile.updated.*"), 1)[0].json();
    let id = update["profile"].as_str().unwrap();
    wait_for("the entry", || reader.entry(id).filter(|entry| entry == update));
    assert_eq!(reader.keys(), [id]);
    let profile = reader.ask("q.profile", &json!({"who": "user_id:u-1"}));
    assert_eq!(profile, update["document"]);
    wait_until_ready(&service.url);

    let before = (owner.last_sequence(JOURNAL), owner.last_sequence(EVENTS));
    for broker in [&channel, &reader] {
        for subject in [
            "yekta.v1.default.j.commit".to_owned(),
            format!("yekta.v1.default.j.profile.updated.{id}"),
            format!("$KV.YEKTA_PROFILES_default.{id}"),
            format!("yekta.v1.default.profile.updated.{id}"),
        ] {
            assert_eq!(broker.try_publish(&subject, &[], "{}"), None, "{subject}");
        }
        let consent = json!({"who": id, "consent": {"sms": {"marketing": "granted"}}});
        assert_eq!(broker.try_ask("c.consent", &consent), None);
    }
    let elsewhere = "yekta.v1.another.event.web.page_viewed";
    assert_eq!(channel.try_publish(elsewhere, &[], "{}"), None);
    let own = "yekta.v1.default.event.web.page_viewed";
    assert_eq!(reader.try_publish(own, &[], "{}"), None);
    assert_eq!(channel.try_ask("q.profile", &json!({"who": id})), None);
    let after = (owner.last_sequence(JOURNAL), owner.last_sequence(EVENTS));
    assert_eq!(before, after);
    let entry = reader.entry(id);
    assert_eq!(entry.as_ref(), Some(update));

    // Whoever is erased goes from every stream, which nobody else may change.
    let mut erase = yekta([
        "erase",
        "user_id:u-1",
        "--now",
        "--wait",
        "230",
        "--json",
        "--url",
    ]);
    erase.arg(&service.url);
    let receipt: Value = serde_json::from_str(&printed(erase, b"")).unwrap();
    assert!(receipt["gone_at"].is_string(), "{receipt}");
    wait_for("the entry to go", || reader.keys().is_empty().then_some(()));

    service.stop();
    let mut again = serve_on(&server, data.path());
    again
        .env("YEKTA_NATS__USER", "yekta")
        .env("YEKTA_NATS__PASSWORD", "of-yekta");
    Service::of(again).stop();
}
