//! Requests as platforms send them, whose addresses and headers are what the recipes make of them.

use std::path::PathBuf;

use data_encoding::BASE64;
use ureq::Agent;

use crate::process::PATIENCE;

/// A file of the recipes.
pub fn recipe(name: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/config/examples/callcenter");
    PathBuf::from(folder).join(name)
}

/// The text of a file of the recipes.
pub fn recipe_text(name: &str) -> String {
    std::fs::read_to_string(recipe(name)).unwrap()
}

/// Status and body of what is at `url`; `authorization` is sent where there is one.
pub fn get(url: &str, authorization: Option<&str>) -> (u16, String) {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(PATIENCE))
        .build();
    let agent: Agent = config.new_agent();
    let mut request = agent.get(url);
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let mut answer = request.call().unwrap();
    let body = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), body)
}

/// The header that a user and a password become.
pub fn basic(user: &str, password: &str) -> String {
    let both = format!("{user}:{password}");
    format!("Basic {}", BASE64.encode(both.as_bytes()))
}

/// A text as a part of an address.
pub fn percent_encoded(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}
