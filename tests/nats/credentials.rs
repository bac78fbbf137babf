//! Logging in with a credentials file: the token of a user, signed by an account, which is signed by the operator whom
//! the server trusts; and the user's seed, by which it proves that the token is its own.

use std::{fs, path::PathBuf};

use data_encoding::BASE64URL_NOPAD;
use nkeys::KeyPair;
use serde_json::{Value, json};
use yekta::nats::{Auth, ConnectError, Settings, assets, connect};

use crate::{run, server::NatsServer, settings};

/// A token about `subject`, signed by `issuer`.
fn token(issuer: &KeyPair, subject: &KeyPair, name: &str, claims: &Value) -> String {
    let part = |json: &Value| BASE64URL_NOPAD.encode(json.to_string().as_bytes());
    let head = json!({"typ": "JWT", "alg": "ed25519-nkey"});
    let body = json!({
        "jti": name, "iat": 1_780_000_000, "name": name,
        "iss": issuer.public_key(), "sub": subject.public_key(), "nats": claims,
    });
    let signed = format!("{}.{}", part(&head), part(&body));
    let signature = issuer.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
}

/// A server of an operator's, with one account that may have streams beside the server's own.
struct Realm {
    server: NatsServer,
    account: KeyPair,
}

impl Realm {
    fn new() -> Self {
        let operator = KeyPair::new_operator();
        let (account, system) = (KeyPair::new_account(), KeyPair::new_account());
        let operated = token(
            &operator,
            &operator,
            "operator",
            &json!({"type": "operator", "version": 2}),
        );
        let accounted = |account: &KeyPair, streams: i64| {
            let limits = json!({
                "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1,
                "leaf": -1, "mem_storage": streams, "disk_storage": streams, "streams": streams, "consumer": streams,
            });
            let claims = json!({"type": "account", "version": 2, "limits": limits});
            let key = account.public_key();
            format!("{key}: {}", token(&operator, account, &key, &claims))
        };
        let config = format!(
            "operator: {operated}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload: {{\n{}\n{}\n}}\n",
            system.public_key(),
            accounted(&account, -1),
            accounted(&system, 0),
        );
        Self {
            server: NatsServer::with(&config, &["-js"]),
            account,
        }
    }

    /// The credentials file of a user whom `issuer` signed for, who proves it with the seed of `prover`.
    fn credentials(&self, name: &str, issuer: &KeyPair, user: &KeyPair, prover: &KeyPair) -> PathBuf {
        let limits = json!({"type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1});
        let file = self.server.folder().join(name);
        let text = format!(
            "-----BEGIN NATS USER JWT-----\n{}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n",
            token(issuer, user, name, &limits),
            prover.seed().unwrap()
        );
        fs::write(&file, text).unwrap();
        file
    }

    fn with(&self, file: PathBuf) -> Settings {
        Settings {
            auth: Auth::CredentialsFile(file),
            ..settings(&self.server)
        }
    }
}

#[test]
fn a_credentials_file_lets_in_whom_the_account_signed_for_and_nobody_else() {
    let realm = Realm::new();
    let (user, other) = (KeyPair::new_user(), KeyPair::new_user());
    let good = realm.with(realm.credentials("good.creds", &realm.account, &user, &user));
    run(async {
        let connection = connect(&good).await.unwrap();
        assets::ensure(&connection, &good).await.unwrap();
    });
    // Signed by an account that the operator does not know, or proved with the seed of somebody else.
    let stranger = KeyPair::new_account();
    for file in [
        realm.credentials("strange.creds", &stranger, &user, &user),
        realm.credentials("stolen.creds", &realm.account, &user, &other),
    ] {
        let refused = run(connect(&realm.with(file))).unwrap_err();
        assert!(matches!(refused, ConnectError::Refused { .. }), "{refused:?}");
        let said = refused.to_string();
        assert!(said.contains("refused the credentials"), "{said}");
        for secret in [user.seed().unwrap(), other.seed().unwrap(), "eyJ".to_owned()] {
            assert!(!format!("{said} {refused:?}").contains(&secret), "{said}");
        }
    }
    // None at all, where some are asked for.
    let refused = run(connect(&settings(&realm.server))).unwrap_err();
    assert!(matches!(refused, ConnectError::Refused { .. }), "{refused:?}");
}
