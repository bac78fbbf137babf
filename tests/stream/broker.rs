//! A client of NATS: publishes as a channel does, asks as any other service does. Reading streams is `streams`.

use std::{
    thread,
    time::{Duration, Instant},
};

use async_nats::{
    Client, ConnectOptions, HeaderMap, Message, Request, RequestError, RequestErrorKind, ServerAddr,
    jetstream::{self, context::PublishError},
};
use futures_util::future::join_all;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use yekta::domain::event::token;

use crate::{
    process::{PATIENCE, wait_for},
    server::NatsServer,
};

pub const EVENTS: &str = "YEKTA_EVENTS";
pub const JOURNAL: &str = "YEKTA_JOURNAL_default";
pub const OUT: &str = "YEKTA_OUT_default";
pub const PROFILES: &str = "YEKTA_PROFILES_default";

/// How long an answer may take to what is asked again where none comes: of a server that was killed none does.
const ANSWER_WAIT: Duration = Duration::from_secs(1);
const RECONNECT_PAUSE: Duration = Duration::from_millis(20);
/// Messages that are on their way at once.
const UNACKNOWLEDGED: usize = 500;

/// A connection that comes back by itself, asked without a runtime of the caller's.
pub struct Broker {
    pub(crate) runtime: Runtime,
    pub client: Client,
    /// For what is asked again.
    pub jetstream: jetstream::Context,
    /// For what is asked once: a busy server may take its time.
    pub patient: jetstream::Context,
}

/// The code (an HTTP status) and the text of an error that the service answered.
pub type Refusal = (u16, String);

/// The subject on which a channel publishes a native event.
pub fn subject_of(event: &Value) -> String {
    let part = |name: &str| token(event[name].as_str().unwrap());
    format!("yekta.v1.default.event.{}.{}", part("channel"), part("type"))
}

impl Broker {
    /// As nobody.
    pub fn of(server: &NatsServer) -> Self {
        Self::with(server, ConnectOptions::new())
    }

    /// As whom the options say.
    pub fn with(server: &NatsServer, options: ConnectOptions) -> Self {
        Self::at(&[server.url()], options)
    }

    /// Of any of the servers at these URLs.
    pub fn at(urls: &[String], options: ConnectOptions) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let options = options
            .reconnect_delay_callback(|_| RECONNECT_PAUSE)
            .request_timeout(Some(ANSWER_WAIT));
        let (client, contexts) = runtime.block_on(async {
            let urls: Vec<ServerAddr> = urls.iter().map(|url| url.parse().unwrap()).collect();
            let client = options.connect(urls.as_slice()).await.unwrap();
            let contexts = [ANSWER_WAIT, PATIENCE].map(|wait| {
                jetstream::ContextBuilder::new()
                    .timeout(wait)
                    .ack_timeout(wait)
                    .build(client.clone())
            });
            (client, contexts)
        });
        let [jetstream, patient] = contexts;
        Self {
            runtime,
            client,
            jetstream,
            patient,
        }
    }

    /// Publishes into a stream; gives the message's sequence, if it was acknowledged at once.
    pub fn try_publish(&self, subject: &str, headers: &[(&str, &str)], body: &str) -> Option<u64> {
        let published = published_by(&self.jetstream, subject, headers, body);
        self.runtime.block_on(published).ok()
    }

    /// Publishes what the stream may refuse; gives the message's sequence, however busy the server is.
    pub fn put(&self, subject: &str, headers: &[(&str, &str)], body: &str) -> Result<u64, PublishError> {
        let published = published_by(&self.patient, subject, headers, body);
        self.runtime.block_on(published)
    }

    /// Publishes what the stream takes; gives the message's sequence.
    pub fn publish(&self, subject: &str, headers: &[(&str, &str)], body: &str) -> u64 {
        let sequence = self.put(subject, headers, body);
        sequence.unwrap_or_else(|error| panic!("{subject} was not acknowledged: {error}"))
    }

    /// Publishes a native event; gives its sequence.
    pub fn tell(&self, event: &Value) -> u64 {
        self.publish(&subject_of(event), &[], &event.to_string())
    }

    /// Publishes native events until each was acknowledged, again what was not.
    pub fn deliver(&self, events: &[Value]) {
        for some in events.chunks(UNACKNOWLEDGED) {
            let mut left: Vec<&Value> = some.iter().collect();
            let deadline = Instant::now() + PATIENCE;
            while !left.is_empty() {
                let refused = self.runtime.block_on(self.attempt(&left));
                if let Some((_, error)) = refused.first() {
                    let (count, state) = (refused.len(), self.client.connection_state());
                    assert!(
                        Instant::now() < deadline,
                        "{count} not acknowledged, {state}: {error}"
                    );
                }
                left = refused.into_iter().map(|(event, _)| event).collect();
                thread::sleep(RECONNECT_PAUSE);
            }
        }
    }

    /// Publishes once; gives what was not acknowledged, and why.
    async fn attempt<'a>(&self, events: &[&'a Value]) -> Vec<(&'a Value, PublishError)> {
        let one = async |event: &'a Value| {
            let publishing = self
                .jetstream
                .publish(subject_of(event), event.to_string().into());
            let outcome = match publishing.await {
                Ok(ack) => ack.await,
                Err(error) => Err(error),
            };
            Some((event, outcome.err()?))
        };
        let outcomes = join_all(events.iter().map(|event| one(event))).await;
        outcomes.into_iter().flatten().collect()
    }

    fn request(&self, subject: String, request: Request) -> Result<Message, RequestError> {
        self.runtime.block_on(self.client.send_request(subject, request))
    }

    /// The service's answer to a question or a command (`q.profile`), if anybody answers at once.
    pub fn try_ask(&self, call: &str, body: &Value) -> Option<Result<Value, Refusal>> {
        let request = asking(None, body).timeout(Some(ANSWER_WAIT));
        self.request(of_service(call), request).ok().as_ref().map(said)
    }

    /// The answer to what the service can answer, however busy it is.
    pub fn ask(&self, call: &str, body: &Value) -> Value {
        self.ask_by(None, call, body).unwrap()
    }

    /// The same of somebody who may show a key or a token; or why it is refused.
    pub fn ask_by(&self, secret: Option<&str>, call: &str, body: &Value) -> Result<Value, Refusal> {
        let answered = wait_for(&format!("somebody to answer {call}"), || {
            let request = asking(secret, body).timeout(Some(PATIENCE));
            match self.request(of_service(call), request) {
                // Nobody has it then: of a service that has just begun to answer the server may not know yet.
                Err(error) if error.kind() == RequestErrorKind::NoResponders => None,
                answered => Some(answered),
            }
        });
        said(&answered.unwrap_or_else(|error| panic!("no answer to {call}: {error}")))
    }

    /// What the service tells operators of itself, if it does at once: owner, epoch, position, input, lag.
    pub fn stats(&self) -> Option<Value> {
        let request = Request::new().timeout(Some(ANSWER_WAIT));
        let answer = self.request("$SRV.STATS.yekta".to_owned(), request).ok()?;
        let stats: Value = serde_json::from_slice(&answer.payload).unwrap();
        Some(stats["endpoints"][0]["data"].clone())
    }

    /// The same of a service that is well.
    pub fn told_of_itself(&self) -> Value {
        wait_for("the service to tell of itself", || self.stats())
    }

    /// The sequence of the last message of the events that is part of a visible commit, if the service tells.
    pub fn consumed(&self) -> Option<u64> {
        self.stats()?["input"].as_u64()
    }

    /// Waits until the events are consumed up to the last one that is there, for as long as it goes on with them.
    pub fn wait_until_consumed(&self) {
        let (last, mut at) = (self.last_sequence(EVENTS), 0);
        while at < last {
            at = wait_for("the events to be consumed", || {
                self.consumed().filter(|now| *now > at)
            });
        }
    }

    /// Publishes native events and waits until they are consumed.
    pub fn tell_all(&self, events: &[Value]) {
        self.deliver(events);
        self.wait_until_consumed();
    }
}

async fn published_by(
    by: &jetstream::Context,
    subject: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<u64, PublishError> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, *value);
    }
    let publishing = by.publish_with_headers(subject.to_owned(), map, body.to_owned().into());
    publishing.await?.await.map(|ack| ack.sequence)
}

/// The subject of a question or a command.
fn of_service(call: &str) -> String {
    format!("yekta.v1.default.{call}")
}

/// A request with a body, by whoever shows a secret.
pub fn asking(secret: Option<&str>, body: &Value) -> Request {
    let mut headers = HeaderMap::new();
    if let Some(secret) = secret {
        headers.insert("Authorization", format!("Bearer {secret}"));
    }
    Request::new().payload(body.to_string().into()).headers(headers)
}

/// What the service's answer says.
pub fn said(answer: &Message) -> Result<Value, Refusal> {
    let header = |name: &str| {
        let headers = answer.headers.as_ref()?;
        Some(headers.get(name)?.as_str().to_owned())
    };
    match header("Nats-Service-Error-Code") {
        Some(code) => Err((code.parse().unwrap(), header("Nats-Service-Error").unwrap())),
        None => Ok(serde_json::from_slice(&answer.payload).unwrap()),
    }
}
