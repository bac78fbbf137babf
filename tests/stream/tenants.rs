//! Two tenants of one process on one nats-server: each reads what is published for it, answers of its own, and keeps a
//! journal of its own.

use std::{fmt::Write as _, fs, path::Path, process::Command, time::Duration};

use serde_json::{Value, json};
use yekta::wire::digest::Digest;

use crate::{
    broker::{Broker, Refusal, asking, said},
    process::{Service, wait_for},
    server::NatsServer,
    serving::{serve_on, wait_until_ready},
    streams,
};

const SHOP: &str = "shop";
const AIRLINE: &str = "airline";
/// How many events each is told of the same customer.
const COUNTS: [(&str, usize); 2] = [(SHOP, 3), (AIRLINE, 2)];
const ANSWER_WAIT: Duration = Duration::from_secs(10);

fn key_of(tenant: &str, name: &str) -> String {
    format!("a-key-of-{tenant}-{name}-0123456789")
}

/// A process of two tenants, each with a key that sends and one that asks.
fn serve_both(server: &NatsServer, folder: &Path) -> Command {
    let tenants = folder.join("tenants");
    fs::create_dir_all(&tenants).unwrap();
    for tenant in [SHOP, AIRLINE] {
        let mut file = String::new();
        for (name, may) in [("sender", "channel = \"web\""), ("admin", "role = \"admin\"")] {
            let digest = Digest::of(key_of(tenant, name).as_bytes());
            writeln!(file, "[keys.{name}]\n{may}\nsha256 = \"{digest}\"").unwrap();
        }
        fs::write(tenants.join(format!("{tenant}.toml")), file).unwrap();
    }
    let config = folder.join("yekta.toml");
    fs::write(&config, format!("[tenants]\ndir = {tenants:?}\n")).unwrap();
    let mut command = serve_on(server, &folder.join("data"));
    command.arg("--config").arg(config);
    command
}

fn start(server: &NatsServer, folder: &Path) -> Service {
    let service = Service::of(serve_both(server, folder));
    wait_until_ready(&service.url);
    service
}

/// What somebody does; the ids are the same wherever it is told, the traits the tenant's. All claim to be the airline's.
fn event(tenant: &str, id: &str) -> Value {
    json!({"id": id, "source": "web/pages", "channel": "web", "type": "Page Viewed", "tenant": AIRLINE,
        "identifiers": [{"kind": "user_id", "value": "mina", "trust": "verified"}],
        "traits": {"first_name": format!("mark-of-{tenant}")}})
}

/// What a tenant answers to whoever shows `key`.
fn asked(broker: &Broker, [tenant, key]: [&str; 2], call: &str, body: &Value) -> Result<Value, Refusal> {
    let request = asking(Some(key), body).timeout(Some(ANSWER_WAIT));
    let subject = format!("yekta.v1.{tenant}.{call}");
    let answered = broker.client.send_request(subject, request);
    let answer = broker.runtime.block_on(answered).unwrap();
    said(&answer)
}

/// The customer as the tenant knows them.
fn known(broker: &Broker, tenant: &str) -> Result<Value, Refusal> {
    let who = json!({"who": "user_id:mina"});
    asked(broker, [tenant, &key_of(tenant, "admin")], "q.profile", &who)
}

fn wait_until_counted(broker: &Broker, tenant: &str, count: usize) -> Value {
    wait_for("the events of a tenant", || {
        let profile = known(broker, tenant).ok()?;
        (profile["counters"]["events"].as_u64()? >= u64::try_from(count).unwrap()).then_some(profile)
    })
}

/// The status and the answer to an event that is posted and waited for.
fn posted(service: &Service, tenant: &str, event: &Value) -> (u16, Value) {
    let url = format!("{}/t/{tenant}/v1/events?wait=commit", service.url);
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None);
    let request = config.build().new_agent().post(url);
    let request = request.header("authorization", format!("Bearer {}", key_of(tenant, "sender")));
    let mut answer = request.send(event.to_string()).unwrap();
    let body = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), serde_json::from_str(&body).unwrap())
}

/// Fails where a tenant's streams hold anything that is not its own.
fn check_streams(broker: &Broker, tenant: &str, own: &str, [other, foreign]: [&str; 2]) {
    let prefix = format!("yekta.v1.{tenant}.");
    for stream in [
        format!("YEKTA_JOURNAL_{tenant}"),
        format!("YEKTA_OUT_{tenant}"),
        format!("KV_YEKTA_PROFILES_{tenant}"),
    ] {
        // The bucket follows the journal.
        wait_for("a message of a tenant", || broker.last_of(&stream, ">"));
        let messages = broker.read_all(streams::of(&stream, ">"));
        for message in &messages {
            let is_entry = message.subject.starts_with("$KV.");
            assert!(
                message.subject.starts_with(&prefix) || is_entry,
                "{} in {stream}",
                message.subject
            );
            let told = format!("{} {}", message.subject, String::from_utf8_lossy(&message.body));
            for what in [foreign, &format!("mark-of-{other}")] {
                assert!(!told.contains(what), "{what} in {stream}: {told}");
            }
        }
        if !stream.contains("JOURNAL") {
            let is_own = |message: &streams::Stored| message.subject.contains(own);
            assert!(messages.iter().any(is_own), "nothing of {tenant} in {stream}");
        }
    }
    for subject in &broker.stream(&format!("YEKTA_JOURNAL_{tenant}")).config.subjects {
        assert!(subject.starts_with(&prefix), "{subject} comes to {tenant}");
    }
}

/// Fails where one's keys, ids or codes are of any worth at another.
fn check_questions(broker: &Broker, tenant: &str, [other, foreign]: [&str; 2]) {
    let admin = key_of(tenant, "admin");
    let calls = [
        ("q.profile", json!({"who": foreign})),
        ("q.timeline", json!({"who": foreign})),
        ("q.identity", json!({"who": foreign})),
        ("c.qr.mint", json!({"profile": foreign, "purpose": "lookup"})),
    ];
    for (call, body) in calls {
        let (code, _) = asked(broker, [tenant, &admin], call, &body).unwrap_err();
        assert_eq!(code, 404, "{call}");
        for key in [admin.as_str(), "nobodys-key-0123456789"] {
            let (code, _) = asked(broker, [other, key], call, &body).unwrap_err();
            assert!(matches!(code, 401 | 403), "{call}: {code}");
        }
    }
    let whose = json!({"profile": foreign, "purpose": "lookup", "request_id": "mint-1"});
    let minted = asked(broker, [other, &key_of(other, "admin")], "c.qr.mint", &whose).unwrap();
    let token = json!({"token": minted["token"]});
    let own = asked(broker, [other, &key_of(other, "admin")], "q.qr", &token).unwrap();
    assert_eq!(own["outcome"], "valid", "{own}");
    for call in ["q.qr", "c.qr.redeem"] {
        let read = asked(broker, [tenant, &admin], call, &token).unwrap();
        assert_eq!(read["outcome"], "unknown", "{call}: {read}");
    }
}

#[test]
fn two_tenants_on_one_broker_are_told_of_their_own() {
    let (server, folder) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let service = start(&server, folder.path());
    let broker = Broker::of(&server);
    for number in 0..3 {
        for (tenant, _) in COUNTS.iter().filter(|(_, count)| number < *count) {
            let subject = format!("yekta.v1.{tenant}.event.web.page_viewed");
            broker.publish(&subject, &[], &event(tenant, &format!("e-{number}")).to_string());
        }
    }
    for (tenant, count) in COUNTS {
        wait_until_counted(&broker, tenant, count);
    }
    // The broker knows repeated messages by their ids: what one was told first may be news to another.
    for (tenant, _) in COUNTS {
        let (status, answer) = posted(&service, tenant, &event(tenant, "posted"));
        assert_eq!(
            (status, &answer["accepted"]),
            (200, &json!(1)),
            "{tenant}: {answer}"
        );
    }
    let profiles = COUNTS.map(|(tenant, count)| {
        let profile = wait_until_counted(&broker, tenant, count + 1);
        assert_eq!(profile["counters"]["events"], count + 1, "{tenant}: {profile}");
        assert_eq!(profile["traits"]["first_name"], format!("mark-of-{tenant}"));
        // What is published follows the commit.
        let out = format!("YEKTA_OUT_{tenant}");
        let filter = format!("yekta.v1.{tenant}.profile.>");
        broker.read_until(streams::of(&out, &filter), |message| {
            message.json()["document"]["counters"]["events"] == count + 1
        });
        profile["id"].as_str().unwrap().to_owned()
    });
    let [shop, airline] = profiles.each_ref().map(String::as_str);
    assert_ne!(shop, airline);
    check_streams(&broker, SHOP, shop, [AIRLINE, airline]);
    check_streams(&broker, AIRLINE, airline, [SHOP, shop]);
    check_questions(&broker, SHOP, [AIRLINE, airline]);
    check_questions(&broker, AIRLINE, [SHOP, shop]);
    service.stop();

    // Each goes on from its own journal.
    let service = start(&server, folder.path());
    for ((tenant, _), id) in COUNTS.iter().zip(&profiles) {
        assert_eq!(&known(&broker, tenant).unwrap()["id"], id);
        // An answer that comes before the commit does not say what was known.
        let again = wait_for("a repeated event to be committed", || {
            let (_, answer) = posted(&service, tenant, &event(tenant, "posted"));
            (answer["status"] == "committed").then_some(answer)
        });
        assert_eq!(again["accepted"], 0, "{tenant}: {again}");
    }
    service.stop();
}
