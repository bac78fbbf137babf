//! What a member answers over HTTP, redirects among it: status, headers and body as they come.

use std::time::Duration;

use serde_json::Value;
use ureq::{
    Agent,
    http::{HeaderMap, Method, Request},
};

use crate::process::{PATIENCE, wait_for};

/// A member that stands still has its connections taken by the system, and says nothing.
const STATUS_WAIT: Duration = Duration::from_secs(2);
/// More members than there are.
const REDIRECTS_MAX: usize = 4;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// JSON, or null.
    pub body: Value,
}

/// What a member says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    pub code: u16,
    pub status: String,
    pub role: String,
}

impl Answer {
    /// The text of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The position of the store that a question was answered from.
    pub fn position(&self) -> u64 {
        let position = self.header("yekta-position");
        let position = position.unwrap_or_else(|| panic!("no yekta-position: {self:?}"));
        position.parse().unwrap()
    }
}

/// The answer to a request, or none within `wait`. No redirect is followed.
fn try_within(wait: Duration, method: &str, url: &str, body: Option<&Value>) -> Option<Answer> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .max_redirects(0)
        .timeout_global(Some(wait))
        .build();
    let request = Request::builder()
        .method(method.parse::<Method>().unwrap())
        .uri(url);
    let agent = config.new_agent();
    let answered = match body {
        Some(body) => {
            let request = request.header("content-type", "application/json");
            agent.run(request.body(body.to_string()).unwrap())
        }
        None => agent.run(request.body(()).unwrap()),
    };
    let (parts, mut text) = answered.ok()?.into_parts();
    let text = text.read_to_string().ok()?;
    Some(Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: serde_json::from_str(&text).unwrap_or_default(),
    })
}

/// The answer to a request, if there is one.
pub fn try_send(method: &str, url: &str, body: Option<&Value>) -> Option<Answer> {
    try_within(PATIENCE, method, url, body)
}

/// The answer to a request.
pub fn send(method: &str, url: &str, body: Option<&Value>) -> Answer {
    let answer = try_send(method, url, body);
    answer.unwrap_or_else(|| panic!("no answer to {method} {url}"))
}

/// What is posted, by whoever waits for no longer than for a sign of life.
pub fn post_soon(url: &str, body: &Value) -> Option<Answer> {
    try_within(2 * STATUS_WAIT, "POST", url, Some(body))
}

/// The answer of whoever is redirected to.
pub fn follow(method: &str, url: &str, body: Option<&Value>) -> Answer {
    let mut url = url.to_owned();
    for _ in 0..REDIRECTS_MAX {
        let answer = send(method, &url, body);
        if answer.status != 307 {
            return answer;
        }
        answer
            .header("location")
            .expect("a redirect says where to")
            .clone_into(&mut url);
    }
    panic!("redirected again and again, at last to {url}")
}

/// The answer to an event whose sender waits for its commit, at whichever member; sent again where that does not come in time,
/// as channels do.
pub fn committed(url: &str, event: &Value) -> Answer {
    let url = format!("{url}/v1/events?wait=commit");
    wait_for("an event to be committed", || {
        let answer = follow("POST", &url, Some(event));
        assert!([200, 503].contains(&answer.status), "{answer:?}");
        (answer.body["status"] == "committed").then_some(answer)
    })
}

/// The answer to a question about what was written up to a position; asked again while that is not reached, as clients do.
pub fn behind(url: &str, position: u64) -> Answer {
    wait_for("a position to be reached", || {
        let answer = send("GET", &format!("{url}?min_position={position}"), None);
        (answer.body["code"] != "position_not_reached").then_some(answer)
    })
}

/// What a member says of itself, if it says anything.
pub fn readiness(url: &str) -> Option<Readiness> {
    let answer = try_within(STATUS_WAIT, "GET", &format!("{url}/readyz"), None)?;
    // Where it is not served, or not yet, it tells of no role.
    let text = |name: &str| answer.body[name].as_str().map(str::to_owned);
    Some(Readiness {
        code: answer.status,
        status: text("status")?,
        role: text("role")?,
    })
}
