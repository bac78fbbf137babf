//! What `yekta doctor` says of a real server that will do; of nobody there `tests/service/packaged.rs` asks.

use serde_json::Value;

use crate::{
    process::{output, yekta},
    server::NatsServer,
};

/// The findings about the server at `url`.
fn findings(url: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = yekta([
        "doctor",
        "--json",
        "--listen",
        "127.0.0.1:0",
        "--nats-url",
        url,
        "--data-dir",
    ]);
    command.arg(folder.path());
    let told: Value = serde_json::from_slice(&output(command, b"").stdout).unwrap();
    let findings = told["findings"].as_array().unwrap().iter();
    let of_nats = |finding: &&Value| finding["what"].as_str().unwrap().starts_with("nats.");
    findings.filter(of_nats).cloned().collect()
}

#[test]
fn a_server_that_will_do_is_told_with_its_version_and_limits() {
    let server = NatsServer::start();
    let found = findings(&server.url());
    let names: Vec<_> = found.iter().map(|one| one["what"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["nats.server", "nats.max_payload", "nats.streams", "nats.storage"]
    );
    assert!(found.iter().all(|one| one["verdict"] == "ok"), "{found:?}");
    let said = found[0]["measured"].as_str().unwrap();
    assert!(
        said.starts_with("version 2.") && said.contains("JetStream"),
        "{said}"
    );
}
