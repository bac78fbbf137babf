//! Starting and stopping: what a service refuses to start on, says when it does, and leaves behind when it stops.

use std::{fs, process::Command};

use serde_json::json;

use crate::{
    api::Api,
    process::{Running, Service, fingerprint_of, output, serve, yekta},
};

fn check_refused(command: Command, code: i32, said: &[&str]) {
    let mut running = Running::start(command);
    let status = running.ended();
    let log = running.log();
    assert_eq!(status.code(), Some(code), "{log}");
    for expected in said {
        assert!(log.contains(expected), "{expected:?} is not in {log}");
    }
}

#[test]
fn a_folder_has_one_process() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    let in_use = "is in use by another yekta process";
    check_refused(serve(data.path()), 1, &[in_use]);
    check_refused(fingerprint_of(data.path()), 1, &[in_use]);
    // The first is none the worse for it.
    assert_eq!(Api::of(&service.url).get("/readyz")["status"], "ready");
    service.stop();
}

#[test]
fn told_to_stop_it_keeps_what_it_took() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path());
    let event = json!({
        "id": "e-1", "channel": "web", "type": "Page Viewed", "source": "web/shop",
        "identifiers": [{"kind": "user_id", "value": "u-1"}],
    });
    Api::of(&service.url).post("/v1/events", &event);
    let before = Api::of(&service.url).profile("user_id", "u-1");
    let log = service.stop();
    assert!(log.contains("draining"), "{log}");
    let service = Service::start(data.path());
    let api = Api::of(&service.url);
    assert_eq!(api.profile("user_id", "u-1"), before);
    assert_eq!(api.post("/v1/events", &event)["duplicates"], 1);
}

#[test]
fn nobody_listens_beyond_loopback_without_keys_and_tls() {
    let data = tempfile::tempdir().unwrap();
    let beyond = || {
        let mut command = yekta(["serve", "--listen", "0.0.0.0:0", "--data-dir"]);
        command.arg(data.path());
        command
    };
    check_refused(beyond(), 78, &["http.write_key", "http.read_key"]);
    let mut one_key = beyond();
    one_key.env("YEKTA_HTTP__WRITE_KEY", "a-key-to-write");
    check_refused(one_key, 78, &["http.read_key"]);
    let mut no_tls = beyond();
    no_tls.env("YEKTA_HTTP__WRITE_KEY", "a-key-to-write");
    no_tls.env("YEKTA_HTTP__READ_KEY", "a-key-to-read");
    check_refused(no_tls, 78, &["http.tls_cert_file", "http.tls_by_proxy"]);
    assert!(!data.path().join("default").exists(), "a folder was made");
}

#[test]
fn all_that_is_wrong_with_a_configuration_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("yekta.toml");
    fs::write(
        &file,
        "[http]\nlisten = \"here\"\n[engine]\nbatch_events_max = 0\n[stroe]\ncache_bytes = 1\n",
    )
    .unwrap();
    let problems = [
        "http.listen = \"here\"",
        "engine.batch_events_max = 0",
        "stroe",
        "\"store\"",
    ];
    for command in [&["config", "check"][..], &["serve"]] {
        let mut command = yekta(command);
        command.arg("--config").arg(&file);
        check_refused(command, 78, &problems);
    }
    let sound = output(yekta(["config", "check"]), b"");
    assert_eq!(sound.status.code(), Some(0));
}

#[test]
fn what_is_no_command_is_a_usage_error() {
    check_refused(yekta(["srve"]), 2, &["srve"]);
    check_refused(yekta(["serve", "--lisen", "x"]), 2, &["--lisen"]);
    check_refused(yekta(["lookup", "no identifier"]), 2, &["kind:value"]);
}
