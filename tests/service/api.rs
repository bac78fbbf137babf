//! A service's HTTP interface, asked as any client would.

use serde_json::Value;
use ureq::Agent;

use crate::process::PATIENCE;

/// A client of one service.
#[derive(Clone, Debug)]
pub struct Api {
    agent: Agent,
    url: String,
}

impl Api {
    pub fn of(url: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build();
        Self {
            agent: config.new_agent(),
            url: url.to_owned(),
        }
    }

    /// Status and body; an error when there is no answer.
    pub fn try_post(&self, path: &str, body: &str) -> Result<(u16, String), ureq::Error> {
        let request = self.agent.post(format!("{}{path}", self.url));
        let mut answer = request.content_type("application/json").send(body)?;
        Ok((answer.status().as_u16(), answer.body_mut().read_to_string()?))
    }

    /// Status, `Retry-After` and problem of a request that is refused.
    pub fn refused(&self, path: &str, body: &Value) -> (u16, Option<String>, Value) {
        let request = self.agent.post(format!("{}{path}", self.url));
        let request = request.content_type("application/json");
        let mut answer = request.send(body.to_string()).unwrap();
        let after = answer
            .headers()
            .get("retry-after")
            .map(|text| text.to_str().unwrap().to_owned());
        let problem = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        (answer.status().as_u16(), after, problem)
    }

    /// The answer to a question that has one.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.try_post(path, &body.to_string()).unwrap();
        assert_eq!(status, 200, "{path}: {answer}");
        serde_json::from_str(&answer).unwrap()
    }

    /// Status and text of what is at `path`, if anything.
    pub fn try_get(&self, path: &str) -> (u16, String) {
        let mut answer = self.agent.get(format!("{}{path}", self.url)).call().unwrap();
        let body = answer.body_mut().read_to_string().unwrap();
        (answer.status().as_u16(), body)
    }

    /// The text at `path`, which is there.
    pub fn text(&self, path: &str) -> String {
        let (status, body) = self.try_get(path);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The document at `path`, which is there.
    pub fn get(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path)).unwrap()
    }

    /// The profile that holds an identifier whose value needs no escape.
    pub fn profile(&self, kind: &str, value: &str) -> Value {
        self.get(&format!("/v1/profiles/{kind}:{value}"))
    }

    /// What a view tells about an identifier.
    pub fn lookup(&self, kind: &str, value: &str, view: &str) -> Value {
        let question = serde_json::json!({"identifiers": [{"kind": kind, "value": value}], "view": view});
        self.post("/v1/lookup", &question)
    }
}
