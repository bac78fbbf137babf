//! `yekta serve` beside a nats-server, and what it tells of being ready.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

use crate::{
    api::Api,
    process::{Running, Service, serve, wait_for},
    server::NatsServer,
};

/// `yekta serve` of `folder` on a server.
pub fn serve_on(server: &NatsServer, folder: &Path) -> Command {
    let mut command = serve(folder);
    command.args(["--nats-url", &server.url()]);
    command
}

/// Starts it and waits until it listens.
pub fn start(server: &NatsServer, folder: &Path) -> Service {
    Service::of(serve_on(server, folder))
}

/// Starts it and waits until it says that it is ready.
pub fn start_ready(server: &NatsServer, folder: &Path) -> Service {
    let service = start(server, folder);
    wait_until_ready(&service.url);
    service
}

/// Status of the answer and the status it tells.
pub fn readiness(url: &str) -> (u16, String) {
    let (code, body) = Api::of(url).try_get("/readyz");
    let told: Value = serde_json::from_str(&body).unwrap();
    let status = told["status"].as_str();
    (
        code,
        status.unwrap_or_else(|| panic!("no status in {body}")).to_owned(),
    )
}

/// Waits until it says that it is ready.
pub fn wait_until_ready(url: &str) {
    wait_until_status(url, 200, "ready");
}

/// Waits until it tells a status.
pub fn wait_until_status(url: &str, code: u16, status: &str) {
    wait_for(status, || {
        (readiness(url) == (code, status.to_owned())).then_some(())
    });
}

/// A folder for another process of the same tenant: whoever hashes with other secrets is another tenant's.
pub fn folder_with_the_secrets_of(folder: &Path) -> tempfile::TempDir {
    let other = tempfile::tempdir().unwrap();
    fs::create_dir(other.path().join("default")).unwrap();
    fs::copy(
        folder.join("default/secrets"),
        other.path().join("default/secrets"),
    )
    .unwrap();
    other
}

/// What a process says that ends by itself: it failed, not for its configuration, and says why in one sentence.
pub fn refusal(command: Command) -> String {
    let mut running = Running::start(command);
    failure(&mut running)
}

/// What a running process says when it gives up.
pub fn failure(running: &mut Running) -> String {
    let status = running.ended();
    let log = running.log();
    assert_eq!(status.code(), Some(1), "{log}");
    let said: Vec<&str> = log
        .lines()
        .filter_map(|line| line.strip_prefix("yekta: "))
        .collect();
    let [sentence] = said[..] else {
        panic!("expected one sentence: {log}")
    };
    assert!(log.trim_end().ends_with(sentence), "it goes on: {log}");
    sentence.to_owned()
}
