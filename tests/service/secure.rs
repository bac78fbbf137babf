//! A service that speaks TLS, asked by the command line over it.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use crate::process::{Running, Service, output, printed, serve, yekta};

fn secure(folder: &Path) -> Command {
    let mut command = serve(folder);
    command.arg("--dev-certificate");
    command
}

/// Asks who has a customer id, as the callers of a call centre are told.
fn lookup(url: &str) -> Command {
    yekta(["lookup", "user_id:u-1", "--url", url])
}

fn trusting(mut command: Command, certificate: &Path) -> Command {
    command.arg("--ca-file").arg(certificate);
    command
}

#[test]
fn a_certificate_of_its_own_is_made_once_and_speaks_tls() {
    let data = tempfile::tempdir().unwrap();
    let certificate = data.path().join("dev-certificate.pem");
    let mut made = Vec::new();
    for _ in 0..2 {
        let service = Service::of(secure(data.path()));
        let url = &service.url;
        assert!(url.starts_with("https://127.0.0.1:"), "{url}");
        let events = [
            r#"{"id":"e-1","channel":"web","type":"Page Viewed","source":"web/shop","#,
            r#""identifiers":[{"kind":"user_id","value":"u-1"}]}"#,
        ];
        let send = trusting(yekta(["send", "-", "--url", url]), &certificate);
        assert!(printed(send, events.concat().as_bytes()).contains("sent 1: "));
        let found = printed(trusting(lookup(url), &certificate), b"");
        assert!(found.contains("match: one"), "{found}");
        // Who does not know the certificate is told no more than that, and who speaks no TLS nothing.
        for stranger in [lookup(url), lookup(&url.replace("https", "http"))] {
            let refused = output(stranger, b"");
            assert!(!refused.status.success());
            assert!(refused.stdout.is_empty(), "{refused:?}");
        }
        for file in ["dev-certificate.pem", "dev-certificate.key"] {
            let path = data.path().join(file);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            made.push(fs::read(path).unwrap());
        }
        service.stop();
    }
    assert_eq!(made[..2], made[2..], "browsers had to be told to trust it again");
}

#[test]
fn a_certificate_that_cannot_be_used_is_named_before_anything_listens() {
    let data = tempfile::tempdir().unwrap();
    let (chain, key) = (data.path().join("chain.pem"), data.path().join("key.pem"));
    let start = || {
        let mut command = serve(&data.path().join("data"));
        command.env("YEKTA_HTTP__TLS_CERT_FILE", &chain);
        command.env("YEKTA_HTTP__TLS_KEY_FILE", &key);
        let mut running = Running::start(command);
        assert_eq!(running.ended().code(), Some(1));
        running.log()
    };
    assert!(start().contains("chain.pem"));
    fs::write(&chain, "garbage").unwrap();
    fs::write(&key, "garbage").unwrap();
    let said = start();
    assert!(said.contains("expected a private key in PEM"), "{said}");
    assert!(!data.path().join("data/default").exists());
}
