//! The running service against its own description, tried by schemathesis: every operation, with what the document says
//! fits and with what does not.

use std::{path::Path, process::Command};

use crate::{
    installed::{are_there, python, succeeds, without_proxies},
    process::{Service, printed, serve, yekta},
};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/service/schemathesis");
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/openapi.json");

#[test]
fn every_answer_is_as_the_description_says() {
    if !are_there(&["python3"]) {
        return;
    }
    let sources = Path::new(SOURCES);
    let interpreter = python("schemathesis", sources);
    let folder = tempfile::tempdir().unwrap();
    let mut command = serve(&folder.path().join("data"));
    command
        .env("YEKTA_HTTP__WRITE_KEY", "sends")
        .env("YEKTA_HTTP__READ_KEY", "asks");
    let service = Service::of(command);
    let mut people = yekta(["generate", "--seed", "7", "--count", "3000", "--to", &service.url]);
    people.env("YEKTA_KEY", "sends");
    printed(people, b"");

    let mut tried = Command::new(interpreter.with_file_name("schemathesis"));
    without_proxies(&mut tried);
    tried
        .args(["--config-file", &format!("{SOURCES}/schemathesis.toml")])
        .args(["run", DOCUMENT, "--url", &service.url, "--no-color"])
        .env("SCHEMATHESIS_HOOKS", format!("{SOURCES}/hooks.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(folder.path());
    succeeds(tried);
    service.stop();
}
