//! Getting in: as who, and over which transport.
//!
//! `tls/` holds certificates made for these tests, for 127.0.0.1, of an authority that nobody else trusts.

use std::{fs, path::PathBuf};

use yekta::{
    nats::{Auth, ClientCertificate, ConnectError, Settings, Tls, connect},
    telemetry::Secret,
};

use crate::{run, server::NatsServer, settings};

const CERTIFICATES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/nats/tls");
/// A user made for these tests.
const NKEY: &str = "UB43KVROR7TFJ6KAPCYRF2FJROTZAH4FHLTJLPWX4DRZCC5NASLGJBFE";
const NKEY_SEED: &str = "SUAACAQDAQCQMBYIBEFAWDANBYHRAEISCMKBKFQXDAMRUGY4DUPB6IC5CQ";

fn certificate(name: &str) -> PathBuf {
    PathBuf::from(CERTIFICATES).join(name)
}

fn with_auth(server: &NatsServer, auth: Auth) -> Settings {
    Settings {
        auth,
        ..settings(server)
    }
}

#[test]
fn a_server_without_streams_or_with_other_credentials_is_refused() {
    let refusal = |server: &NatsServer, settings| {
        let refused = run(connect(&settings)).unwrap_err();
        refused.to_string().replace(&server.url(), "URL")
    };
    let bare = NatsServer::with("", &[]);
    assert_eq!(
        refusal(&bare, settings(&bare)),
        "connect to NATS at URL: JetStream is not enabled there, start nats-server with -js or enable it for the account"
    );
    let guarded = NatsServer::with("authorization { user: yekta, password: s3cret }", &["-js"]);
    let with = |password| Settings {
        auth: Auth::Password {
            user: "yekta".into(),
            password: Secret::new(password),
        },
        ..settings(&guarded)
    };
    assert!(
        refusal(&guarded, with("wrong"))
            .starts_with("connect to NATS at URL: the server refused the credentials")
    );
    run(connect(&with("s3cret"))).unwrap();
    let token = NatsServer::with("authorization { token: s3cret }", &["-js"]);
    let with_token = Settings {
        auth: Auth::Token(Secret::new("s3cret")),
        ..settings(&token)
    };
    run(connect(&with_token)).unwrap();
    let mut gone = NatsServer::start();
    gone.kill();
    assert!(matches!(
        run(connect(&settings(&gone))),
        Err(ConnectError::Unreachable { .. })
    ));
}

#[test]
fn an_nkey_lets_in_and_a_file_that_is_none_is_told() {
    let server = NatsServer::with(
        &format!("authorization {{ users: [ {{ nkey: {NKEY} }} ] }}"),
        &["-js"],
    );
    let seed = server.folder().join("user.nk");
    let with_seed = with_auth(&server, Auth::NkeyFile(seed.clone()));
    let missing = run(connect(&with_seed)).unwrap_err();
    assert_eq!(
        missing.to_string(),
        format!("read the NKey seed file {}", seed.display())
    );
    fs::write(&seed, format!("{NKEY_SEED}\n")).unwrap();
    run(connect(&with_seed)).unwrap();
    let refused = run(connect(&settings(&server))).unwrap_err();
    assert!(matches!(refused, ConnectError::Refused { .. }), "{refused:?}");
    let none = run(connect(&with_auth(&server, Auth::CredentialsFile(seed)))).unwrap_err();
    assert!(
        matches!(
            none,
            ConnectError::File {
                what: "credentials file",
                ..
            }
        ),
        "{none:?}"
    );
}

#[test]
fn both_sides_show_their_certificates() {
    let of_server =
        ["server.pem", "server-key.pem", "ca.pem"].map(|name| certificate(name).display().to_string());
    let [cert, key, ca] = of_server;
    for first in [false, true] {
        let config = format!(
            "tls {{ cert_file: {cert:?}, key_file: {key:?}, ca_file: {ca:?}, verify: true, handshake_first: {first} }}"
        );
        let server = if first {
            NatsServer::silent(&config)
        } else {
            NatsServer::with(&config, &["-js"])
        };
        let with = |ca: bool, client: bool| Settings {
            tls: Tls {
                required: true,
                ca_file: ca.then(|| certificate("ca.pem")),
                client: client.then(|| ClientCertificate {
                    cert_file: certificate("client.pem"),
                    key_file: certificate("client-key.pem"),
                }),
                first,
            },
            ..settings(&server)
        };
        run(connect(&with(true, true))).unwrap();
        assert!(
            run(connect(&with(false, true))).is_err(),
            "nobody trusts the authority unasked"
        );
        assert!(
            run(connect(&with(true, false))).is_err(),
            "the server wants to know who this is"
        );
    }
}
