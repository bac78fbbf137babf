//! Who is slow: subscribers that never read what is told, which is nobody else's matter, and a service that is asked
//! more at once than it can answer, which has an answer for each.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    sync::mpsc::{Receiver, channel},
};

use async_nats::{
    ConnectOptions,
    jetstream::{
        consumer::{AckPolicy, push},
        stream::Config,
    },
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_util::bytes::Bytes;
use yekta::cli::generate;

use crate::{
    api::Api,
    broker::{Broker, JOURNAL, OUT},
    load,
    measured::sample,
    process::{PATIENCE, Service, wait_for},
    server::NatsServer,
    serving::{serve_on, start_ready, wait_until_ready, wait_until_status},
    streams,
    updates::{Message, Updates},
};

/// Events of which is told more than any buffer on the way to a subscriber holds.
const EVENTS: usize = 8_000;
/// Requests at once: more than a client of NATS keeps of one subscription where nobody says how many, 65,536.
const REQUESTS: usize = 70_000;
/// Of them so many are worked on or wait, and the others are refused at once.
const TAKEN_MAX: usize = 1 + 1_024;

/// Subscribes to a subject by the protocol's own lines, and reads no more than the greeting and the answer.
fn deaf(server: &NatsServer, subject: &str) -> TcpStream {
    let url = server.url();
    let mut stream = TcpStream::connect(url.strip_prefix("nats://").unwrap()).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().starts_with("INFO "));
    write!(
        stream,
        "CONNECT {{\"verbose\":false}}\r\nSUB {subject} 1\r\nPING\r\n"
    )
    .unwrap();
    assert_eq!(lines.next().unwrap().unwrap(), "PONG");
    stream
}

#[test]
fn subscribers_that_never_read_hold_nobody_up() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let service = start_ready(&server, data.path());
    let broker = Broker::of(&server);
    let _deaf = deaf(&server, "told.to.nobody");
    broker.runtime.block_on(async {
        let stream = broker.jetstream.get_stream(OUT).await.unwrap();
        let config = push::Config {
            deliver_subject: "told.to.nobody".to_owned(),
            ack_policy: AckPolicy::None,
            ..push::Config::default()
        };
        stream.create_consumer(config).await.unwrap();
    });
    let mut late = Updates::after(&service.url, "context", 0);
    let events = generate::events(61, 300, EVENTS);
    broker.tell_all(&events);
    let distinct = load::distinct(&events);
    let contexts = streams::of(OUT, "yekta.v1.default.context.>");
    wait_for("each event to be told", || {
        (broker.count(contexts) == distinct).then_some(())
    });
    wait_until_ready(&service.url);
    // Who reads only now is told everything, each once and in order.
    let told: Vec<Message> = (0..distinct).map(|_| late.next()).collect();
    assert!(told.is_sorted_by(|one, next| one.id <= next.id));
    let ids: BTreeSet<String> = told.iter().map(|one| one.data["event"].to_string()).collect();
    assert_eq!(ids.len(), distinct, "something was told twice");
    service.stop();
}

/// What is answered on an inbox: nothing where it is an answer, else the code and the reason.
struct Answers(Receiver<Option<(String, String)>>);

impl Answers {
    fn next(&self) -> Option<(String, String)> {
        self.0.recv_timeout(PATIENCE).expect("an answer to each request")
    }
}

fn refusal(answer: &async_nats::Message) -> Option<(String, String)> {
    assert_eq!(answer.status, None, "nobody is there");
    let headers = answer.headers.as_ref()?;
    let text = |name: &str| Some(headers.get(name)?.as_str().to_owned());
    let said = text("Nats-Service-Error")?;
    let (reason, _) = said.split_once(": ")?;
    Some((text("Nats-Service-Error-Code")?, reason.to_owned()))
}

impl Broker {
    /// Asks the same so many times, and waits for no answer in between.
    fn ask_at_once(&self, call: &str, body: &Value, times: usize) -> Answers {
        let (subject, inbox) = (format!("yekta.v1.default.{call}"), self.client.new_inbox());
        let (said, answers) = channel();
        self.runtime.block_on(async {
            let mut answered = self.client.subscribe(inbox.clone()).await.unwrap();
            self.runtime.spawn(async move {
                while let Some(answer) = answered.next().await {
                    said.send(refusal(&answer)).ok();
                }
            });
            let body = Bytes::from(body.to_string());
            for _ in 0..times {
                let asking = self
                    .client
                    .publish_with_reply(subject.clone(), inbox.clone(), body.clone());
                asking.await.unwrap();
            }
        });
        Answers(answers)
    }
}

#[test]
fn each_of_too_many_requests_at_once_has_an_answer() {
    let (server, data) = (NatsServer::start(), tempfile::tempdir().unwrap());
    let mut command = serve_on(&server, data.path());
    command
        .env("YEKTA_HTTP__IN_FLIGHT_MAX", "1")
        // The one that is worked on is not given up before the others are refused, however busy the machine is.
        .env("YEKTA_HTTP__REQUEST_TIMEOUT_MS", "600000")
        .env("YEKTA_HTTP__IDLE_TIMEOUT_MS", "600000")
        .env("YEKTA_NATS__STALLED_AFTER_MS", "300");
    let service = Service::of(command);
    // Whoever asks takes the answers in as they come, however slowly they are read.
    let options = ConnectOptions::new().subscription_capacity(2 * REQUESTS);
    let broker = Broker::with(&server, options);
    wait_until_ready(&service.url);
    let event = json!({"id": "e-1", "source": "web/shop", "channel": "web", "type": "Page Viewed",
        "identifiers": [{"kind": "user_id", "value": "u-1"}]});
    broker.tell_all(&[event]);
    // The one request that is worked on waits for a commit that finds no room.
    let roomy = broker.stream(JOURNAL);
    let bytes = i64::try_from(roomy.state.bytes).unwrap();
    broker.change(&Config {
        max_bytes: bytes,
        ..roomy.config.clone()
    });
    let mint = json!({"identifier": {"kind": "user_id", "value": "u-1"}});
    let mint = broker.ask_at_once("c.qr.mint", &mint, 1);
    wait_until_status(&service.url, 503, "stalled");
    // Something else may have found no room before it: it is taken once nothing beside it is answered.
    let who = json!({"who": "user_id:u-1"});
    wait_for("the request to be worked on", || {
        // One answer alone may be late.
        let unanswered = |_| broker.try_ask("q.profile", &who).is_none();
        (0..3).all(unanswered).then_some(())
    });

    let questions = broker.ask_at_once("q.profile", &who, REQUESTS);
    let (mut answered, mut refused) = (0, 0);
    while refused < REQUESTS - TAKEN_MAX {
        let refusal = questions.next();
        assert_eq!(refusal, Some(("503".to_owned(), "overloaded".to_owned())));
        refused += 1;
    }
    broker.change(&roomy.config);
    assert_eq!(
        mint.next(),
        None,
        "the commit has room, and its request an answer"
    );
    while answered + refused < REQUESTS {
        match questions.next() {
            None => answered += 1,
            Some(refusal) => {
                assert_eq!(refusal.1, "overloaded");
                refused += 1;
            }
        }
    }
    wait_until_ready(&service.url);
    let metrics = Api::of(&service.url).text("/metrics");
    assert!(
        sample(&metrics, "yekta_nats_messages_dropped_total") < 0.5,
        "{metrics}"
    );
    eprintln!("{answered} answered, {refused} refused");
    service.stop();
}
