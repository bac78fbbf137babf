//! The HTTP client: owns [`Client`], which turns requests into answers and everything else into a [`ClientError`].
//!
//! Follows no redirect and uses no proxy, so that the key goes to the named server alone.

use std::{
    io::{Read, Write},
    time::Duration,
};

use serde_json::Value;
use ureq::http::{Response, header::RETRY_AFTER};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, BodyReader};

use crate::cli::{
    client::{
        error::{ClientError, Refusal},
        patience::Patience,
        server::{Key, ServerUrl, Trusted},
    },
    output::plain,
};

/// A request is given up after this time: the service answers after a commit, which takes milliseconds.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// A stream that is silent for so long is taken for broken: the service shows more often that it is alive.
const SILENCE_MAX: Duration = Duration::from_secs(120);
/// Bytes of a long answer that are passed on at once.
const PART_BYTES: usize = 64 << 10;
/// Characters of what a service says that are shown.
const SAID_MAX: usize = 500;

/// A client of one service.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    url: String,
    key: Option<Key>,
    patience: Patience,
}

impl Client {
    /// A client of the service at `url`, which presents `key`, and by https trusts `trusted`, or the well-known
    /// authorities. Connects when it is first used.
    pub fn new(url: &ServerUrl, key: Option<&Key>, trusted: Option<&Trusted>) -> Self {
        let roots = trusted.map_or(RootCerts::WebPki, Trusted::roots);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .user_agent(concat!("yekta/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(Duration::from_secs(10)))
            .build();
        Self {
            agent: config.new_agent(),
            url: url.as_str().to_owned(),
            key: key.cloned(),
            patience: Patience::USUAL,
        }
    }

    /// The same client with another patience.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// How long its callers wait for a service that cannot just now.
    pub const fn patience(&self) -> Patience {
        self.patience
    }

    /// The text of the answer to `GET path`; `attempt` says in errors what it was for.
    ///
    /// # Errors
    /// When there is no answer, or a refusal.
    pub fn get(&self, attempt: &'static str, path: &str) -> Result<String, ClientError> {
        let request = self.agent.get(self.address(path)).config();
        let request = request.timeout_global(Some(ANSWER_WAIT)).build();
        let answer = self.authorized(request).call();
        self.text(attempt, answer)
    }

    /// The text of the answer to `DELETE path`; `attempt` says in errors what it was for.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn delete(&self, attempt: &'static str, path: &str) -> Result<String, ClientError> {
        let request = self.agent.delete(self.address(path)).config();
        let request = request.timeout_global(Some(ANSWER_WAIT)).build();
        let answer = self.authorized(request).call();
        self.text(attempt, answer)
    }

    /// The text of the answer to `POST path` with a JSON `body`; `attempt` says in errors what it was for.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn post(&self, attempt: &'static str, path: &str, body: &[u8]) -> Result<String, ClientError> {
        let request = self.agent.post(self.address(path)).config();
        let request = request.timeout_global(Some(ANSWER_WAIT)).build();
        let answer = self
            .authorized(request)
            .content_type("application/json")
            .send(body);
        self.text(attempt, answer)
    }

    /// The text of the answer to `PUT path` with a `body` of this type; `attempt` says in errors what it was for.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn put(
        &self,
        attempt: &'static str,
        path: &str,
        (media_type, body): (&str, &[u8]),
    ) -> Result<String, ClientError> {
        let request = self.agent.put(self.address(path)).config();
        let request = request.timeout_global(Some(ANSWER_WAIT)).build();
        let answer = self.authorized(request).content_type(media_type).send(body);
        self.text(attempt, answer)
    }

    /// The server-sent events at `path`, behind the one called `last_id`.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn follow(
        &self,
        attempt: &'static str,
        path: &str,
        last_id: Option<&str>,
    ) -> Result<BodyReader<'static>, ClientError> {
        let request = self.agent.get(self.address(path)).config();
        let request = request
            .timeout_recv_response(Some(ANSWER_WAIT))
            .timeout_per_read(Some(SILENCE_MAX))
            .build();
        let mut request = self.authorized(request).header("accept", "text/event-stream");
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let answer = request.call();
        let answer = self.accepted(attempt, answer)?;
        if answer.body().mime_type() != Some("text/event-stream") {
            return Err(ClientError::Answer {
                attempt,
                expected: "a stream of events",
            });
        }
        Ok(answer.into_body().into_reader())
    }

    /// Writes the answer to `GET path` to `out` while it comes, however long it is; `attempt` says in errors what it was for.
    ///
    /// # Errors
    /// As [`Self::get`], or when `out` takes no more.
    pub fn copy(&self, attempt: &'static str, path: &str, out: &mut impl Write) -> Result<(), ClientError> {
        let request = self.agent.get(self.address(path)).config();
        let request = request
            .timeout_recv_response(Some(ANSWER_WAIT))
            .timeout_per_read(Some(SILENCE_MAX))
            .build();
        let answer = self.authorized(request).call();
        let mut answer = self.accepted(attempt, answer)?.into_body().into_reader();
        let mut part = vec![0; PART_BYTES];
        loop {
            let read = answer.read(&mut part);
            let read = read.map_err(|source| self.unanswered(attempt, source.into()))?;
            let bytes = part.get(..read).unwrap_or_default();
            if bytes.is_empty() {
                return Ok(());
            }
            out.write_all(bytes).map_err(ClientError::Output)?;
        }
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn authorized<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.key {
            Some(key) => request.header("authorization", key.bearer()),
            None => request,
        }
    }

    fn text(
        &self,
        attempt: &'static str,
        answer: Result<Response<Body>, ureq::Error>,
    ) -> Result<String, ClientError> {
        let mut answer = self.accepted(attempt, answer)?;
        let text = answer.body_mut().read_to_string();
        text.map_err(|source| self.unanswered(attempt, source))
    }

    fn accepted(
        &self,
        attempt: &'static str,
        answer: Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>, ClientError> {
        let mut answer = answer.map_err(|source| self.unanswered(attempt, source))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let refusal = Box::new(refusal(&mut answer));
        Err(ClientError::Refused { attempt, refusal })
    }

    fn unanswered(&self, attempt: &'static str, source: ureq::Error) -> ClientError {
        let url = self.url.clone();
        match &source {
            ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                ClientError::NothingListens { attempt, url, source }
            }
            _ => ClientError::Unreachable { attempt, url, source },
        }
    }
}

/// Reads a text of the service as JSON.
///
/// # Errors
/// When it is none.
pub(crate) fn document(attempt: &'static str, text: &str) -> Result<Value, ClientError> {
    serde_json::from_str(text).map_err(|_| ClientError::Answer {
        attempt,
        expected: "an answer of JSON",
    })
}

/// What a problem document says; the status alone where the answer is none, as one of a proxy in front is not.
fn refusal(answer: &mut Response<Body>) -> Refusal {
    let seconds = answer.headers().get(RETRY_AFTER);
    let seconds = seconds.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let status = answer.status().as_u16();
    let problem = answer.body_mut().read_to_string().unwrap_or_default();
    let problem: Value = serde_json::from_str(&problem).unwrap_or_default();
    let said = |name: &str| shown(problem.get(name).and_then(Value::as_str).unwrap_or_default());
    let list = |name: &str| {
        let texts = problem.get(name).and_then(Value::as_array).into_iter().flatten();
        texts.filter_map(|text| Some(shown(text.as_str()?))).collect()
    };
    Refusal {
        status,
        code: said("code"),
        message: said("message"),
        profiles: list("profiles"),
        problems: list("problems"),
        retry_after: seconds.map(Duration::from_secs),
    }
}

fn shown(said: &str) -> String {
    plain(&said.chars().take(SAID_MAX).collect::<String>())
}
