//! A client of NATS: publishes as a channel does, asks as any other service does. Reading streams is `streams`.

use std::{
    thread,
    time::{Duration, Instant},
};

use async_nats::{
    Client, ConnectOptions, HeaderMap, Request, ServerAddr,
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

/// How long an answer of the server may take; where it was killed none comes.
const ANSWER_WAIT: Duration = Duration::from_secs(1);
const RECONNECT_PAUSE: Duration = Duration::from_millis(20);
/// Messages that are on their way at once.
const UNACKNOWLEDGED: usize = 500;

/// A connection that comes back by itself, asked without a runtime of the caller's.
pub struct Broker {
    pub(crate) runtime: Runtime,
    pub client: Client,
    pub jetstream: jetstream::Context,
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
        let (client, jetstream) = runtime.block_on(async {
            let urls: Vec<ServerAddr> = urls.iter().map(|url| url.parse().unwrap()).collect();
            let client = options.connect(urls.as_slice()).await.unwrap();
            let jetstream = jetstream::ContextBuilder::new()
                .timeout(ANSWER_WAIT)
                .ack_timeout(ANSWER_WAIT)
                .build(client.clone());
            (client, jetstream)
        });
        Self {
            runtime,
            client,
            jetstream,
        }
    }

    /// Publishes into a stream; gives the message's sequence, if it was acknowledged.
    pub fn try_publish(&self, subject: &str, headers: &[(&str, &str)], body: &str) -> Option<u64> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, *value);
        }
        let (subject, body) = (subject.to_owned(), body.to_owned());
        self.runtime.block_on(async {
            let publishing = self.jetstream.publish_with_headers(subject, map, body.into());
            publishing.await.ok()?.await.ok().map(|ack| ack.sequence)
        })
    }

    /// Publishes what the stream takes; gives the message's sequence.
    pub fn publish(&self, subject: &str, headers: &[(&str, &str)], body: &str) -> u64 {
        let sequence = self.try_publish(subject, headers, body);
        sequence.unwrap_or_else(|| panic!("{subject} was not acknowledged"))
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

    /// Asks on a subject; `None` when nobody answers.
    fn request(&self, subject: String, body: String, headers: HeaderMap) -> Option<async_nats::Message> {
        let request = Request::new()
            .payload(body.into())
            .headers(headers)
            .timeout(Some(ANSWER_WAIT));
        self.runtime
            .block_on(self.client.send_request(subject, request))
            .ok()
    }

    /// The service's answer to a question or a command (`q.profile`), if anybody answers.
    pub fn try_ask(&self, call: &str, body: &Value) -> Option<Result<Value, Refusal>> {
        self.try_ask_by(None, call, body)
    }

    /// The same of somebody who shows a key or a token.
    pub fn try_ask_by(
        &self,
        secret: Option<&str>,
        call: &str,
        body: &Value,
    ) -> Option<Result<Value, Refusal>> {
        let mut headers = HeaderMap::new();
        if let Some(secret) = secret {
            headers.insert("Authorization", format!("Bearer {secret}"));
        }
        let subject = format!("yekta.v1.default.{call}");
        let answer = self.request(subject, body.to_string(), headers)?;
        let header = |name: &str| {
            let headers = answer.headers.as_ref()?;
            Some(headers.get(name)?.as_str().to_owned())
        };
        Some(match header("Nats-Service-Error-Code") {
            Some(code) => Err((code.parse().unwrap(), header("Nats-Service-Error").unwrap())),
            None => Ok(serde_json::from_slice(&answer.payload).unwrap()),
        })
    }

    /// The answer to what the service can answer.
    pub fn ask(&self, call: &str, body: &Value) -> Value {
        let answer = self.try_ask(call, body);
        answer.unwrap_or_else(|| panic!("nobody answers {call}")).unwrap()
    }

    /// What the service tells operators of itself: owner, epoch, position, input, lag.
    pub fn stats(&self) -> Option<Value> {
        let answer = self.request("$SRV.STATS.yekta".to_owned(), String::new(), HeaderMap::new())?;
        let stats: Value = serde_json::from_slice(&answer.payload).unwrap();
        Some(stats["endpoints"][0]["data"].clone())
    }

    /// The sequence of the last message of the events that is part of a visible commit, if the service tells.
    pub fn consumed(&self) -> Option<u64> {
        self.stats()?["input"].as_u64()
    }

    /// Waits until the events are consumed up to the last one that is there.
    pub fn wait_until_consumed(&self) {
        let last = self.last_sequence(EVENTS);
        wait_for("the events to be consumed", || {
            (self.consumed()? >= last).then_some(())
        });
    }

    /// Publishes native events and waits until they are consumed.
    pub fn tell_all(&self, events: &[Value]) {
        self.deliver(events);
        self.wait_until_consumed();
    }
}
