//! The examples that deliver, as their users run them, against a service that is not there: one that tells the same action
//! twice, answers now and then that it cannot, and notes what it is told.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
    thread,
};

use async_nats::jetstream::{consumer::pull::Config as PullConfig, stream::Config};
use serde_json::{Value, json};

use crate::{
    broker::{Broker, OUT},
    installed::{are_there, python, without_proxies},
    process::{PATIENCE, Running, wait_for},
    server::NatsServer,
};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/config/examples/python");
const MINA: &str = "0b54a3c1f2d84e6c9a7b1d2e3f405162";
const GONE: &str = "ffffffffffffffffffffffffffffffff";

/// What was asked of the service and of the webhook, and what they answer.
#[derive(Default)]
struct Noted {
    /// What the stream of updates tells, on each connection from its beginning.
    told: Vec<Value>,
    followed: usize,
    /// How often the webhook was told of an action, by its key.
    sent: BTreeMap<String, Vec<Value>>,
    /// The answers that were taken, in their order.
    answers: Vec<Value>,
    /// How often answers were put off.
    put_off: usize,
}

/// A service, and a webhook, on a port of loopback. Its thread ends with the tests.
struct Stub {
    url: String,
    noted: Arc<Mutex<Noted>>,
}

impl Stub {
    fn start(told: Vec<Value>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let noted = Arc::new(Mutex::new(Noted {
            told,
            ..Noted::default()
        }));
        let shared = Arc::clone(&noted);
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &shared);
            }
        });
        Self { url, noted }
    }

    fn look<T>(&self, look: impl FnOnce(&Noted) -> T) -> T {
        look(&self.noted.lock().unwrap())
    }

    /// How often each action was answered, by the event's id, type and reason.
    fn answered(&self) -> BTreeMap<(String, String, String), usize> {
        let mut answered = BTreeMap::new();
        for event in &self.look(|noted| noted.answers.clone()) {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let key = (
                text(&event["id"]),
                text(&event["type"]),
                text(&event["properties"]["reason"]),
            );
            *answered.entry(key).or_insert(0) += 1;
        }
        answered
    }
}

/// Reads one request and answers it; the connection is closed then.
fn answer(mut stream: TcpStream, noted: &Mutex<Noted>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let Some(request) = lines.next() else { return };
    let headers: BTreeMap<String, String> = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_lowercase(), value.trim().to_owned()))
        })
        .collect();
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    // Whoever was killed in the midst of it wants nothing.
    if reader.read_exact(&mut body).is_err() {
        return;
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let mut words = request.split(' ').skip(1);
    let path = words.next().unwrap();
    let (status, kind, text) = reply(path, &headers, body, &mut noted.lock().unwrap());
    let length = text.len();
    // Whoever was killed meanwhile hears nothing.
    write!(
        stream,
        "HTTP/1.1 {status} OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
    )
    .ok();
}

fn reply(
    path: &str,
    headers: &BTreeMap<String, String>,
    body: Value,
    noted: &mut Noted,
) -> (u16, &'static str, String) {
    let json = |value: Value| (200, "application/json", value.to_string());
    match path.split_once('?').map_or(path, |(path, _)| path) {
        "/v1/updates" => {
            noted.followed += 1;
            let event = |(number, action): (usize, &Value)| {
                format!("id: {number}\nevent: action\ndata: {action}\n\n")
            };
            let told = noted.told.iter().enumerate().map(event).collect();
            (200, "text/event-stream", told)
        }
        "/v1/events" if noted.put_off < 2 => {
            noted.put_off += 1;
            (503, "application/json", "{}".to_owned())
        }
        "/v1/events" => {
            noted.answers.push(body);
            json(json!({"rejected": []}))
        }
        "/send" => {
            let key = headers["idempotency-key"].clone();
            let status = if body["name"] == "broken" { 422 } else { 204 };
            noted.sent.entry(key).or_default().push(body);
            (status, "application/json", String::new())
        }
        path if path.ends_with(MINA) => json(json!({"identifiers": [
            {"kind": "phone", "value": "+989120000000", "trust": "observed"},
            {"kind": "phone", "value": "+989123456789", "trust": "verified"},
            {"kind": "user_id", "value": "mina", "trust": "verified"},
        ]})),
        _ => (404, "application/json", "{}".to_owned()),
    }
}

/// An action about Mina, with what is different of it.
fn action(id: &str, more: Value) -> Value {
    let mut action = json!({"action": id, "kind": "send", "channel": "sms", "name": "order_ready", "purpose": "service",
        "template": "order_ready", "team": null, "priority": 5, "matter": format!("order-{id}"), "flow": "orders",
        "profile": MINA, "version": 3, "decided_at": "2026-11-22T12:00:00Z", "answer_by": null,
        "with": {"order": "o-7"}, "reason": "free", "rule": "none", "evidence": []});
    let more = more.as_object().unwrap().clone();
    action.as_object_mut().unwrap().extend(more);
    action
}

/// One of each kind, and the first twice.
fn actions() -> Vec<Value> {
    vec![
        action("a", json!({})),
        action("broken", json!({"name": "broken"})),
        action("a", json!({})),
        action("late", json!({"answer_by": "2020-01-01T00:00:00Z"})),
        action("nowhere", json!({"channel": "email"})),
        action(
            "ask",
            json!({"kind": "ask", "channel": "web", "purpose": null, "template": null}),
        ),
        action("gone", json!({"profile": GONE})),
        action("last", json!({})),
    ]
}

/// An example that delivers to the stub's webhook and remembers in `file`.
fn deliver(interpreter: &Path, name: &str, stub: &Stub, file: &Path, env: &[(&str, &str)]) -> Running {
    let mut command = Command::new(interpreter);
    without_proxies(&mut command);
    command
        .arg(format!("{EXAMPLES}/{name}.py"))
        .arg(file)
        .args(["--to", &format!("{}/send", stub.url)])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("YEKTA_URL", &stub.url)
        .envs(env.iter().copied());
    Running::start(command)
}

/// Each was delivered once and answered once, as it was.
fn check(stub: &Stub) {
    let answer = |id: &str, name: &str, reason: &str| {
        let key = (format!("answer/{id}"), name.to_owned(), reason.to_owned());
        (key, 1)
    };
    let expected = BTreeMap::from([
        answer("a", "Message Sent", ""),
        answer("broken", "Message Failed", "refused_422"),
        answer("late", "Message Failed", "too_late"),
        answer("nowhere", "Message Failed", "no_address"),
        answer("last", "Message Sent", ""),
    ]);
    assert_eq!(stub.answered(), expected);
    let sent = stub.look(|noted| noted.sent.clone());
    let times: Vec<(&str, usize)> = sent
        .iter()
        .map(|(key, told)| (key.as_str(), told.len()))
        .collect();
    assert_eq!(times, [("a", 1), ("ask", 1), ("broken", 1), ("last", 1)]);
    assert_eq!(sent["a"][0]["to"], "+989123456789");
    let first = stub.look(|noted| noted.answers[0].clone());
    let named = json!([{"kind": "user_id", "value": "mina", "trust": "verified"}]);
    assert_eq!(
        (&first["source"], &first["identifiers"]),
        (&json!("deliver"), &named)
    );
    let properties = json!({"action": "a", "matter": "order-a", "channel": "sms", "purpose": "service",
        "template": "order_ready"});
    assert_eq!(first["properties"], properties);
}

fn wait_for_the_last(stub: &Stub) {
    wait_for("the last action to be answered", || {
        let is_last = |event: &Value| event["id"] == "answer/last";
        stub.look(|noted| noted.answers.iter().any(is_last)).then_some(())
    });
}

#[test]
fn over_http_an_action_is_delivered_and_answered_once() {
    if !are_there(&["python3"]) {
        return;
    }
    let (stub, data) = (Stub::start(actions()), tempfile::tempdir().unwrap());
    let file = data.path().join("deliveries.db");
    let interpreter = PathBuf::from("python3");
    let consumer = deliver(&interpreter, "deliver", &stub, &file, &[]);
    wait_for_the_last(&stub);
    // All of it comes again, on the same process and on the next.
    let again = |seen: usize| {
        wait_for("the stream to be followed again", || {
            stub.look(|noted| noted.followed >= seen + 2).then_some(())
        });
    };
    again(stub.look(|noted| noted.followed));
    drop(consumer);
    let seen = stub.look(|noted| noted.followed);
    let consumer = deliver(&interpreter, "deliver", &stub, &file, &[]);
    again(seen);
    check(&stub);
    drop(consumer);
}

#[test]
fn out_of_jetstream_an_action_is_delivered_and_answered_once() {
    if !are_there(&["python3"]) {
        return;
    }
    let interpreter = python("examples-python", Path::new(EXAMPLES));
    let (server, stub) = (NatsServer::start(), Stub::start(Vec::new()));
    let (broker, data) = (Broker::of(&server), tempfile::tempdir().unwrap());
    let stream = Config {
        name: OUT.to_owned(),
        subjects: vec!["yekta.v1.default.action.>".to_owned()],
        ..Config::default()
    };
    broker
        .runtime
        .block_on(broker.jetstream.create_stream(stream))
        .unwrap();
    let publish = |action: &Value| {
        let text = |name: &str| action[name].as_str().unwrap();
        let (channel, name, profile) = (text("channel"), text("name"), text("profile"));
        let subject = format!("yekta.v1.default.action.{channel}.{name}.{profile}");
        broker.publish(&subject, &[], &action.to_string());
    };
    // Decided before anybody delivered: nobody expects it any more.
    publish(&action("before", json!({})));
    let file = data.path().join("deliveries.db");
    let url = server.url();
    let start = || {
        let consumer = deliver(
            &interpreter,
            "deliver_nats",
            &stub,
            &file,
            &[("YEKTA_NATS_URL", &url)],
        );
        assert_eq!(
            consumer.line(PATIENCE).as_deref(),
            Some("ready"),
            "{}",
            consumer.log()
        );
        consumer
    };
    let consumer = start();
    let (last, others) = (actions().pop().unwrap(), actions());
    others[..others.len() - 1].iter().for_each(&publish);
    // One that is killed while it sends would send again under the same key.
    wait_for("all of them to be done", || {
        let left = broker.runtime.block_on(async {
            let stream = broker.jetstream.get_stream(OUT).await.ok()?;
            let info = stream
                .get_consumer::<PullConfig>("deliver")
                .await
                .ok()?
                .cached_info()
                .clone();
            Some(info.num_pending + u64::try_from(info.num_ack_pending).unwrap())
        })?;
        (left == 0).then_some(())
    });
    // What was done before comes once more, to whoever is next.
    drop(consumer);
    publish(&action("a", json!({})));
    publish(&last);
    let consumer = start();
    wait_for_the_last(&stub);
    check(&stub);
    drop(consumer);
}
